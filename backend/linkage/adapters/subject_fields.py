"""What of a subject goes into a request's body, pure."""

from typing import Any

from backend.linkage.directory import SubjectField
from contracts.decision import Subject


def subject_value(subject: Subject, name: SubjectField) -> Any:
    """Return one field of the subject in its JSON form: text, an object, or None where the card does not say."""
    if name == "citizen_number":
        return subject.citizen_number
    value: Any = getattr(subject.card, name, None)
    return value.model_dump(mode="json") if hasattr(value, "model_dump") else value
