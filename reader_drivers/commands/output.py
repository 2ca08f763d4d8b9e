"""How the card commands speak: UTF-8 on stdout, one line on stderr, the documented exit codes."""

import sys
from pathlib import Path
from typing import NoReturn

import click

from reader_drivers.core.errors import (
    AppletAbsentError,
    CardAbsentError,
    NotThaiIdError,
    ReaderAbsentError,
    ReaderError,
    ServiceAbsentError,
)

_UNREADABLE = 5
_EXITS: tuple[tuple[type[ReaderError], int], ...] = (
    (ServiceAbsentError, 2),
    (ReaderAbsentError, 2),
    (CardAbsentError, 3),
    (NotThaiIdError, 4),
    (AppletAbsentError, 4),
)


def exit_code(error: ReaderError) -> int:
    """Return the documented exit code: 2 no reader, 3 no card, 4 not a Thai ID card, 5 removed or unreadable."""
    return next((code for kind, code in _EXITS if isinstance(error, kind)), _UNREADABLE)


def fail(error: ReaderError) -> NoReturn:
    """Say what went wrong and exit."""
    click.echo(f"baidiao card: {error}", err=True)
    sys.exit(exit_code(error))


def say(text: str) -> None:
    """Print UTF-8 whatever the terminal's locale says: names on cards are Thai."""
    click.echo(text.encode())


def save(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read: it may hold a face.

    Raises:
        click.ClickException: It cannot be written.
    """
    try:
        path.touch(mode=0o600)
        path.write_bytes(content)
    except OSError as error:
        raise click.ClickException(f"cannot write {path}: {error.strerror}") from error
