"""What was meant for the paper, slip by slip, so that after a power cut nobody has to guess.

Holds references only: nothing about the citizen. Written through before each step (SQLite, ``synchronous=FULL``).
"""

import sqlite3
import weakref
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
    ended_at TEXT,
    loose INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS attempt_reference ON attempt (reference);
"""


class State(StrEnum):
    """How far one attempt at a slip came. Written before the step it names begins.

    ``SENT``: all but the slip's end is on its way. ``ENDING``: so is the end, without which no slip is whole.
    """

    MEANT = "meant"
    SENT = "sent"
    ENDING = "ending"
    CONFIRMED = "confirmed"
    UNSURE = "unsure"
    GIVEN_UP = "given_up"


class Fate(StrEnum):
    """What can be said of a slip after a restart."""

    PRINTED = "printed"
    NOT_PRINTED = "not_printed"
    LOOK_AT_THE_TRAY = "look_at_the_tray"


FATES = {
    State.MEANT: Fate.NOT_PRINTED,
    State.SENT: Fate.NOT_PRINTED,
    State.ENDING: Fate.LOOK_AT_THE_TRAY,
    State.CONFIRMED: Fate.PRINTED,
    State.UNSURE: Fate.LOOK_AT_THE_TRAY,
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
        if self._memory is not None:
            weakref.finalize(self, self._memory.close)
        with closing(self._connect()) if self._memory is None else self._memory as connection:
            connection.executescript(_SCHEMA)
            if "loose" not in {row[1] for row in connection.execute("PRAGMA table_info(attempt)")}:
                connection.execute("ALTER TABLE attempt ADD COLUMN loose INTEGER NOT NULL DEFAULT 0")

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
        """Note that bytes are about to leave: from now on something may hang in the printer."""
        self._run(
            "UPDATE attempt SET state = ?, sent_at = ?, loose = 1 WHERE id = ?",
            (State.SENT, self._now().isoformat(), attempt),
        )

    def mark_ending(self, attempt: int) -> None:
        """Note that the slip's end is about to leave."""
        self._run("UPDATE attempt SET state = ? WHERE id = ?", (State.ENDING, attempt))

    def mark_ended(self, attempt: int, state: State, *, loose: bool = False) -> None:
        """Note how an attempt ended, and whether its beginning may hang in the printer."""
        self._run(
            "UPDATE attempt SET state = ?, ended_at = ?, loose = ? WHERE id = ?",
            (state, self._now().isoformat(), loose, attempt),
        )

    def mark_cut_off(self) -> None:
        """Note that nothing hangs in the printer any more."""
        self._run("UPDATE attempt SET loose = 0 WHERE loose = 1", ())

    def find_fate(self, reference: str) -> Fate | None:
        """Say what became of a slip: printed if ever confirmed, else as its last attempt ended; None if never meant."""
        rows = self._run("SELECT state FROM attempt WHERE reference = ? ORDER BY id", (reference,))
        states = [State(state) for (state,) in rows]
        if State.CONFIRMED in states:
            return Fate.PRINTED
        return FATES[states[-1]] if states else None

    def has_loose_start(self) -> bool:
        """Say whether the beginning of a slip may still hang in the printer, or wait in its buffer."""
        return bool(self._run("SELECT 1 FROM attempt WHERE loose = 1 LIMIT 1", ()))

    def recover(self) -> list[Unfinished]:
        """End what an earlier run left unfinished, newest first: what may be whole is unsure, the rest given up."""
        open_states = (State.MEANT, State.SENT, State.ENDING)
        rows = self._run("SELECT reference, state FROM attempt WHERE state IN (?, ?, ?) ORDER BY id DESC", open_states)
        now = self._now().isoformat()
        self._run(
            "UPDATE attempt SET state = ?, ended_at = ? WHERE state IN (?, ?)",
            (State.GIVEN_UP, now, State.MEANT, State.SENT),
        )
        self._run("UPDATE attempt SET state = ?, ended_at = ? WHERE state = ?", (State.UNSURE, now, State.ENDING))
        return [Unfinished(reference, FATES[State(state)]) for reference, state in rows]
