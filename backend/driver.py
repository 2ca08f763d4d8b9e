"""What the toolkit does around the database's driver, for those who speak to the driver themselves."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeEngine


def toolkits_error(error: Exception, statement: str, dialect: Dialect, *, gone: bool = False) -> BaseException:
    """Return SQLAlchemy's error for the driver's.

    Args:
        error: The driver's.
        statement: What was run. The values it was given are never told.
        dialect: Whose driver.
        gone: Whether the connection is lost.
    """
    base = dialect.loaded_dbapi.Error
    return DBAPIError.instance(
        statement, (), error, base, hide_parameters=True, connection_invalidated=gone, dialect=dialect
    )


def value_reader(kind: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    """Return what turns a value of a column's type into one that the driver takes; None when it takes it as it is."""
    return kind.dialect_impl(dialect).bind_processor(dialect)
