"""Follows the log and counts its decisions; deciding waits for none of it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast

from sqlalchemy import Table, select, text
from sqlalchemy.orm import Session

from backend.decisions.permission import thai_day
from backend.evidence.following import ReadLeaf, Write
from backend.fleet.models import Device
from backend.statistics.models import StatisticsCursor

_ADD: Final = text(
    "INSERT INTO statistics_count (day, service, outcome, province, count) "
    "VALUES (:day, :service, :outcome, :province, :count) ON CONFLICT (day, service, outcome, province) "
    "DO UPDATE SET count = statistics_count.count + excluded.count"
)

_Kind = tuple[str, str, str, str]
"""Day, service, outcome and province."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What is counted of a decision.

    Attributes:
        day: In Thailand, ISO 8601.
        service: Its id.
        outcome: As the leaf names it.
        device_id: Which device asked; its place gives the province.
    """

    day: str
    service: str
    outcome: str
    device_id: str


class StatisticsLeaves:
    """The counts as the log's follower sees them.

    Args:
        provinces: The codes there are.
    """

    cursor: Final = cast("Table", StatisticsCursor.__table__)

    def __init__(self, provinces: Iterable[str]) -> None:
        self._provinces = frozenset(provinces)

    def prepare(self, session: Session, leaves: Sequence[ReadLeaf], /) -> Write:
        """Count the decisions among the next leaves."""
        made = [decided for decided in map(read_decision, leaves) if decided is not None]
        places = self._read_places(session, {decided.device_id for decided in made})
        counted: Counter[_Kind] = Counter(
            (decided.day, decided.service, decided.outcome, places.get(decided.device_id, "")) for decided in made
        )
        names = ("day", "service", "outcome", "province")
        rows = [dict(zip(names, kind, strict=True)) | {"count": count} for kind, count in counted.items()]
        return lambda writing: _add(writing, rows)

    def _read_places(self, session: Session, devices: set[str]) -> dict[str, str]:
        found = session.execute(select(Device.id, Device.area_code).where(Device.id.in_(devices)))
        return {device: code[:2] for device, code in found if code[:2] in self._provinces}


def _add(session: Session, rows: Sequence[Mapping[str, object]]) -> None:
    if rows:
        session.connection().execute(_ADD, rows)


def read_decision(leaf: ReadLeaf) -> Decided | None:
    """Return what a leaf says of a decision; None for a leaf of another kind, or one that cannot be read."""
    said = leaf.told
    if "kind" in said:
        return None
    try:
        day = thai_day(datetime.fromisoformat(said["decided_at"])).isoformat()
        return Decided(day, str(said["service"]), str(said["outcome"]), str(said["device_id"]))
    except (ValueError, KeyError, TypeError):  # of a release to come, or spoilt: finding that is the verifier's work
        return None
