"""An agency's register as a database with one view, and as a file to be handed over: beside its web service."""

import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

from backend.demo.control import Control, Failure
from backend.demo.flat import COLUMNS, NUMBER, UPDATED, file_lines, view_query


class ViewFile:
    """A SQLite file with a table ``record`` and a view ``citizens``, made anew for every change of behaviour.

    Args:
        path: Of the file that is shown.
        agency_id: Whose.
        store: The agency's own store.
        updated: The day that the register is of.
    """

    def __init__(self, path: Path, agency_id: str, store: Path, updated: date) -> None:
        self._path = path
        self._agency_id = agency_id
        self._base = path.with_name(path.name + ".base")
        self._lock: sqlite3.Connection | None = None
        self._fill(store, updated)
        self.show(Control())

    def show(self, control: Control) -> None:
        """Show the register as ``control`` says. Who is reading the former file reads it to its end."""
        self.close()
        fresh = self._path.with_name(self._path.name + ".new")
        shutil.copyfile(self._base, fresh)
        if control.failure is Failure.GARBAGE:
            fresh.write_bytes(b"\x00garbage\xff" * 500)
        elif control.failure is not Failure.ERROR:
            with closing(sqlite3.connect(fresh)) as connection:
                query = view_query(self._agency_id, control.failure, control.latency_ms)
                connection.execute(f"CREATE VIEW citizens AS {query}")
                connection.commit()
        fresh.replace(self._path)
        if control.failure is Failure.CLOSE:
            self._path.unlink()
        elif control.failure is Failure.BUSY:
            self._lock = sqlite3.connect(self._path)
            self._lock.execute("BEGIN EXCLUSIVE")

    def lines(self, failure: Failure) -> Iterator[str]:
        """Return the file to be handed over, line by line."""
        with closing(sqlite3.connect(f"{self._base.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            connection.row_factory = sqlite3.Row
            shown = ", ".join((NUMBER, UPDATED, *COLUMNS[self._agency_id]))
            rows: Iterator[Mapping[str, Any]] = map(
                dict,
                connection.execute(f"SELECT {shown} FROM record ORDER BY place"),  # noqa: S608  (names of our own)
            )
            yield from file_lines(rows, failure)

    def close(self) -> None:
        """Let go of the file's lock."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _fill(self, store: Path, updated: date) -> None:
        self._base.unlink(missing_ok=True)
        columns = COLUMNS[self._agency_id]
        with closing(sqlite3.connect(self._base)) as connection:
            connection.execute("ATTACH ? AS store", (str(store),))
            places = ", ".join(columns)
            connection.execute(
                f"CREATE TABLE record (place INTEGER PRIMARY KEY, {NUMBER} TEXT UNIQUE, {UPDATED} TEXT, {places})"
            )
            taken = ", ".join(columns.values())
            connection.execute(
                f"INSERT INTO record ({NUMBER}, {UPDATED}, {places}) "  # noqa: S608  (names of our own)
                f"SELECT printf('%013d', number), ?, {taken} FROM store.person ORDER BY number",
                (updated.isoformat(),),
            )
            connection.commit()
