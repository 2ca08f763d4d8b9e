"""The keys of pseudonyms: one for each period, the present one written with, the older ones kept for looking up.

``pseudonym.key`` is the present one; ``pseudonym-001.key``, … were present before, the highest last.
Destroying a key is how its period is forgotten: no leaf of it can be found by a number again, and no salt derived.
"""

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from backend.evidence.errors import KeyDestructionError
from backend.evidence.key_files import load_or_create_secret, new_secret, parse_secret
from backend.evidence.leaf import Pseudonymiser
from backend.secret_files import create_file, sync_path

PRESENT: Final = "pseudonym.key"
_OLDER: Final = "pseudonym-[0-9][0-9][0-9].key"
_LOOKED_AT_EVERY_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class FixedKeyring:
    """Keys that stay as they are.

    Attributes:
        keys: The present one first; at least one.
    """

    keys: tuple[Pseudonymiser, ...]

    def present(self) -> Pseudonymiser:
        """Return the first."""
        return self.keys[0]

    def live(self) -> tuple[Pseudonymiser, ...]:
        """Return all of them."""
        return self.keys


class DirectoryKeyring:
    """The keys in the centre's directory. A rotation or destruction is noticed within a second, without a restart."""

    def __init__(self, directory: Path, monotonic_s: Callable[[], float] = time.monotonic) -> None:
        self._directory = directory
        self._monotonic_s = monotonic_s
        self._marks = _marks(directory)
        self._keys = _read(directory)
        self._looked_at_s = monotonic_s()

    def present(self) -> Pseudonymiser:
        """Return the key that leaves are written with now."""
        return self.live()[0]

    def live(self) -> tuple[Pseudonymiser, ...]:
        """Return every key that is not destroyed, the present one first."""
        now_s = self._monotonic_s()
        if now_s - self._looked_at_s >= _LOOKED_AT_EVERY_S:
            self._looked_at_s = now_s
            marks = _marks(self._directory)
            if marks != self._marks:
                self._keys, self._marks = _read(self._directory), marks
        return self._keys


@dataclass(frozen=True, slots=True)
class KeyPeriod:
    """A live key and when it was in use.

    Attributes:
        id: The key's.
        since: When it was made, UTC.
        until: When the next one took its place; None for the present one.
    """

    id: str
    since: datetime
    until: datetime | None


def list_periods(directory: Path) -> tuple[KeyPeriod, ...]:
    """Return the live keys, the present one first. Keys destroyed in between make their neighbour's end later."""
    found: list[KeyPeriod] = []
    until: datetime | None = None
    for path in (directory / PRESENT, *_older_files(directory)):
        since = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        found.append(KeyPeriod(load_or_create_secret(path).id, since, until))
        until = since
    return tuple(found)


def rotate_key(directory: Path) -> Pseudonymiser:
    """Put a new key in the present one's place and return it; the present one is kept for looking up.

    Each step leaves a state in which all keys are read, should the machine stop in between.
    """
    present = directory / PRESENT
    load_or_create_secret(present)
    numbers = [int(path.stem.rpartition("-")[2]) for path in directory.glob(_OLDER)]
    if not any(path.samefile(present) for path in directory.glob(_OLDER)):
        os.link(present, directory / f"pseudonym-{max(numbers, default=0) + 1:03d}.key")
    draft = directory / f".{PRESENT}.new"
    draft.unlink(missing_ok=True)
    create_file(draft, new_secret())
    draft.replace(present)
    sync_path(directory)
    return load_or_create_secret(present)


def destroy_key(directory: Path, key_id: str) -> None:
    """Overwrite and remove an older key.

    Raises:
        KeyDestructionError: There is none of this id, or it is the present one.
    """
    path = find_destructible(directory, key_id)
    with path.open("r+b") as file:
        file.write(os.urandom(path.stat().st_size))
        file.flush()
        os.fsync(file.fileno())
    path.unlink()
    sync_path(directory)


def find_destructible(directory: Path, key_id: str) -> Path:
    """Return the file of an older key.

    Raises:
        KeyDestructionError: There is none of this id, or it is the present one.
    """
    if load_or_create_secret(directory / PRESENT).id == key_id:
        raise KeyDestructionError(key_id, "in_use")
    for path in _older_files(directory):
        if load_or_create_secret(path).id == key_id:
            return path
    raise KeyDestructionError(key_id, "unknown")


def _older_files(directory: Path) -> list[Path]:
    present = directory / PRESENT
    # A rotation that was cut off left the present key under two names.
    older = (path for path in directory.glob(_OLDER) if not path.samefile(present))
    return sorted(older, reverse=True)


def _marks(directory: Path) -> frozenset[tuple[str, int]]:
    return frozenset(_each_mark(directory))


def _each_mark(directory: Path) -> Iterator[tuple[str, int]]:
    with os.scandir(directory) as entries:
        for entry in entries:
            if entry.name.startswith("pseudonym") and entry.name.endswith(".key"):
                yield entry.name, entry.inode()


def _read(directory: Path) -> tuple[Pseudonymiser, ...]:
    keys = [load_or_create_secret(directory / PRESENT)]
    for path in sorted(directory.glob(_OLDER), reverse=True):
        try:
            key = parse_secret(path.name, path.read_bytes())
        except FileNotFoundError:  # destroyed this very moment
            continue
        if key.id != keys[0].id:
            keys.append(key)
    return tuple(keys)
