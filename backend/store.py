"""The one door to the database: SQLite in one file for a small centre, PostgreSQL for a large one."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from zlib import crc32

from sqlalchemy import (
    URL,
    ClauseElement,
    Connection,
    DateTime,
    Dialect,
    Engine,
    MetaData,
    create_engine,
    event,
    make_url,
    text,
)
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

from backend.single_statement import SingleStatement
from backend.write_turn import WriteTurn, held_alone

BUSY_TIMEOUT_MS: Final = 10_000
"""How long a writer waits for SQLite's single write lock before it gives up."""
_READING: Final = "baidiao_reading"
_GLANCING: Final = "baidiao_glancing"
_USED_AT: Final = "baidiao_used_at"
_GLANCES: Final = 5
"""Connections kept for single statements: those are over soon."""
# What a statement was given is nobody's to read in an exception's text, wherever that ends.
_OPTIONS: Final[dict[str, Any]] = {"pool_size": 10, "hide_parameters": True}
PING_AFTER_S = 1.0
"""A server takes longer to start again; asking each time would cost a round trip for every statement's own."""
_TRY_LOCK: Final = text("SELECT pg_try_advisory_lock(:key)")
_UNLOCK: Final = text("SELECT pg_advisory_unlock(:key)")


class Base(DeclarativeBase):
    """Base of every model. The names of constraints are fixed, so that migrations can speak of them on any database."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC time. SQLite forgets time zones; this refuses naive times going in and gives aware ones back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware time into UTC; a naive one is a mistake of ours."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone was about to be stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the time back as aware UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


class Store:
    """Sessions over one engine. Services open transactions here; repositories and models never do.

    Args:
        url: ``sqlite:///path`` or ``postgresql://user@host/name`` (the driver is psycopg 3, named or not).

    Attributes:
        file: SQLite's; None on PostgreSQL and in memory.
    """

    def __init__(self, url: str) -> None:
        self.engine = _make_engine(url)
        reading = self.engine.execution_options(**{_READING: True}, **_read_only(self.engine))
        self._glance = _glancing(self.engine)
        self.file = _find_file(self.engine)
        self._turn = WriteTurn(self.file) if self.file else None  # PostgreSQL lets many write
        self._write = sessionmaker(self.engine, expire_on_commit=False)
        self._read = sessionmaker(reading, expire_on_commit=False)

    @property
    def is_sqlite(self) -> bool:
        """Whether the store is a SQLite file (one writer at a time)."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Give a session whose work is committed at the end, or rolled back by any exception."""
        with self._turn.taken() if self._turn else nullcontext(), self._write() as session, session.begin():
            yield session

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection whose work is committed at the end, or rolled back by any exception.

        For who has only statements to run: a session costs as much again as a few of them.
        """
        with self._turn.taken() if self._turn else nullcontext(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a session that reads one consistent state and never takes the write lock."""
        # Ended by a commit, of nothing: after a rollback the driver has PostgreSQL forget every prepared statement.
        with self._read() as session, session.begin():
            yield session

    @contextmanager
    def glancing(self) -> Iterator[Connection]:
        """Give a connection for single statements: each sees the newest state and is a transaction of its own.

        On SQLite they only read: a writer must wait for his turn.
        """
        with self._glance.connect() as connection:
            yield connection

    def single(self, statement: ClauseElement) -> SingleStatement:
        """Prepare a statement that is a transaction of its own. On SQLite it only reads, as with :meth:`glancing`."""
        return SingleStatement(self._glance, statement)

    @contextmanager
    def alone(self, duty: str) -> Iterator[bool]:
        """Try to be the only one at a duty, in this process and all others; gives whether it came to that.

        Whoever has it loses it when his process dies. Others do not wait: what they would have done is being done.

        Args:
            duty: Its name, a word.
        """
        if self.file is not None:
            with held_alone(Path(f"{self.file}-{duty}")) as mine:
                yield mine
        elif self.is_sqlite:  # in memory: one process
            yield True
        else:
            with self._glance.connect() as connection:
                key = {"key": crc32(duty.encode())}
                mine = bool(connection.scalar(_TRY_LOCK, key))
                try:
                    yield mine
                finally:
                    if mine:
                        connection.execute(_UNLOCK, key)

    def close(self) -> None:
        """Close the pooled connections."""
        self.engine.dispose()
        self._glance.dispose()
        if self._turn is not None:
            self._turn.close()
            self._turn = None


