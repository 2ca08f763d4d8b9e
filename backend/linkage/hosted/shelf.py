"""Hosted registers at rest: one file a version, each person under a keyed hash, each record sealed.

Nothing in a file says whom it is about: keys are HMAC-SHA-256 of register and number, values are AES-256-GCM with the
key bound to them, both under keys derived from the centre's secret. A version gets its name only when it is whole, and
the register's ``current`` link is swung to it in one step; the version before it stays on disk.
"""

import json
import os
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from hmac import digest
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from backend.linkage.errors import LinkageError
from backend.secret_files import sync_path

_NONCE_BYTES: Final = 12
_BATCH: Final = 5_000
_CURRENT: Final = "current"
_KEPT_VERSIONS: Final = 2
_ABANDONED_AFTER: Final = timedelta(days=1)
"""No upload takes as long: a draft of that age is what a killed one left behind."""


class RegisterBrokenError(LinkageError):
    """A register's file is not what was written: damaged, swapped, or under another key.

    Attributes:
        register: Which one.
    """

    def __init__(self, register: str) -> None:
        super().__init__(f"the register {register} is damaged")
        self.register = register


class RegisterVersion:
    """One version, open for reading. For one thread at a time."""

    def __init__(self, register: str, file: Path, index_key: bytes, cipher: AESGCM) -> None:
        self.file = file
        self._register = register
        self._index_key = index_key
        self._cipher = cipher
        self._connection = sqlite3.connect(f"{file.absolute().as_uri()}?immutable=1", uri=True, check_same_thread=False)

    def find(self, number: str) -> dict[str, str] | None:
        """Return a person's cells, or None when he does not stand in the register.

        Raises:
            RegisterBrokenError: The file is damaged.
        """
        key = index_of(self._index_key, number)
        try:
            row = self._connection.execute("SELECT sealed FROM record WHERE key = ?", (key,)).fetchone()
            if row is None:
                return None
            sealed: bytes = row[0]
            clear = self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], key)
            cells: dict[str, str] = json.loads(clear)
        except (sqlite3.Error, InvalidTag, ValueError, TypeError):
            raise RegisterBrokenError(self._register) from None
        return cells

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()


class RegisterShelf:
    """All hosted registers in one directory.

    Args:
        directory: Made when something is written.
        secret: At least 32 random bytes; without them the files say nothing.
    """

    def __init__(self, directory: Path, secret: bytes) -> None:
        self._directory = directory
        self._secret = secret

    def current(self, register: str) -> Path | None:
        """Return the file of the version in use, or None when the register has none."""
        link = self._directory / register / _CURRENT
        try:
            return link.parent / link.readlink()
        except OSError:
            return None

    def open(self, register: str, file: Path) -> RegisterVersion:
        """Open a version.

        Raises:
            RegisterBrokenError: There is no such file.
        """
        try:
            return RegisterVersion(register, file, self._key(register, b"index"), self._cipher(register))
        except sqlite3.Error:
            raise RegisterBrokenError(register) from None

    @contextmanager
    def draft(self, register: str, now: datetime) -> Iterator["Draft"]:
        """Write a new version; it is thrown away unless :meth:`Draft.publish` is called."""
        folder = self._directory / register
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _clear_away(folder, now - _ABANDONED_AFTER)
        name = f"{now.astimezone(UTC):%Y%m%dT%H%M%S%fZ}"
        draft = Draft(folder, name, self._key(register, b"index"), self._cipher(register))
        try:
            yield draft
        finally:
            draft.close()

    def report(self, register: str) -> dict[str, Any] | None:
        """Return the quality report of the version in use."""
        file = self.current(register)
        if file is None:
            return None
        report: dict[str, Any] = json.loads(file.with_suffix(".json").read_text("utf-8"))
        return report

    def list_registers(self) -> list[str]:
        """Return the registers that have a version in use."""
        if not self._directory.is_dir():
            return []
        return sorted(one.name for one in self._directory.iterdir() if self.current(one.name) is not None)

    def drop(self, register: str) -> bool:
        """Delete a register with all its versions; returns whether there was one."""
        folder = self._directory / register
        there = folder.is_dir()
        if there:
            (folder / _CURRENT).unlink(missing_ok=True)
            shutil.rmtree(folder)
        return there

    def _key(self, register: str, use: bytes) -> bytes:
        info = b"baidiao hosted register " + use + b" " + register.encode()
        return HKDF(SHA256(), 32, salt=None, info=info).derive(self._secret)

    def _cipher(self, register: str) -> AESGCM:
        return AESGCM(self._key(register, b"seal"))


class Draft:
    """A version being written, see :meth:`RegisterShelf.draft`."""

    def __init__(self, folder: Path, name: str, index_key: bytes, cipher: AESGCM) -> None:
        self._folder = folder
        self._name = name
        self._index_key = index_key
        self._cipher = cipher
        self._file = folder / f".{name}.new"
        self._seen: set[int] = set()
        self._rows: list[tuple[bytes, bytes]] = []
        self._connection = sqlite3.connect(self._file)
        # The file is thrown away when anything fails before it gets its name, so it needs no journal of its own.
        self._connection.execute("PRAGMA journal_mode = OFF")
        self._connection.execute("PRAGMA synchronous = OFF")
        self._connection.execute("CREATE TABLE record (key BLOB PRIMARY KEY, sealed BLOB NOT NULL) WITHOUT ROWID")

    def add(self, number: str, cells: Mapping[str, str]) -> bool:
        """Add a person; returns False when he is there already."""
        key = index_of(self._index_key, number)
        short = int.from_bytes(key[:8], "big")  # half of 2^64 is far more than there are people
        if short in self._seen:
            return False
        self._seen.add(short)
        nonce = os.urandom(_NONCE_BYTES)
        clear = json.dumps(cells, ensure_ascii=False, separators=(",", ":")).encode()
        self._rows.append((key, nonce + self._cipher.encrypt(nonce, clear, key)))
        if len(self._rows) >= _BATCH:
            self._flush()
        return True

    def publish(self, report: Mapping[str, Any]) -> None:
        """Give the version its name and put it in use in one step; the version before the last is deleted."""
        self._flush()
        self._connection.commit()
        self._connection.close()
        final = self._folder / f"{self._name}.sqlite3"
        _write(final.with_suffix(".json"), json.dumps(report, ensure_ascii=False, indent=1).encode())
        sync_path(self._file)
        self._file.replace(final)
        swing = self._folder / f".{_CURRENT}.new"
        swing.unlink(missing_ok=True)
        swing.symlink_to(final.name)
        swing.replace(self._folder / _CURRENT)
        sync_path(self._folder)
        for old in sorted(self._folder.glob("*.sqlite3"))[:-_KEPT_VERSIONS]:
            old.unlink()
            old.with_suffix(".json").unlink(missing_ok=True)

    def close(self) -> None:
        """Throw away what was not published."""
        with closing(self._connection):
            self._file.unlink(missing_ok=True)

    def _flush(self) -> None:
        self._rows.sort()
        self._connection.executemany("INSERT INTO record VALUES (?, ?)", self._rows)
        self._rows.clear()


def index_of(key: bytes, number: str) -> bytes:
    """Return the keyed hash under which a number stands."""
    return digest(key, number.encode("ascii"), sha256)


def _clear_away(folder: Path, before: datetime) -> None:
    """Delete drafts that nobody has written to since."""
    for left in folder.glob(".*.new"):
        with suppress(FileNotFoundError):  # published or cleared away meanwhile
            if left.lstat().st_mtime < before.timestamp():
                left.unlink()


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    sync_path(path)
