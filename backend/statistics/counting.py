"""Follows the log and counts its decisions; deciding waits for none of it."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from backend.decisions.permission import thai_day
from backend.evidence.models import HEAD_ID, EvidenceHead, EvidenceLeaf
from backend.fleet.models import Device
from backend.rounds import Rounds
from backend.statistics.models import CURSOR_ID, StatisticsCursor
from backend.store import Store

_BATCH: Final = 1_000
_CREATE: Final = text("INSERT INTO statistics_cursor (id, size) VALUES (:id, 0) ON CONFLICT DO NOTHING")
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


class StatisticsCounter:
    """Any number of processes may have one each: the cursor's lock puts them in line.

    Args:
        store: The centre's.
        provinces: The codes there are.
    """

    def __init__(self, store: Store, provinces: Iterable[str]) -> None:
        self._store = store
        self._provinces = frozenset(provinces)
        self._rounds = Rounds("statistics", self._keep_up)

    def start(self, every_s: float) -> None:
        """Follow the log in the background."""
        self._rounds.start(every_s)

    def close(self) -> None:
        """End it."""
        self._rounds.close()

    def follow(self) -> bool:
        """Count the next leaves; returns whether there were any."""
        with self._store.reading() as session:
            head = session.scalar(select(EvidenceHead.size).where(EvidenceHead.id == HEAD_ID)) or 0
            seen = session.scalar(select(StatisticsCursor.size).where(StatisticsCursor.id == CURSOR_ID)) or 0
            if seen >= head:
                return False
            leaves = select(EvidenceLeaf.index, EvidenceLeaf.content).where(EvidenceLeaf.index >= seen)
            newest = session.execute(leaves.order_by(EvidenceLeaf.index).limit(_BATCH)).all()
            # Read before the database's write lock is taken: those who decide wait for it.
            rows = self._count(session, [read_decision(content) for _index, content in newest])
        return bool(newest) and self._keep(seen, newest[-1][0] + 1, rows)

    def catch_up(self) -> None:
        """Count every leaf there is."""
        while self.follow():
            pass

    def _keep_up(self) -> None:
        while not self._rounds.ending and self.follow():
            pass

    def _count(self, session: Session, decisions: Iterable[Decided | None]) -> list[Mapping[str, object]]:
        made = [decided for decided in decisions if decided is not None]
        places = self._read_places(session, {decided.device_id for decided in made})
        counted: Counter[_Kind] = Counter(
            (decided.day, decided.service, decided.outcome, places.get(decided.device_id, "")) for decided in made
        )
        names = ("day", "service", "outcome", "province")
        # In one order everywhere, so that two processes never wait for each other's rows.
        return [dict(zip(names, kind, strict=True)) | {"count": count} for kind, count in sorted(counted.items())]

    def _keep(self, seen: int, size: int, rows: list[Mapping[str, object]]) -> bool:
        with self._store.transaction() as session:
            session.execute(_CREATE, {"id": CURSOR_ID})
            mine = select(StatisticsCursor.size).where(StatisticsCursor.id == CURSOR_ID).with_for_update()
            if session.scalars(mine).one() == seen:  # otherwise another process has just done it
                if rows:
                    session.execute(_ADD, rows)
                moved = update(StatisticsCursor).where(StatisticsCursor.id == CURSOR_ID)
                session.execute(moved.values(size=size))
        return True

    def _read_places(self, session: Session, devices: set[str]) -> dict[str, str]:
        found = session.execute(select(Device.id, Device.area_code).where(Device.id.in_(devices)))
        return {device: code[:2] for device, code in found if code[:2] in self._provinces}


def read_decision(content: bytes) -> Decided | None:
    """Return what a leaf says of a decision; None for a leaf of another kind, or one that cannot be read."""
    try:
        said = json.loads(content)
        if "kind" in said:
            return None
        day = thai_day(datetime.fromisoformat(said["decided_at"])).isoformat()
        return Decided(day, str(said["service"]), str(said["outcome"]), str(said["device_id"]))
    except (ValueError, KeyError, TypeError):  # of a release to come, or spoilt: finding that is the verifier's work
        return None
