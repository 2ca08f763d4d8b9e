"""Follows the log and remembers whom each leaf is about: looking up costs one question, and deciding nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from sqlalchemy import Table, select
from sqlalchemy.sql import ColumnElement

from backend.evidence.following import LogFollower, OneRowEach, ReadLeaf
from backend.evidence.models import EvidenceLeaf
from backend.history.models import AGENCY_MOST, HistoryCursor, HistoryPlace
from backend.store import Store


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
        self._follower = LogFollower(store, HISTORY_LEAVES)

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


def _place(leaf: ReadLeaf) -> Mapping[str, Any]:
    said = leaf.told.get("agency_id")
    agency_id = said if isinstance(said, str) and len(said) <= AGENCY_MOST and "\x00" not in said else None
    return {"leaf_index": leaf.index, "subject": _pseudonym(leaf.told.get("pseudonym")), "agency_id": agency_id}


def _pseudonym(said: object) -> bytes | None:
    try:
        return bytes.fromhex(said) if isinstance(said, str) else None
    except ValueError:
        return None


HISTORY_LEAVES: Final = OneRowEach(
    cast("Table", HistoryPlace.__table__), cast("Table", HistoryCursor.__table__), _place
)
"""The index as the log's follower sees it."""
