"""Statements that every question runs, and runs alone: without the objects that a toolkit makes around each."""

from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import ClauseElement, Dialect, Engine
from sqlalchemy.pool import PoolProxiedConnection
from sqlalchemy.sql.compiler import SQLCompiler

from backend.driver import toolkits_error, value_reader


class SingleStatement:
    """A statement that is a transaction of its own and asks for a row, of which there may be none.

    It takes its connection from the engine's pool and goes straight to the driver: a third of what the same statement
    costs through a ``Connection``. Rows hold what the driver gives: no type of ours reads them.

    Args:
        engine: Whose connections leave statements without a transaction around them.
        statement: Compiled here, once.
    """

    def __init__(self, engine: Engine, statement: ClauseElement) -> None:
        self._engine = engine
        compiled = cast("SQLCompiler", statement.compile(engine))
        self._text = str(compiled)
        self._order = compiled.positiontup
        self._fixed = {name: value for name, value in compiled.params.items() if value is not None}
        self._processors = _find_processors(compiled, engine.dialect)

    def one(self, values: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """Run it.

        Raises:
            DBAPIError: As through a ``Connection``: the driver's own error within, the values never.
        """
        connection: PoolProxiedConnection | None = None
        try:
            connection = self._engine.raw_connection()
            cursor = connection.cursor()
            try:
                cursor.execute(self._text, self._bind(values))
                return cast("tuple[Any, ...] | None", cursor.fetchone())
            finally:
                cursor.close()
        except self._engine.dialect.loaded_dbapi.Error as error:
            raise self._told(error, connection) from error
        finally:
            if connection is not None:
                connection.close()

    def _bind(self, values: Mapping[str, Any]) -> Any:
        bound = {**self._fixed, **values}
        for name, processor in self._processors.items():
            bound[name] = processor(bound[name])
        return bound if self._order is None else tuple(bound[name] for name in self._order)

    def _told(self, error: Exception, connection: PoolProxiedConnection | None) -> BaseException:
        """Return the toolkit's error for the driver's; a server that went away took the other connections with it."""
        dialect = self._engine.dialect
        gone = connection is not None and dialect.is_disconnect(error, connection.driver_connection, None)  # type: ignore[arg-type]  # what dialects take
        if connection is not None and gone:
            connection.invalidate(error)
            self._engine.dispose()
        return toolkits_error(error, self._text, dialect, gone=gone)


def _find_processors(compiled: SQLCompiler, dialect: Dialect) -> dict[str, Any]:
    found = {name: value_reader(bind.type, dialect) for name, bind in compiled.binds.items()}
    return {name: processor for name, processor in found.items() if processor is not None}
