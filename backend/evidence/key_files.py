"""Files of secret keys: made once, whole or not at all, readable by their owner alone."""

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Final

from backend.evidence.errors import KeyFileError
from backend.evidence.leaf import Pseudonymiser
from backend.secret_files import create_file

PSEUDONYM_KEY_BYTES: Final = 32
_OTHERS: Final = 0o077


def load_or_create_secret(path: Path) -> Pseudonymiser:
    """Read a pseudonym key, making it when it is missing.

    Raises:
        KeyFileError: The file is not a key, or others may read it.
    """
    return parse_secret(path.name, load_or_create(path, new_secret))


def read_pseudonymiser(path: Path) -> Pseudonymiser:
    """Read a pseudonym key that is there.

    Raises:
        KeyFileError: It is none.
    """
    return parse_secret(path.name, path.read_bytes())


def new_secret() -> bytes:
    """Return a new pseudonym key as its file has it."""
    return secrets.token_hex(PSEUDONYM_KEY_BYTES).encode("ascii") + b"\n"


def load_or_create(path: Path, make: Callable[[], bytes]) -> bytes:
    """Read a file, making it when it is missing.

    Raises:
        KeyFileError: Others may read it.
    """
    if not path.exists():
        create_file(path, make())
    if path.stat().st_mode & _OTHERS:
        raise KeyFileError(path.name, "others may read it; its mode must be 0600")
    return path.read_bytes()


def parse_secret(name: str, content: bytes) -> Pseudonymiser:
    """Read a pseudonym key's file.

    Raises:
        KeyFileError: It is none.
    """
    try:
        key = bytes.fromhex(content.decode("ascii").strip())
    except ValueError as error:
        raise KeyFileError(name, "not hexadecimal") from error
    if len(key) < PSEUDONYM_KEY_BYTES:
        raise KeyFileError(name, "too short")
    return Pseudonymiser(key)
