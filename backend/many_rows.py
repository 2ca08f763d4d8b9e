"""Puts many rows into a table at once."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Dialect, Table, insert

from backend.driver import toolkits_error, value_reader


class ManyRows:
    """Where rows of one table go, a few hundred at a time.

    PostgreSQL is sent them as one COPY: a tenth of what as many INSERTs cost here, and half of what they cost there.

    Args:
        table: Every column must be given a value, or None.
    """

    def __init__(self, table: Table) -> None:
        self._columns = tuple(table.columns)
        self._insert = insert(table)
        self._copy = f"COPY {table.name} ({', '.join(column.name for column in self._columns)}) FROM STDIN"

    def put(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert rows, if there are any.

        Raises:
            DBAPIError: One was refused; the transaction is over.
        """
        if not rows:
            return
        if connection.dialect.name != "postgresql":
            connection.execute(self._insert, rows)
            return
        driver: Any = connection.connection.driver_connection
        try:
            with driver.cursor() as cursor, cursor.copy(self._copy) as copy:
                for row in self._read(rows, connection.dialect):
                    copy.write_row(row)
        except connection.dialect.loaded_dbapi.Error as error:
            raise toolkits_error(error, self._copy, connection.dialect) from error

    def _read(self, rows: Sequence[Mapping[str, Any]], dialect: Dialect) -> Sequence[Sequence[Any]]:
        """Return the rows as the columns' types have them."""
        reading = [(column.name, value_reader(column.type, dialect)) for column in self._columns]
        return [[read(row[name]) if read else row[name] for name, read in reading] for row in rows]
