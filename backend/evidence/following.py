"""Follows the log into a table of one row a leaf, in the background: deciding waits for none of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Table, insert, select, text, update

from backend.evidence.models import HEAD_ID, EvidenceHead, EvidenceLeaf
from backend.rounds import Rounds
from backend.store import Store

CURSOR_ID: Final = 1
_BATCH: Final = 1000

WriteRow = Callable[[int, bytes], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class FollowedTables:
    """Where what follows is kept.

    Attributes:
        rows: One row a leaf.
        cursor: One row, ``id`` and ``size``: how many leaves have been looked at.
    """

    rows: Table
    cursor: Table


class LogFollower:
    """One process's follower. Any number of processes may have one: what another has done is not done again.

    Args:
        store: The centre's.
        name: Of the thread and in logs.
        tables: Where the rows go.
        write_row: Makes a leaf's row of its index and content; must take any leaf.
    """

    def __init__(self, store: Store, name: str, tables: FollowedTables, write_row: WriteRow) -> None:
        self._store = store
        self._tables = tables
        self._write_row = write_row
        self._create = text(
            f"INSERT INTO {tables.cursor.name} (id, size) VALUES (:id, 0) ON CONFLICT DO NOTHING"  # noqa: S608  # our own table's name
        )
        self._rounds = Rounds(name, self._keep_up)

    def start(self, every_s: float) -> None:
        """Follow the log in the background, so that looking up finds little left to do."""
        self._rounds.start(every_s)

    def close(self) -> None:
        """End it."""
        self._rounds.close()

    def follow(self) -> bool:
        """Look at the next leaves; returns whether there were any."""
        place = self._tables.cursor.c
        with self._store.reading() as session:
            head = session.scalar(select(EvidenceHead.size).where(EvidenceHead.id == HEAD_ID)) or 0
            seen = session.scalar(select(place.size).where(place.id == CURSOR_ID)) or 0
            if seen >= head:
                return False
            leaves = select(EvidenceLeaf.index, EvidenceLeaf.content).where(EvidenceLeaf.index >= seen)
            newest = session.execute(leaves.order_by(EvidenceLeaf.index).limit(_BATCH)).all()
        # Read before the database's write lock is taken: those who decide wait for it.
        rows = [self._write_row(index, content) for index, content in newest]
        return bool(rows) and self._keep(seen, newest[-1][0] + 1, rows)

    def catch_up(self) -> None:
        """Look at every leaf there is."""
        while self.follow():
            pass

    def _keep_up(self) -> None:
        while not self._rounds.ending and self.follow():
            pass

    def _keep(self, seen: int, size: int, rows: list[Mapping[str, Any]]) -> bool:
        place = self._tables.cursor.c
        with self._store.transaction() as session:
            session.execute(self._create, {"id": CURSOR_ID})
            mine = select(place.size).where(place.id == CURSOR_ID).with_for_update()
            if session.scalars(mine).one() == seen:  # otherwise another process has just done it
                session.execute(insert(self._tables.rows), rows)
                session.execute(update(self._tables.cursor).where(place.id == CURSOR_ID).values(size=size))
        return True
