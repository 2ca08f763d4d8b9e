"""The command ``baidiao card``: reads a card, watches readers, plugs in a virtual card."""

import json
import queue
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import NoReturn, TypeVar
from zoneinfo import ZoneInfo

import click

from contracts.card import CardRead
from reader_drivers.cards.thai_id import ThaiIdSession
from reader_drivers.core.errors import (
    CardAbsentError,
    CardUnreadableError,
    NotThaiIdError,
    ReaderAbsentError,
    ReaderError,
    ServiceAbsentError,
)
from reader_drivers.core.slots import SlotEvent
from reader_drivers.pcsc.transport import find_reader, open_card
from reader_drivers.pcsc.watch import CardWatcher
from reader_drivers.render import render_card
from reader_drivers.virtual.people import load_people
from reader_drivers.virtual.vpcd import DEFAULT_HOST, DEFAULT_PORT, VirtualReader
from reader_drivers.virtual.wallet import OTHER_CARDS, find_card

_T = TypeVar("_T")
_LIMIT_S = 30.0  # text and photo at 9600 bit/s, the slowest card, need under 10 s
_EXIT_UNREADABLE = 5
_EXITS: tuple[tuple[type[ReaderError], int], ...] = (
    (ServiceAbsentError, 2),
    (ReaderAbsentError, 2),
    (CardAbsentError, 3),
    (NotThaiIdError, 4),
)


def exit_code(error: ReaderError) -> int:
    """Return the documented exit code: 2 no reader, 3 no card, 4 not a Thai ID card, 5 removed or unreadable."""
    return next((code for kind, code in _EXITS if isinstance(error, kind)), _EXIT_UNREADABLE)


def _fail(error: ReaderError) -> NoReturn:
    click.echo(f"baidiao card: {error}", err=True)
    sys.exit(exit_code(error))


def _say(text: str) -> None:
    """Print UTF-8 whatever the terminal's locale says: names on cards are Thai."""
    click.echo(text.encode())


@click.group()
def card() -> None:
    """Read Thai ID cards, watch the readers, plug in virtual cards."""


@card.command("read")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--reader", metavar="NAME", help="The reader to use; otherwise the first with a card in it.")
@click.option("--photo", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path), help="Save the photo too.")
def read_command(as_json: bool, reader: str | None, photo: Path | None) -> None:
    """Read the card in a PC/SC reader.

    Exit 0; 2 no reader, 3 no card, 4 not a Thai ID card, 5 card removed or unreadable.
    """
    try:
        read, picture = _within_limit(lambda: _read(reader, with_photo=photo is not None))
    except ReaderError as error:
        _fail(error)
    if photo:
        _save(photo, picture)
    _say(json.dumps(read.public(), ensure_ascii=False) if as_json else render_card(read))


def _read(reader: str | None, *, with_photo: bool) -> tuple[CardRead, bytes]:
    with open_card(find_reader(reader)) as port:
        session = ThaiIdSession(port, datetime.now(ZoneInfo("Asia/Bangkok")).date())
        read = session.read_rest(session.read_identity())
        return read, session.read_photo() if with_photo else b""


def _within_limit(work: Callable[[], _T]) -> _T:
    """Do ``work``, but not for ever: a card can leave the service waiting without end."""
    done: queue.Queue[_T | ReaderError] = queue.Queue()

    def attempt() -> None:
        try:
            done.put(work())
        except ReaderError as error:
            done.put(error)

    threading.Thread(target=attempt, daemon=True).start()
    try:
        result = done.get(timeout=_LIMIT_S)
    except queue.Empty:
        raise CardUnreadableError("timeout") from None
    if isinstance(result, ReaderError):
        raise result
    return result


def _save(path: Path, picture: bytes) -> None:
    try:
        path.write_bytes(picture)
    except OSError as error:
        raise click.ClickException(f"cannot write {path}: {error.strerror}") from error


@card.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
def watch(as_json: bool) -> None:
    """Tell of readers and cards as they come and go, until Ctrl-C."""

    def show(event: SlotEvent) -> None:
        said = {"event": type(event).__name__, **asdict(event)}
        if "atr" in said:
            said["atr"] = said["atr"].hex().upper()
        words = " ".join(f"{name}={value}" for name, value in said.items() if name != "event")
        _say(json.dumps(said) if as_json else f"{said['event']} {words}".rstrip())

    with CardWatcher(show):
        _wait_for_end()


@card.command()
@click.argument("person", required=False)
@click.option("--list", "list_only", is_flag=True, help="List the virtual cards.")
@click.option("--host", default=DEFAULT_HOST, show_default=True, help="Where vpcd listens.")
@click.option("--port", default=DEFAULT_PORT, show_default=True, help="The slot's port; the second slot is the next.")
def virtual(person: str | None, list_only: bool, host: str, port: int) -> None:
    """Plug PERSON's virtual card into pcscd's virtual reader, until Ctrl-C."""
    if list_only:
        for key, holder in load_people().items():
            _say(f"{key}: {holder.name_th.first} {holder.name_th.last}, born {holder.birth.year}")
        for key, words in OTHER_CARDS.items():
            _say(f"{key}: {words}")
        return
    chosen = find_card(person) if person else None
    if chosen is None:
        raise click.UsageError(f'no virtual card named "{person or ""}"; see --list')
    slot = VirtualReader(host, port)
    try:
        slot.insert(chosen)
    except ServiceAbsentError:
        click.echo(f"baidiao card: nothing listens on {host}:{port}; is pcscd running with the vpcd driver?", err=True)
        sys.exit(2)
    click.echo(f"{person} is in the virtual reader; Ctrl-C takes the card out")
    with slot:
        _wait_for_end(slot)


def _wait_for_end(slot: VirtualReader | None = None) -> None:
    """Wait for Ctrl-C or a polite kill, or until the slot's card is out."""
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    signal.signal(signal.SIGINT, lambda *_: ended.set())
    if slot is not None:
        threading.Thread(target=_end_with, args=(slot, ended), daemon=True).start()
    ended.wait()


def _end_with(slot: VirtualReader, ended: threading.Event) -> None:
    slot.wait()
    ended.set()
