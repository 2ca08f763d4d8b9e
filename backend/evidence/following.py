"""Follows the log into tables made of it, in the background: deciding waits for none of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from pydantic_core import from_json
from sqlalchemy import Table, bindparam, select, text, update
from sqlalchemy.orm import Session

from backend.evidence.models import HEAD_ID, EvidenceHead, EvidenceLeaf
from backend.many_rows import ManyRows
from backend.rounds import Rounds
from backend.store import Store

CURSOR_ID: Final = 1
BATCH: Final = 250
"""Leaves in one transaction: while it writes, on SQLite, those who decide wait."""
_DUTY: Final = "following"
_HEAD: Final = select(EvidenceHead.size).where(EvidenceHead.id == HEAD_ID)
_LEAVES: Final = (
    select(EvidenceLeaf.index, EvidenceLeaf.content)
    .where(EvidenceLeaf.index >= bindparam("first"))
    .order_by(EvidenceLeaf.index)
    .limit(BATCH)
)

Write = Callable[[Session], None]


@dataclass(frozen=True, slots=True)
class ReadLeaf:
    """A leaf as far as indexes look at it; whether it is what it should be is the verifier's business.

    Attributes:
        index: Its index.
        told: Its JSON object; empty when it is none.
    """

    index: int
    told: Mapping[str, Any]


class LeafIndex(Protocol):
    """Something made of the log's leaves that is kept in tables of its own."""

    @property
    def cursor(self) -> Table:
        """One row, ``id`` and ``size``: how many leaves have been looked at."""
        ...

    def prepare(self, session: Session, leaves: Sequence[ReadLeaf], /) -> Write:
        """Work out what is to be written of the next leaves; must take any. ``session`` only reads."""
        ...


class OneRowEach:
    """An index of one row a leaf.

    Args:
        rows: Where they go.
        cursor: See ``LeafIndex``.
        write_row: Makes a leaf's row; must take any leaf.
    """

    def __init__(self, rows: Table, cursor: Table, write_row: Callable[[ReadLeaf], Mapping[str, Any]]) -> None:
        self.cursor = cursor
        self._rows = ManyRows(rows)
        self._write_row = write_row

    def prepare(self, _session: Session, leaves: Sequence[ReadLeaf]) -> Write:
        """Make the rows."""
        rows = [self._write_row(leaf) for leaf in leaves]
        return lambda session: self._rows.put(session.connection(), rows)


class LogFollower:
    """One process's follower. Any number of processes may have one: what another has done is not done again.

    Args:
        store: The centre's.
        indexes: What is made of the leaves. Each leaf is read once for all of them.
    """

    def __init__(self, store: Store, *indexes: LeafIndex) -> None:
        self._store = store
        self._cursors = [_Cursor(index) for index in indexes]
        self._rounds = Rounds(_DUTY, self._keep_up)

    def start(self, every_s: float) -> None:
        """Follow the log in the background, so that looking up finds little left to do."""
        self._rounds.start(every_s)

    def close(self) -> None:
        """End it."""
        self._rounds.close()

    def follow(self) -> int:
        """Look at the next leaves; returns how many there were."""
        with self._store.reading() as session:
            head = session.scalar(_HEAD) or 0
            seen = {cursor: cursor.read(session) for cursor in self._cursors}
            first = min(seen.values())
            if first >= head:
                return 0
            leaves = [read_leaf(index, content) for index, content in session.execute(_LEAVES, {"first": first})]
            # Worked out before the database's write lock is taken: those who decide wait for it.
            writes = [(at, at.index.prepare(session, leaves)) for at in self._cursors if seen[at] == first]
        if leaves:
            self._keep(first, leaves[-1].index + 1, writes)
        return len(leaves)

    def catch_up(self) -> None:
        """Look at every leaf there is."""
        while self.follow():
            pass

    def _keep_up(self) -> None:
        with self._store.alone(_DUTY) as nobody_else:
            # What came meanwhile is for the next round: few at a time cost almost as much as many.
            while nobody_else and not self._rounds.ending and self.follow() == BATCH:
                pass

    def _keep(self, seen: int, size: int, writes: Sequence[tuple["_Cursor", Write]]) -> None:
        with self._store.transaction() as session:
            for cursor, write in writes:  # in one order everywhere, so that no two processes wait for each other
                if cursor.lock(session) == seen:  # otherwise another process has just done it
                    write(session)
                    cursor.move(session, size)


class _Cursor:
    """How far one index is. The statements are made once: making them costs more than running them."""

    def __init__(self, index: LeafIndex) -> None:
        self.index = index
        table = index.cursor
        mine = select(table.c.size).where(table.c.id == CURSOR_ID)
        self._read = mine
        self._lock = mine.with_for_update()
        self._move = update(table).where(table.c.id == CURSOR_ID).values(size=bindparam("new_size"))
        self._create = text(
            f"INSERT INTO {table.name} (id, size) VALUES (:id, 0) ON CONFLICT DO NOTHING"  # noqa: S608  # our own table's name
        )

    def read(self, session: Session) -> int:
        return session.scalar(self._read) or 0

    def lock(self, session: Session) -> int:
        session.execute(self._create, {"id": CURSOR_ID})
        size: int = session.scalars(self._lock).one()
        return size

    def move(self, session: Session, size: int) -> None:
        session.connection().execute(self._move, {"new_size": size})


def read_leaf(index: int, content: bytes) -> ReadLeaf:
    """Read a leaf as far as indexes do."""
    try:
        told = from_json(content, cache_strings="keys")
    except ValueError:  # of a release to come, or spoilt
        told = None
    return ReadLeaf(index, told if isinstance(told, dict) else {})
