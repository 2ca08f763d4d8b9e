"""``baidiao card read``, ``photo`` and ``replay``."""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TextIO, TypeVar

import click

from reader_drivers.cards.mask import mask_trace
from reader_drivers.cards.profile import Profile
from reader_drivers.cards.profiles import PROFILES
from reader_drivers.cards.thai_id import ThaiIdSession, read_photo
from reader_drivers.commands.output import fail, save, say
from reader_drivers.core.errors import ReaderError
from reader_drivers.core.exchange import Card
from reader_drivers.core.trace import Recorder, encode_trace, parse_trace
from reader_drivers.reading import TEXT_LIMIT_S, Taken, Wishes, take, thai_today, with_card
from reader_drivers.render import render_card, render_fields
from reader_drivers.service import PHOTO_LIMIT_S
from reader_drivers.virtual.replay import DirectPort, ReplayCard

_T = TypeVar("_T")
_FILE = click.Path(dir_okay=False, path_type=Path)
_reader_option = click.option(
    "--reader", metavar="NAME", help="The reader to use; otherwise the first whose card reads."
)
_json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@click.command("read")
@_json_option
@_reader_option
@click.option("--photo", metavar="FILE", type=_FILE, help="Save the photo too.")
@click.option("--nhso", is_flag=True, help="Read the health-insurance applet too.")
@click.option("--as", "profile", type=click.Choice(sorted(PROFILES)), help="Read this applet alone, of any card.")
@click.option("--trace", metavar="FILE", type=_FILE, help="Save what passed, personal bytes masked; also on failure.")
def read_command(
    as_json: bool, reader: str | None, photo: Path | None, nhso: bool, profile: str | None, trace: Path | None
) -> None:
    """Read the card in a PC/SC reader.

    Exit 0; 2 no reader, 3 no card, 4 not a Thai ID card, 5 card removed or unreadable.
    """
    if profile is not None:
        _read_as(PROFILES[profile], reader, trace, as_json=as_json)
        return
    wishes = Wishes(photo is not None, (PROFILES["nhso"],) if nhso else ())
    taken = _read(reader, trace, lambda card: take(card, wishes, thai_today()), wishes.limit_s)
    if photo:
        save(photo, taken.photo)
    _show(taken, as_json=as_json)


def _read_as(profile: Profile, reader: str | None, trace: Path | None, *, as_json: bool) -> None:
    found = _read(reader, trace, lambda card: ThaiIdSession(card).read_profile(profile), TEXT_LIMIT_S)
    say(json.dumps({profile.key: found}, ensure_ascii=False) if as_json else render_fields(profile, found))


def _read(reader: str | None, trace: Path | None, work: Callable[[Card], _T], limit_s: float) -> _T:
    """Do ``work`` with the card; whatever comes of it, leave the trace that was asked for."""
    recorders: list[Recorder] = []

    def recorded(card: Card) -> _T:
        recorders.append(Recorder(card, time.monotonic))
        return work(recorders[-1])

    try:
        return with_card(reader, recorded if trace else work, limit_s)
    except ReaderError as error:
        fail(error)
    finally:
        if trace and recorders:
            save(trace, encode_trace(mask_trace(recorders[-1].trace)).encode())


def _show(taken: Taken, *, as_json: bool) -> None:
    if as_json:
        say(json.dumps(taken.card.public() | dict(taken.extras), ensure_ascii=False))
        return
    say(render_card(taken.card))
    for key, fields in taken.extras.items():
        say(render_fields(PROFILES[key], fields))


@click.command("photo")
@click.argument("file", type=_FILE)
@_reader_option
def photo_command(file: Path, reader: str | None) -> None:
    """Save the card's photo, a JPEG, as FILE.

    Exit codes as of "read".
    """
    with click.progressbar(length=100, label="photo", file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:

        def progress(done: float) -> None:
            bar.update(round(done * 100) - bar.pos)

        try:
            picture = with_card(reader, lambda card: read_photo(card, progress), PHOTO_LIMIT_S)
        except ReaderError as error:
            fail(error)
    save(file, picture)


@click.command("replay")
@click.argument("file", type=click.File(encoding="utf-8"))
@_json_option
def replay_command(file: TextIO, as_json: bool) -> None:
    """Read a recorded trace FILE as if it were a card, without any reader.

    Exit codes as of "read".
    """
    try:
        card = ReplayCard(parse_trace(file.read()))
        taken = take(DirectPort(card, card.commands_until_removal), Wishes(), thai_today())
    except ReaderError as error:
        fail(error)
    _show(taken, as_json=as_json)
