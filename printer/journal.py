"""What was meant for the paper, slip by slip, so that after a power cut nobody has to guess.

Holds references only: nothing about the citizen. Written through before each step (SQLite, ``synchronous=FULL``).
"""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

_SCHEMA = """
CREATE TABLE IF NOT EXISTS attempt (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    reference TEXT NOT NULL,
    state TEXT NOT NULL,
    meant_at TEXT NOT NULL,
    sent_at TEXT,
    ended_at TEXT
);
CREATE INDEX IF NOT EXISTS attempt_reference ON attempt (reference);
"""


class State(StrEnum):
    """How far one attempt at a slip came."""

    MEANT = "meant"
    SENT = "sent"
    CONFIRMED = "confirmed"
    GIVEN_UP = "given_up"


class Fate(StrEnum):
    """What can be said of a slip after a restart."""

    PRINTED = "printed"
    NOT_PRINTED = "not_printed"
    LOOK_AT_THE_TRAY = "look_at_the_tray"


FATES = {
    State.MEANT: Fate.NOT_PRINTED,
    State.SENT: Fate.LOOK_AT_THE_TRAY,
    State.CONFIRMED: Fate.PRINTED,
    State.GIVEN_UP: Fate.NOT_PRINTED,
}


@dataclass(frozen=True)
class Unfinished:
    """A slip whose printing was interrupted."""

    reference: str
    fate: Fate


class Journal:
    """The journal in one SQLite file.

    Args:
        path: The file; ``:memory:`` keeps nothing.
        now: Aware UTC clock.
    """

    def __init__(self, path: Path | str, now: Callable[[], datetime]) -> None:
        self._path = str(path)
        self._now = now
        self._memory = sqlite3.connect(":memory:", check_same_thread=False) if self._path == ":memory:" else None
        with closing(self._connect()) if self._memory is None else self._memory as connection:
            connection.executescript(_SCHEMA)

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=5)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        return connection

    def _run(self, statement: str, values: tuple[object, ...]) -> list[tuple[str, ...]]:
        """Each statement is its own transaction: on the disk before the next byte goes to the printer."""
        if self._memory is not None:
            with self._memory:
                return self._memory.execute(statement, values).fetchall()
        with closing(self._connect()) as connection, connection:
            return connection.execute(statement, values).fetchall()

    def mean(self, reference: str) -> int:
        """Begin an attempt and return its number."""
        rows = self._run(
            "INSERT INTO attempt (reference, state, meant_at) VALUES (?, ?, ?) RETURNING id",
            (reference, State.MEANT, self._now().isoformat()),
        )
        return int(rows[0][0])

    def mark_sent(self, attempt: int) -> None:
        """Note that bytes are about to leave."""
        self._run(
            "UPDATE attempt SET state = ?, sent_at = ? WHERE id = ?", (State.SENT, self._now().isoformat(), attempt)
        )

    def mark_ended(self, attempt: int, state: State) -> None:
        """Note how an attempt ended: confirmed or given up."""
        self._run("UPDATE attempt SET state = ?, ended_at = ? WHERE id = ?", (state, self._now().isoformat(), attempt))

    def find_fate(self, reference: str) -> Fate | None:
        """Say what became of a slip: printed if ever confirmed, else as its last attempt ended; None if never meant."""
        rows = self._run("SELECT state FROM attempt WHERE reference = ? ORDER BY id", (reference,))
        states = [State(state) for (state,) in rows]
        if State.CONFIRMED in states:
            return Fate.PRINTED
        return FATES[states[-1]] if states else None

    def has_loose_start(self) -> bool:
        """Say whether the last slip sent was given up, so that its beginning may still hang in the printer."""
        rows = self._run("SELECT state FROM attempt WHERE sent_at IS NOT NULL ORDER BY id DESC LIMIT 1", ())
        return bool(rows) and rows[0][0] == State.GIVEN_UP

    def recover(self) -> list[Unfinished]:
        """Find slips that an earlier run left unfinished, newest first; those never sent are given up here and now."""
        rows = self._run(
            "SELECT reference, state FROM attempt WHERE ended_at IS NULL AND state IN (?, ?) ORDER BY id DESC",
            (State.MEANT, State.SENT),
        )
        now = self._now().isoformat()
        self._run("UPDATE attempt SET state = ?, ended_at = ? WHERE state = ?", (State.GIVEN_UP, now, State.MEANT))
        self._run("UPDATE attempt SET ended_at = ? WHERE state = ? AND ended_at IS NULL", (now, State.SENT))
        return [Unfinished(reference, FATES[State(state)]) for reference, state in rows]
