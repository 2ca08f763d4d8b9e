"""What the standard's registry APIs, all of version 1.0.0, want told in different ways. Pure.

The core API and the civil registry's (CRVS) name the kind of a transaction in its status by the answer's action, and
have one record where a search's answer has a list. The social registry's has the request's own word, and the answer
as it was.
"""

from dataclasses import dataclass
from typing import Any, Final

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Profile:
    """One registry API's ways.

    Attributes:
        reg_type: The registry's type, in the standard's words.
        by_answer: Whether a status is of the core API's form; else of the social registry's.
    """

    reg_type: str
    by_answer: bool

    def status(self, txn_type: str, message: Json) -> Json:
        """Return what is said of a transaction of this type that was answered with ``message``."""
        if not self.by_answer:
            return {"txn_type": txn_type, "txn_status": message}
        return {"txn_type": f"on-{txn_type}", "txn_status": _with_single_records(message)}


CIVIL: Final = Profile("ns:org:RegistryType:Civil", by_answer=True)
SOCIAL: Final = Profile("ns:org:RegistryType:Social", by_answer=False)
_CIVIL_AGENCIES: Final = frozenset({"civil_registry"})


def profile_of(agency_id: str) -> Profile:
    """Return the profile that an agency follows."""
    return CIVIL if agency_id in _CIVIL_AGENCIES else SOCIAL


def _with_single_records(message: Json) -> Json:
    if "search_response" not in message:
        return message
    return {**message, "search_response": [_with_single_record(answer) for answer in message["search_response"]]}


def _with_single_record(answer: Json) -> Json:
    # A register finds one person or nobody, so nothing is left out.
    record: Json = next(iter(answer["data"]["reg_records"]), {})
    return {**answer, "data": {**answer["data"], "reg_records": record}}
