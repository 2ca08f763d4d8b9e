"""Secrets kept in files of their own: made once, readable by their owner alone."""

import os
import secrets
from pathlib import Path
from typing import Final

SECRET_BYTES: Final = 32


class SecretFileError(Exception):
    """A secret's file is missing, empty or open to others.

    Attributes:
        path: The file.
    """

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(f"{path}: {problem}")
        self.path = path


def make_secret(path: Path) -> bool:
    """Write a fresh secret unless there is one; returns whether it was made."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return not path.exists() and create_file(path, os.urandom(SECRET_BYTES))


def create_file(path: Path, content: bytes) -> bool:
    """Write a file whole or not at all, for its owner alone; when another process was quicker, its file stays.

    Returns:
        Whether it was written.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return False
        sync_path(path.parent)
    finally:
        draft.unlink()
    return True


def sync_path(path: Path) -> None:
    """Make a file's content, or the names in a directory, durable."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def load_or_make_secret(path: Path) -> bytes:
    """Return a secret, making it when it is missing. Safe when several processes begin at once.

    Raises:
        SecretFileError: Too short, or readable by others.
    """
    make_secret(path)
    return read_secret(path)


def read_secret(path: Path) -> bytes:
    """Return a secret.

    Raises:
        SecretFileError: Missing, too short, or readable by others.
    """
    try:
        if path.stat().st_mode & 0o077:
            raise SecretFileError(path, "others may read it: chmod 600")
        secret = path.read_bytes()
    except FileNotFoundError as error:
        raise SecretFileError(path, "missing: run 'baidiao centre init'") from error
    if len(secret) < SECRET_BYTES:
        raise SecretFileError(path, f"shorter than {SECRET_BYTES} bytes")
    return secret
