"""``baidiao centre directory references …``: who is known where, loaded from an agency's own list."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TextIO

import click

from backend.linkage.errors import DirectoryError
from backend.linkage.file import DEFAULT_DIRECTORY, load_directory
from backend.linkage.reference_lines import REFERENCE_KEY_FILE, WrongLine, read_lines
from backend.linkage.references import ReferenceDirectory
from backend.secret_files import SecretFileError, load_or_make_secret
from backend.settings import read_settings
from backend.store import opened_store

_SHOWN = 20


@contextmanager
def _opened() -> Iterator[tuple[ReferenceDirectory, bytes]]:
    settings = read_settings(os.environ)
    try:
        key = load_or_make_secret(settings.keys_dir / REFERENCE_KEY_FILE)
    except SecretFileError as error:
        raise click.ClickException(str(error)) from error
    with opened_store(settings.database_url) as store:
        yield ReferenceDirectory(store, key, lambda: datetime.now(UTC)), key


@click.group()
def references() -> None:
    """Which person is known at which agency, as keyed hashes: an agency is not asked about strangers."""


@references.command()
@click.argument("agency")
@click.argument("file", type=click.Path(exists=True, path_type=Path, dir_okay=False))
@click.option(
    "--valid-days", default=7, show_default=True, type=click.IntRange(1, 365), help="Then it is not relied on."
)
@click.option("--skip-wrong", is_flag=True, help="Load the right lines although others are wrong.")
def load(agency: str, file: Path, valid_days: int, skip_wrong: bool) -> None:
    """Put the complete list of persons AGENCY knows in place of its former one: a number a line of FILE."""
    _require_linked(agency)
    with _opened() as (directory, key):
        wrong = _look_through(file, key)
        for one in wrong[:_SHOWN]:
            click.echo(f"line {one.line}: {one.reason}", err=True)
        if len(wrong) > _SHOWN:
            click.echo(f"… and {len(wrong) - _SHOWN} more", err=True)
        if wrong and not skip_wrong:
            raise click.ClickException(f"{len(wrong)} lines hold no number; nothing was loaded")
        with _read(file, "loading") as lines:
            persons = (line for line in read_lines(lines, key) if not isinstance(line, WrongLine))
            done = directory.load(agency, persons, datetime.now(UTC) + timedelta(days=valid_days))
    click.echo(f"{agency} knows {done.persons:,} persons; relied on until {done.valid_until:%Y-%m-%d %H:%M} UTC")


@references.command("list")
def list_all() -> None:
    """List who has given a list, of how many, and until when it is relied on."""
    with _opened() as (directory, _key):
        for held in directory.lists().values():
            over = "" if held.valid_until > datetime.now(UTC) else "  OVER"
            click.echo(f"{held.agency_id}  {held.persons:,}  until {held.valid_until:%Y-%m-%d %H:%M} UTC{over}")


@references.command()
@click.argument("agency")
def drop(agency: str) -> None:
    """Forget AGENCY's list: it is asked about everybody again."""
    with _opened() as (directory, _key):
        if not directory.drop(agency):
            raise click.ClickException(f"{agency} has no list")
    click.echo(f"{agency} is asked about everybody")


def _require_linked(agency: str) -> None:
    try:
        linked = load_directory(read_settings(os.environ).agencies_file or DEFAULT_DIRECTORY)
    except DirectoryError as error:
        raise click.ClickException(str(error)) from error
    if not any(agency == known.id or agency in known.sources for known in linked.agencies):
        raise click.ClickException(f"no linked agency is called {agency}")


def _look_through(file: Path, key: bytes) -> list[WrongLine]:
    with _read(file, "checking") as lines:
        return [line for line in read_lines(lines, key) if isinstance(line, WrongLine)]


@contextmanager
def _read(file: Path, label: str) -> Iterator[Iterator[str]]:
    size = file.stat().st_size
    with file.open(encoding="utf-8-sig") as text, click.progressbar(length=size, label=label, file=sys.stderr) as bar:
        yield _told(text, bar.update)


def _told(text: TextIO, update: Callable[[int], None]) -> Iterator[str]:
    for line in text:
        update(len(line.encode()))
        yield line
