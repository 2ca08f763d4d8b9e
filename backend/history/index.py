"""Follows the log and remembers whom each leaf is about: looking up costs one question, and deciding nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from sqlalchemy import Table, select
from sqlalchemy.sql import ColumnElement

from backend.evidence.errors import LeafError
from backend.evidence.following import FollowedTables, LogFollower
from backend.evidence.models import EvidenceLeaf
from backend.evidence.records import parse_record
from backend.history.models import HistoryCursor, HistoryPlace
from backend.store import Store

_TABLES: Final = FollowedTables(cast("Table", HistoryPlace.__table__), cast("Table", HistoryCursor.__table__))


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
        self._follower = LogFollower(store, "history", _TABLES, _place)

    def start(self, every_s: float) -> None:
        """Follow the log in the background, so that looking up finds little left to do."""
        self._follower.start(every_s)

    def close(self) -> None:
        """End it."""
        self._follower.close()

    def catch_up(self) -> None:
        """Look at every leaf there is."""
        self._follower.catch_up()

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


def _place(index: int, content: bytes) -> dict[str, Any]:
    try:
        record = parse_record(content)
    except LeafError:  # of a release newer than this one
        return {"leaf_index": index, "subject": None, "agency_id": None}
    subject = bytes.fromhex(record.pseudonym) if record.pseudonym else None
    return {"leaf_index": index, "subject": subject, "agency_id": record.agency_id}
