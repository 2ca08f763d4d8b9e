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
from typing import Final, Protocol, cast

from sqlalchemy import Table, bindparam, delete
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

    @property
    def key(self) -> tuple[str, str]:
        """What must not come twice."""
        return self.key_id, self.nonce


class Nonces(Protocol):
    """Where nonces are remembered, for all processes of a centre together."""

    def not_before(self) -> datetime | None:
        """Return when the memory begins, None when it lacks nothing: what was signed before may have been forgotten."""
        ...

    def note(self, nonces: Sequence[Nonce], now: datetime) -> set[tuple[str, str]]:
        """Remember nonces, and return the keys of those not seen before. What expired before ``now`` may be forgotten.

        Raises:
            AdmissionUnavailableError: They cannot be remembered now.
            SQLAlchemyError: Likewise.
        """
        ...

    def close(self) -> None:
        """Let go of what is held."""
        ...


def open_nonces(store: Store, now: Callable[[], datetime]) -> Nonces:
    """Open the memory that suits a store."""
    return FileNonces(Path(f"{store.file}-nonces"), now) if store.file else TableNonces(store)


class TableNonces:
    """In a table of the database: each batch is durable when it is noted."""

    def __init__(self, store: Store) -> None:
        self._store = store
        put = (sqlite.insert if store.is_sqlite else postgresql.insert)(_NONCE).on_conflict_do_nothing()
        self._put = put.returning(_NONCE.c.key_id, _NONCE.c.nonce)
        self._pruning = _Pruning()

    def not_before(self) -> datetime | None:
        """Return None: nothing is forgotten early."""
        return None

    def note(self, nonces: Sequence[Nonce], now: datetime) -> set[tuple[str, str]]:
        """Remember nonces (see ``Nonces``)."""
        rows = [{"key_id": one.key_id, "nonce": one.nonce, "expires_at": one.expires_at} for one in nonces]
        with self._store.transaction() as session:
            connection = session.connection()
            new = {(key_id, nonce) for key_id, nonce in connection.execute(self._put, rows)} if rows else set()
            if self._pruning.is_due(now):
                connection.execute(_PRUNE, {"now": now})
        return new

    def close(self) -> None:
        """Nothing is held."""


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

    def note(self, nonces: Sequence[Nonce], now: datetime) -> set[tuple[str, str]]:
        """Remember nonces (see ``Nonces``)."""
        new = set()
        with self._writing() as database:
            for one in nonces:
                row = (one.key_id, one.nonce, one.expires_at.timestamp())
                if database.execute("INSERT OR IGNORE INTO nonce VALUES (?, ?, ?)", row).rowcount:
                    new.add(one.key)
            if self._pruning.is_due(now):
                database.execute("DELETE FROM nonce WHERE expires_at < ?", (now.timestamp(),))
        return new

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


class _Pruning:
    """Says when what has expired is to be removed: not with each batch."""

    def __init__(self) -> None:
        self._due_at: datetime | None = None

    def is_due(self, now: datetime) -> bool:
        if self._due_at is not None and now < self._due_at:
            return False
        self._due_at = now + _PRUNE_EVERY
        return True
