"""Follows the log and counts its decisions; deciding waits for none of it."""

import json
import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

import structlog
from sqlalchemy import select, text, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from backend.decisions.permission import thai_day
from backend.evidence.models import HEAD_ID, EvidenceHead, EvidenceLeaf
from backend.fleet.models import Device
from backend.statistics.models import CURSOR_ID, StatisticsCursor
from backend.store import Store

_BATCH: Final = 1_000
_CREATE: Final = text("INSERT INTO statistics_cursor (id, size) VALUES (:id, 0) ON CONFLICT DO NOTHING")
_ADD: Final = text(
    "INSERT INTO statistics_count (day, service, outcome, province, count) "
    "VALUES (:day, :service, :outcome, :province, :count) ON CONFLICT (day, service, outcome, province) "
    "DO UPDATE SET count = statistics_count.count + excluded.count"
)
_log = structlog.get_logger(__name__)

_Kind = tuple[str, str, str, str]
"""Day, service, outcome and province."""


class StatisticsCounter:
    """Any number of processes may have one each: the cursor's lock puts them in line.

    Args:
        store: The centre's.
        provinces: The codes there are.
    """

    def __init__(self, store: Store, provinces: Iterable[str]) -> None:
        self._store = store
        self._provinces = frozenset(provinces)
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, every_s: float) -> None:
        """Follow the log in the background."""
        self._thread = threading.Thread(target=self._run, args=(every_s,), name="statistics", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End it."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join(5)

    def follow(self) -> bool:
        """Count the next leaves; returns whether there were any."""
        with self._store.reading() as session:
            head = session.scalar(select(EvidenceHead.size).where(EvidenceHead.id == HEAD_ID)) or 0
            seen = session.scalar(select(StatisticsCursor.size).where(StatisticsCursor.id == CURSOR_ID)) or 0
        if seen >= head:
            return False
        with self._store.transaction() as session:
            session.execute(_CREATE, {"id": CURSOR_ID})
            mine = select(StatisticsCursor.size).where(StatisticsCursor.id == CURSOR_ID).with_for_update()
            seen = session.scalars(mine).one()
            leaves = select(EvidenceLeaf.content).where(EvidenceLeaf.index >= seen).order_by(EvidenceLeaf.index)
            newest = session.scalars(leaves.limit(_BATCH)).all()
            if not newest:
                return False
            self._add(session, [said for said in map(json.loads, newest) if "kind" not in said])
            moved = update(StatisticsCursor).where(StatisticsCursor.id == CURSOR_ID)
            session.execute(moved.values(size=seen + len(newest)))
        return True

    def catch_up(self) -> None:
        """Count every leaf there is."""
        while self.follow():
            pass

    def _add(self, session: Session, decisions: list[Mapping[str, str]]) -> None:
        places = self._read_places(session, {said["device_id"] for said in decisions})
        counted: Counter[_Kind] = Counter(
            (_day(said["decided_at"]), said["service"], said["outcome"], places.get(said["device_id"], ""))
            for said in decisions
        )
        names = ("day", "service", "outcome", "province")
        # In one order everywhere, so that two processes never wait for each other's rows.
        rows = [dict(zip(names, kind, strict=True)) | {"count": count} for kind, count in sorted(counted.items())]
        if rows:
            session.execute(_ADD, rows)

    def _read_places(self, session: Session, devices: set[str]) -> dict[str, str]:
        found = session.execute(select(Device.id, Device.area_code).where(Device.id.in_(devices)))
        return {device: code[:2] for device, code in found if code[:2] in self._provinces}

    def _run(self, every_s: float) -> None:
        while not self._stopped.wait(every_s):
            try:
                while not self._stopped.is_set() and self.follow():
                    pass
            except SQLAlchemyError as error:  # the database is away: the next round will see
                _log.warning("statistics_behind", error=type(error).__name__)


def _day(decided_at: str) -> str:
    return thai_day(datetime.fromisoformat(decided_at)).isoformat()
