"""An agency that lets the centre read one view of its database. Only ever one SELECT with bound values.

Reading is enforced thrice: the statement is built here, the session is opened read-only, and the agency grants no more.
Columns become the answer's fields; ``birth__year`` stands for ``year`` inside ``birth``.
"""

import asyncio
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, Engine, Select, bindparam, column, create_engine, event, make_url, select, table
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from backend.linkage.adapters.subject_fields import number_sent, subject_value
from backend.linkage.directory import Request
from backend.linkage.errors import WrongAnswerError
from backend.linkage.facts import Fact
from backend.linkage.ports import Facts, NotKnown
from backend.linkage.reading import read_facts
from contracts.decision import NotKnownCause, Subject

THREADS: Final = 4
"""Questions one view has under way in one worker; more are not asked."""
_NEST: Final = "__"
_STEPS_BETWEEN_LOOKS: Final = 10_000
_CROWDED: Final = NotKnown(NotKnownCause.OVERLOADED, retryable=True, detail="view_threads")
_LATE: Final = NotKnown(NotKnownCause.TIMEOUT, retryable=True, detail="deadline")


def open_read_only(url: str) -> Engine:
    """Make an engine none of whose sessions can write."""
    parsed = make_url(url)
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        return _open_sqlite(str(parsed.database))
    if backend == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    engine = create_engine(parsed, hide_parameters=True, pool_size=THREADS, max_overflow=0, pool_pre_ping=True)
    if backend == "postgresql":
        return engine.execution_options(postgresql_readonly=True)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("SET TRANSACTION READ ONLY"))
    return engine


def _open_sqlite(file: str) -> Engine:
    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=0.05, check_same_thread=False)
        connection.execute("PRAGMA query_only = ON")
        return connection

    return create_engine("sqlite://", hide_parameters=True, creator=connect, poolclass=NullPool)


class SqlViewProvider:
    """One view of one agency, read as the directory says."""

    def __init__(self, engine: Engine, request: Request) -> None:
        self._engine = engine
        self._request = request
        self._free = threading.BoundedSemaphore(THREADS)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="sql-view")

    def close(self) -> None:
        """End the threads and the pool's connections (see ``Closing``)."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._engine.dispose()

    @property
    def offers(self) -> frozenset[Fact]:
        """The facts this view can yield."""
        return frozenset(self._request.facts)

    async def ask(self, subject: Subject, facts: frozenset[Fact], deadline_s: float) -> Facts | NotKnown:
        """Ask about one person (see ``Provider``). A query past its deadline is broken off in the database too."""
        if not self._free.acquire(blocking=False):
            return _CROWDED
        given_up = threading.Event()
        asked = self._threads.submit(self._read_and_free, subject, facts, deadline_s, given_up)
        try:
            async with asyncio.timeout(deadline_s):
                return await asyncio.shield(asyncio.wrap_future(asked))
        except TimeoutError:
            return _LATE
        finally:
            given_up.set()

    def _read_and_free(
        self, subject: Subject, facts: frozenset[Fact], deadline_s: float, given_up: threading.Event
    ) -> Facts | NotKnown:
        try:
            return self._read(subject, facts, deadline_s, given_up)
        except SQLAlchemyError as error:
            return classify_database_failure(error)
        finally:
            self._free.release()

    def _read(
        self, subject: Subject, facts: frozenset[Fact], deadline_s: float, given_up: threading.Event
    ) -> Facts | NotKnown:
        sent = {f"key_{field}": subject_value(subject, name) for field, name in self._request.send.items()}
        with self._engine.connect() as connection, connection.begin():
            _limit(connection, deadline_s, given_up)
            rows = connection.execute(self._statement(facts), sent).mappings().fetchmany(2)
        if len(rows) > 1:
            return NotKnown(NotKnownCause.BAD_ANSWER, retryable=False, detail="several_rows")
        try:
            tree = self._tree(dict(rows[0]) if rows else None)
            known = read_facts(self._request, tree, facts, lexical=False, about=number_sent(subject, self._request))
        except WrongAnswerError as error:
            return NotKnown(NotKnownCause.BAD_ANSWER, retryable=False, detail=error.detail)
        return known if known is not None else NotKnown(NotKnownCause.NO_RECORD, retryable=False)

    def _statement(self, facts: frozenset[Fact]) -> Select[Any]:
        request = self._request
        names = dict.fromkeys(name for fact in sorted(facts & self.offers) for name in request.columns_of(fact))
        beside = [request.whose, request.as_of.at if request.as_of else ""]
        names.update(dict.fromkeys(name for name in beside if name))
        schema, _, view = request.view.rpartition(".")
        source = table(view, schema=schema or None)
        columns: list[Any] = [column(name) for name in names]
        statement = select(*columns).select_from(source).limit(2)
        return statement.where(*(column(field) == bindparam(f"key_{field}") for field in request.send))

    def _tree(self, row: dict[str, Any] | None) -> dict[str, Any]:
        found = self._request.found
        if row is None:
            return {found: False}
        tree: dict[str, Any] = {found: True}
        flags = {reading.at for reading in self._request.facts.values() if reading.convert == "bool"}
        for name, raw in row.items():
            outer, nested, inner = name.partition(_NEST)
            value = raw.isoformat() if isinstance(raw, date) else raw
            if name in flags and type(value) is int and value in {0, 1}:
                value = bool(value)  # databases without a boolean type keep 0 and 1
            if nested:
                tree.setdefault(outer, {})[inner] = value
            else:
                tree[name] = value
        return tree


def _limit(connection: Connection, deadline_s: float, given_up: threading.Event) -> None:
    """Have the database itself end a query that nobody waits for any more."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SET LOCAL statement_timeout = {max(1, int(deadline_s * 1000))}")
    elif connection.dialect.name == "sqlite":
        raw: Any = connection.connection.driver_connection
        raw.set_progress_handler(lambda: int(given_up.is_set()), _STEPS_BETWEEN_LOOKS)


def classify_database_failure(error: SQLAlchemyError) -> NotKnown:
    """Say what a failed query means. Codes alone are kept: messages quote statements and values."""
    original = error.orig if isinstance(error, DBAPIError) else None
    code = str(getattr(original, "sqlstate", None) or getattr(original, "sqlite_errorname", "") or "")
    detail = f"sql_{code or type(error).__name__}"
    # SQLSTATE classes: ISO/IEC 9075-2, table of SQLSTATE classes; 53 and 57 are PostgreSQL's, appendix A.
    if code == "57014" or code.startswith("SQLITE_INTERRUPT"):
        return NotKnown(NotKnownCause.TIMEOUT, retryable=True, detail=detail)
    if code.startswith(("53", "40", "SQLITE_BUSY", "SQLITE_LOCKED")):
        return NotKnown(NotKnownCause.OVERLOADED, retryable=True, detail=detail)
    unreachable = code.startswith(("08", "57P", "SQLITE_CANTOPEN", "SQLITE_IOERR"))
    if unreachable or (not code and type(error).__name__ in {"OperationalError", "TimeoutError"}):
        return NotKnown(NotKnownCause.UNREACHABLE, retryable=True, detail=detail)
    return NotKnown(NotKnownCause.BAD_ANSWER, retryable=False, detail=detail)