@contextmanager
def opened_store(url: str) -> Iterator[Store]:
    """Open a store for one command and close it afterwards."""
    store = Store(url)
    try:
        yield store
    finally:
        store.close()


@contextmanager
def sent_at_once(connection: Connection) -> Iterator[None]:
    """Send PostgreSQL what is executed here without waiting for its answers: they are waited for once, at the end.

    For statements whose results nobody looks at. What one of them was refused for comes as the driver's own error, at
    the end or before; the transaction is over then.
    """
    driver: Any = connection.connection.driver_connection
    with driver.pipeline() if connection.dialect.name == "postgresql" else nullcontext():
        yield


def _make_engine(text: str) -> Engine:
    url = make_url(text)
    if url.get_backend_name() == "postgresql":
        return _make_postgresql(url)
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = create_engine(url, **_OPTIONS)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _make_postgresql(url: URL, **options: Any) -> Engine:
    engine = create_engine(url.set(drivername="postgresql+psycopg"), **(_OPTIONS | options))
    event.listen(engine, "checkin", _note_use)
    event.listen(engine, "checkout", _ping_idle)
    return engine


def _glancing(engine: Engine) -> Engine:
    """Return what runs single statements without a transaction around them.

    On PostgreSQL it has connections of its own: to let one commit by itself for a moment costs more than a statement.
    SQLite's driver leaves transactions to us anyway.
    """
    if engine.dialect.name == "postgresql":
        return _make_postgresql(engine.url, isolation_level="AUTOCOMMIT", pool_size=_GLANCES, pool_reset_on_return=None)
    return engine.execution_options(**{_GLANCING: True})


def _find_file(engine: Engine) -> Path | None:
    """Give SQLite's file. A database in memory has none, and one user."""
    file = engine.url.database if engine.dialect.name == "sqlite" else None
    return Path(file) if file and file != ":memory:" else None


def _read_only(engine: Engine) -> dict[str, Any]:
    return {"postgresql_readonly": True} if engine.dialect.name == "postgresql" else {}


def _note_use(_connection: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
    record.info[_USED_AT] = time.monotonic()


def _ping_idle(connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: object) -> None:
    """Look whether a connection that lay idle still leads anywhere: its server may have been started again."""
    used_at = record.info.get(_USED_AT)
    if used_at is not None and time.monotonic() - used_at > PING_AFTER_S and not _answers(connection):
        raise DisconnectionError


def _answers(connection: DBAPIConnection) -> bool:
    cursor = connection.cursor()
    try:
        cursor.execute("SELECT 1")
        connection.rollback()
    except Exception:  # noqa: BLE001  # whatever it is, the pool opens another
        return False
    finally:
        cursor.close()
    return True


def _prepare_sqlite(connection: DBAPIConnection, _record: object) -> None:
    # The driver must not open transactions by its own rules: it would begin them without the write lock.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout = {BUSY_TIMEOUT_MS}",
        "journal_mode = WAL",
        "synchronous = FULL",  # what was acknowledged survives a power cut
        "foreign_keys = ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    # A transaction that begins by reading and writes later fails at once under contention (SQLITE_BUSY_SNAPSHOT);
    # one that says so from the start waits its turn.
    options = connection.get_execution_options()
    if not options.get(_GLANCING):
        connection.exec_driver_sql("BEGIN" if options.get(_READING) else "BEGIN IMMEDIATE")
