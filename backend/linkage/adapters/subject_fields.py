"""What of a subject goes into a request's body, pure."""

from typing import Any, Final

from backend.linkage.directory import Request, SubjectField
from contracts.decision import Subject

_NUMBERS: Final = ("juristic_number", "g_code", "citizen_number")


def number_sent(subject: Subject, request: Request) -> str:
    """Return the number that a request is about: of those it sends, the one the subject has."""
    numbers = (getattr(subject, name) for name in _NUMBERS if name in request.send.values())
    return next((number for number in numbers if number), subject.number)


def subject_value(subject: Subject, name: SubjectField) -> Any:
    """Return one field of the subject in its JSON form: text, an object, or None where the card does not say."""
    if name in _NUMBERS:
        return getattr(subject, name) or None
    value: Any = getattr(subject.card, name, None)
    return value.model_dump(mode="json") if hasattr(value, "model_dump") else value
