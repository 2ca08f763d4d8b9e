"""Who wants to hear of which events, and of whom. Knows codes and filters, nothing of signatures or sockets."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import uuid4

from backend.demo.dci.errors import RejectedError
from backend.demo.dci.messages import VERSION, SubscribeCriteria
from backend.demo.dci.queries import Sought, fits, parse_query
from backend.demo.errors import AskedWronglyError
from backend.demo.questions import parse_number

Json = dict[str, Any]
MOST: Final = 256


@dataclass(frozen=True, slots=True)
class Asker:
    """Who sent a message, and where he takes what comes later; None: nowhere."""

    sender_id: str
    uri: str | None = None


@dataclass(frozen=True, slots=True)
class _Kept:
    asker: Asker
    event_type: str
    sought: Sought | None
    told: Json


class Subscriptions:
    """The newest ``MOST`` of them; older ones are forgotten."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, _Kept] = OrderedDict()

    def begin(self, criteria: SubscribeCriteria, asker: Asker, moment: str) -> Json:
        """Keep one; returns how the standard tells it. A filter that names nobody is kept, and fits nobody."""
        code = str(uuid4())
        plain = criteria.model_dump()
        # The standard's schema has the code as "code" and demands it as "subscription_code".
        told: Json = {"version": VERSION, "code": code, "subscription_code": code, "status": "subscribe"}
        told |= {"timestamp": moment, **plain, "subscribe_criteria": plain}
        self._kept[code] = _Kept(asker, criteria.reg_event_type, _sought(criteria.filter), told)
        while len(self._kept) > MOST:
            self._kept.popitem(last=False)
        return told

    def end(self, code: str) -> bool:
        """Forget one; says whether it was known."""
        return self._kept.pop(code, None) is not None

    def interested(self, event_type: str, number: str, record: Mapping[str, Any]) -> list[tuple[str, Asker]]:
        """Return code and asker of each that wants to hear of this event of this person, as his record now is."""
        return [
            (code, one.asker)
            for code, one in self._kept.items()
            if one.asker.uri is not None and one.event_type == event_type and _is_about(one.sought, number, record)
        ]


def _sought(wanted: Any) -> Sought | None:
    kind = "predicate" if isinstance(wanted, list) else "expression"
    if isinstance(wanted, dict) and isinstance(wanted.get("value"), str | int):
        kind = "idtype-value"
    try:
        sought = parse_query(kind, wanted)
        return replace(sought, number=parse_number({"citizen_number": sought.number}))
    except (RejectedError, AskedWronglyError):
        return None


def _is_about(sought: Sought | None, number: str, record: Mapping[str, Any]) -> bool:
    if sought is None or sought.number != number:
        return False
    try:
        return fits(record, sought.conditions)
    except RejectedError:
        return False
