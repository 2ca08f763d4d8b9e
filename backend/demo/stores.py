"""The agencies' SQLite files: written whole by the generator, only read by the servers."""

import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import ExitStack, closing
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, Final

from backend.demo.errors import StoreError
from backend.demo.person import Person
from backend.demo.registers import REGISTERS, Register, Row

_BATCH: Final = 5_000


def store_path(directory: Path, agency_id: str) -> Path:
    """Return where an agency's store lies."""
    return directory / f"{agency_id}.sqlite3"


def build_stores(directory: Path, people: Iterable[Person], today: date) -> dict[str, int]:
    """Write all agencies' stores anew; old ones are replaced only when all the new ones are whole.

    Args:
        directory: Made when missing.
        people: The population; read once, never held whole.
        today: Day of generation.

    Returns:
        How many people each agency knows.
    """
    directory.mkdir(parents=True, exist_ok=True)
    fresh = {register.agency_id: store_path(directory, f".{register.agency_id}.new") for register in REGISTERS}
    with ExitStack() as stack:
        connections = {
            register.agency_id: stack.enter_context(closing(_create(fresh[register.agency_id], register)))
            for register in REGISTERS
        }
        counts = _fill(connections, people, today)
        for connection in connections.values():
            connection.commit()
    for agency_id, path in fresh.items():
        path.replace(store_path(directory, agency_id))
    return counts


def _create(path: Path, register: Register) -> sqlite3.Connection:
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path)
    # The file is thrown away when anything fails before it gets its name, so it needs no journal of its own.
    connection.execute("PRAGMA journal_mode = OFF")
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute(f"CREATE TABLE person (number INTEGER PRIMARY KEY, {', '.join(register.columns)})")
    return connection


def _fill(connections: Mapping[str, sqlite3.Connection], people: Iterable[Person], today: date) -> dict[str, int]:
    counts = dict.fromkeys(connections, 0)
    source = iter(people)
    while batch := list(islice(source, _BATCH)):
        for register in REGISTERS:
            rows = [(int(person.citizen_number), *row) for person in batch if (row := register.keep(person, today))]
            _insert(connections[register.agency_id], register, rows)
            counts[register.agency_id] += len(rows)
    return counts


def _insert(connection: sqlite3.Connection, register: Register, rows: list[Row]) -> None:
    places = ", ".join("?" * (len(register.columns) + 1))
    connection.executemany(f"INSERT INTO person VALUES ({places})", rows)  # noqa: S608  (question marks only)


class Store:
    """One agency's people, read only. For the thread that opened it.

    Raises:
        StoreError: There is no such store.
    """

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise StoreError(str(path))
        self._connection = sqlite3.connect(f"{path.absolute().as_uri()}?immutable=1", uri=True)
        self._connection.row_factory = sqlite3.Row

    def find(self, citizen_number: str) -> Mapping[str, Any] | None:
        """Return a person's row, or None when the agency does not know the number."""
        row: sqlite3.Row | None = self._connection.execute(
            "SELECT * FROM person WHERE number = ?", (int(citizen_number),)
        ).fetchone()
        return None if row is None else dict(row)

    def count(self) -> int:
        """Return how many people the agency knows."""
        return int(self._connection.execute("SELECT count(*) FROM person").fetchone()[0])

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()
