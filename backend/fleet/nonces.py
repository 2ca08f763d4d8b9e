"""Remembers the nonces of signatures until the signatures are too old anyway, so that none passes twice.

SQLite has one writer at a time, and waits for the disk before it lets the next one write. Devices' nonces, one a
request, need neither: there they have a file of their own. It survives the death of any process. After a power cut the
last of them may be missing: then no signature passes that was made before the machine started again.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Protocol, cast

from sqlalchemy import ColumnElement, Select, Table, bindparam, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from backend.fleet.errors import AdmissionUnavailableError
from backend.fleet.models import SeenNonce
from backend.store import BUSY_TIMEOUT_MS, Store
from backend.write_turn import WriteTurn

_PRUNE_EVERY: Final = timedelta(seconds=60)
_BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")
_NONCE = cast("Table", SeenNonce.__table__)  # declared as a clause, in truth always a table
_PRUNE: Final = delete(_NONCE).where(_NONCE.c.expires_at < bindparam("now"))


@dataclass(frozen=True, slots=True)
class Nonce:
    """A signature's nonce.

    Attributes:
        key_id: RFC 7638 thumbprint of the key that signed.
        nonce: As signed.
        created: When the signature says it was made, aware.
        expires_at: When the signature is too old anyway, and the nonce may be forgotten.
    """

    key_id: str
    nonce: str
    created: datetime
    expires_at: datetime


class Nonces(Protocol):
    """Where nonces are remembered, for all processes of a centre together."""

    def not_before(self) -> datetime | None:
        """Return when the memory begins, None when it lacks nothing: what was signed before may have been forgotten."""
        ...

    def note(self, nonce: Nonce, now: datetime) -> bool:
        """Remember a nonce, and return whether it is new. What expired before ``now`` may be forgotten.

        Raises:
            AdmissionUnavailableError: They cannot be remembered now.
            SQLAlchemyError: Likewise.
        """
        ...

    def gate(self, store: Store, signer: Select[Any], may_pass: ColumnElement[bool]) -> "Gate":
        """Return what looks up who signed and, if he may pass, remembers his nonce.

        Args:
            store: Where signers are.
            signer: Finds one by ``key_id``.
            may_pass: Of his row, whether he may.
        """
        ...

    def close(self) -> None:
        """Let go of what is held."""
        ...


@dataclass(frozen=True, slots=True)
class Passage:
    """What a gate says.

    Attributes:
        signer: His row; None when nobody has the key.
        may_pass: Whether he may; if not, his nonce is as good as unused.
        is_new: Whether the nonce was not seen before.
    """

    signer: Sequence[Any] | None
    may_pass: bool
    is_new: bool


Gate = Callable[[Nonce, datetime], Passage]
_NOBODY: Final = Passage(None, may_pass=False, is_new=False)


def open_nonces(store: Store, now: Callable[[], datetime]) -> Nonces:
    """Open the memory that suits a store."""
    return FileNonces(Path(f"{store.file}-nonces"), now) if store.file else TableNonces(store)


class TableNonces:
    """In a table of the database: each is durable when it is noted."""

    def __init__(self, store: Store) -> None:
        self._store = store
        put = (sqlite.insert if store.is_sqlite else postgresql.insert)(_NONCE).on_conflict_do_nothing()
        self._put = put.returning(_NONCE.c.nonce)
        self._pruning = _Pruning()

    def not_before(self) -> datetime | None:
        """Return None: nothing is forgotten early."""
        return None

    def note(self, nonce: Nonce, now: datetime) -> bool:
        """Remember a nonce (see ``Nonces``)."""
        self._prune_now_and_then(now)
        with self._store.writing() as connection:
            return connection.execute(self._put, _row(nonce)).one_or_none() is not None

    def gate(self, store: Store, signer: Select[Any], may_pass: ColumnElement[bool]) -> Gate:
        """Do both in one statement (see ``Nonces``), where a statement may insert on its way: not on SQLite."""
        if store.is_sqlite:
            return _one_after_the_other(store, signer, may_pass, self.note)
        found = signer.add_columns(may_pass.label("may_pass")).cte("signer")
        noted = postgresql.insert(_NONCE).from_select(
            ["key_id", "nonce", "expires_at"],
            select(*(bindparam(column.name, type_=column.type) for column in _NONCE.columns)).where(found.c.may_pass),
        )
        put = noted.on_conflict_do_nothing().returning(_NONCE.c.nonce).cte("put")
        both = store.single(select(found, select(func.count()).select_from(put).scalar_subquery()))

        def run(nonce: Nonce, now: datetime) -> Passage:
            self._prune_now_and_then(now)
            row = both.one(_row(nonce))
            return _NOBODY if row is None else Passage(row[:-2], row[-2], is_new=row[-1] == 1)

        return run

    def close(self) -> None:
        """Nothing is held."""

    def _prune_now_and_then(self, now: datetime) -> None:
        if self._pruning.is_due(now):
            with self._store.writing() as connection:
                connection.execute(_PRUNE, {"now": now})


class FileNonces:
    """In a SQLite file beside a small centre's database.

    Args:
        path: The file. One that is no database, or from before the machine last started, is begun anew.
        now: The time.
        boot_id: Differs after each start of the machine.
    """

    def __init__(self, path: Path, now: Callable[[], datetime], boot_id: str | None = None) -> None:
        self._path = path
        self._turn = WriteTurn(path)
        self._pruning = _Pruning()
        with self._turn.taken():
            self._database, self._not_before = self._open(boot_id or _BOOT_ID.read_text("ascii").strip(), now())

    def not_before(self) -> datetime | None:
        """Return when the file was begun."""
        return self._not_before

    def note(self, nonce: Nonce, now: datetime) -> bool:
        """Remember a nonce (see ``Nonces``)."""
        row = (nonce.key_id, nonce.nonce, nonce.expires_at.timestamp())
        with self._writing() as database:
            is_new = database.execute("INSERT OR IGNORE INTO nonce VALUES (?, ?, ?)", row).rowcount == 1
            if self._pruning.is_due(now):
                database.execute("DELETE FROM nonce WHERE expires_at < ?", (now.timestamp(),))
        return is_new

    def gate(self, store: Store, signer: Select[Any], may_pass: ColumnElement[bool]) -> Gate:
        """Do one after the other (see ``Nonces``)."""
        return _one_after_the_other(store, signer, may_pass, self.note)

    def close(self) -> None:
        """Close the file."""
        self._database.close()
        self._turn.close()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        try:
            with self._turn.taken():  # one thread at a time, and one process
                self._database.execute("BEGIN IMMEDIATE")
                try:
                    yield self._database
                except BaseException:
                    with suppress(sqlite3.Error):
                        self._database.execute("ROLLBACK")
                    raise
                self._database.execute("COMMIT")
        except sqlite3.Error as error:
            raise AdmissionUnavailableError from error

    def _open(self, boot_id: str, now: datetime) -> tuple[sqlite3.Connection, datetime]:
        try:
            return self._begun(boot_id, now)
        except sqlite3.DatabaseError:
            for end in ("", "-wal", "-shm"):
                Path(f"{self._path}{end}").unlink(missing_ok=True)
            return self._begun(boot_id, now)

    def _begun(self, boot_id: str, now: datetime) -> tuple[sqlite3.Connection, datetime]:
        database = sqlite3.connect(
            self._path, timeout=BUSY_TIMEOUT_MS / 1000, isolation_level=None, check_same_thread=False
        )
        try:
            self._path.chmod(0o600)
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = NORMAL")  # see the module's first words
            database.execute("CREATE TABLE IF NOT EXISTS begun (boot_id TEXT NOT NULL, at REAL NOT NULL)")
            database.execute(
                "CREATE TABLE IF NOT EXISTS nonce (key_id TEXT NOT NULL, nonce TEXT NOT NULL, expires_at REAL NOT NULL,"
                " PRIMARY KEY (key_id, nonce)) WITHOUT ROWID"
            )
            begun = database.execute("SELECT at FROM begun WHERE boot_id = ?", (boot_id,)).fetchone()
            if begun is None:
                begun = (int(now.timestamp()),)  # signatures tell whole seconds
                database.execute("DELETE FROM begun")
                database.execute("INSERT INTO begun VALUES (?, ?)", (boot_id, *begun))
        except sqlite3.Error:
            database.close()
            raise
        return database, datetime.fromtimestamp(begun[0], UTC)


def _one_after_the_other(
    store: Store, signer: Select[Any], may_pass: ColumnElement[bool], note: Callable[[Nonce, datetime], bool]
) -> Gate:
    find = store.single(signer.add_columns(may_pass.label("may_pass")))

    def run(nonce: Nonce, now: datetime) -> Passage:
        row = find.one({"key_id": nonce.key_id})
        if row is None:
            return _NOBODY
        return Passage(row[:-1], may_pass=bool(row[-1]), is_new=bool(row[-1]) and note(nonce, now))

    return run


def _row(nonce: Nonce) -> dict[str, object]:
    return {"key_id": nonce.key_id, "nonce": nonce.nonce, "expires_at": nonce.expires_at}


class _Pruning:
    """Says when what has expired is to be removed: not with each batch."""

    def __init__(self) -> None:
        self._due_at: datetime | None = None

    def is_due(self, now: datetime) -> bool:
        if self._due_at is not None and now < self._due_at:
            return False
        self._due_at = now + _PRUNE_EVERY
        return True
