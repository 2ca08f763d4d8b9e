"""Follows the log and remembers whom each leaf is about: looking up costs one question, and deciding nothing."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

import structlog
from sqlalchemy import Table, insert, select, text, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.sql import ColumnElement

from backend.evidence.errors import LeafError
from backend.evidence.models import HEAD_ID, EvidenceHead, EvidenceLeaf
from backend.evidence.records import parse_record
from backend.history.models import CURSOR_ID, HistoryCursor, HistoryPlace
from backend.store import Store

_BATCH: Final = 1000
_CREATE: Final = text("INSERT INTO history_cursor (id, size) VALUES (:id, 0) ON CONFLICT DO NOTHING")
_PLACE: Final = cast("Table", HistoryPlace.__table__)
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Found:
    """A leaf that was looked for.

    Attributes:
        index: Where it is.
        hash: Its hash.
        content: The leaf.
    """

    index: int
    hash: bytes
    content: bytes


class HistoryIndex:
    """Finds leaves by whom they are about and by who asked. Any number of processes may have one each."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, every_s: float) -> None:
        """Follow the log in the background, so that looking up finds little left to do."""
        self._thread = threading.Thread(target=self._run, args=(every_s,), name="history", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End it."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join(5)

    def follow(self) -> bool:
        """Look at the next leaves; returns whether there were any."""
        with self._store.reading() as session:
            head = session.scalar(select(EvidenceHead.size).where(EvidenceHead.id == HEAD_ID)) or 0
            seen = session.scalar(select(HistoryCursor.size).where(HistoryCursor.id == CURSOR_ID)) or 0
        if seen >= head:
            return False
        with self._store.transaction() as session:
            session.execute(_CREATE, {"id": CURSOR_ID})
            mine = select(HistoryCursor.size).where(HistoryCursor.id == CURSOR_ID).with_for_update()
            seen = session.scalars(mine).one()
            leaves = select(EvidenceLeaf.index, EvidenceLeaf.content).where(EvidenceLeaf.index >= seen)
            newest = session.execute(leaves.order_by(EvidenceLeaf.index).limit(_BATCH))
            rows = [_place(index, content) for index, content in newest]
            if not rows:
                return False
            session.execute(insert(_PLACE), rows)
            session.execute(update(HistoryCursor).where(HistoryCursor.id == CURSOR_ID).values(size=seen + len(rows)))
        return True

    def catch_up(self) -> None:
        """Look at every leaf there is."""
        while self.follow():
            pass

    def find_about(self, subjects: Sequence[bytes], before: int | None, limit: int) -> list[Found]:
        """Return the newest leaves about somebody, given his pseudonyms under each key, newest first."""
        return self._find(HistoryPlace.subject.in_(subjects), before, limit)

    def find_of_agency(self, agency_id: str, before: int | None, limit: int) -> list[Found]:
        """Return the newest leaves of what an agency asked, newest first."""
        return self._find(HistoryPlace.agency_id == agency_id, before, limit)

    def _find(self, whose: ColumnElement[bool], before: int | None, limit: int) -> list[Found]:
        self.catch_up()
        wanted = select(EvidenceLeaf.index, EvidenceLeaf.hash, EvidenceLeaf.content)
        wanted = wanted.join(HistoryPlace, HistoryPlace.index == EvidenceLeaf.index).where(whose)
        if before is not None:
            wanted = wanted.where(HistoryPlace.index < before)
        with self._store.reading() as session:
            rows = session.execute(wanted.order_by(HistoryPlace.index.desc()).limit(limit)).all()
        return [Found(*row) for row in rows]

    def _run(self, every_s: float) -> None:
        while not self._stopped.wait(every_s):
            try:
                while not self._stopped.is_set() and self.follow():
                    pass
            except SQLAlchemyError as error:  # the database is away: the next round will see
                _log.warning("history_index_behind", error=type(error).__name__)


def _place(index: int, content: bytes) -> dict[str, Any]:
    try:
        record = parse_record(content)
    except LeafError:  # of a release newer than this one
        return {"leaf_index": index, "subject": None, "agency_id": None}
    subject = bytes.fromhex(record.pseudonym) if record.pseudonym else None
    return {"leaf_index": index, "subject": subject, "agency_id": record.agency_id}
