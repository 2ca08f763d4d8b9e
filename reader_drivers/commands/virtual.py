"""``baidiao card virtual``: a card in pcscd's virtual reader."""

import sys
import threading
from typing import TextIO

import click

from reader_drivers.commands.output import fail, say
from reader_drivers.commands.waiting import stopped_politely
from reader_drivers.core.errors import ServiceAbsentError, TraceUnreadableError
from reader_drivers.core.trace import parse_trace
from reader_drivers.virtual.card import ChipCard
from reader_drivers.virtual.people import load_people
from reader_drivers.virtual.replay import ReplayCard
from reader_drivers.virtual.vpcd import DEFAULT_HOST, DEFAULT_PORT, VirtualReader
from reader_drivers.virtual.wallet import OTHER_CARDS, find_card


@click.command("virtual")
@click.argument("person", required=False)
@click.option("--list", "list_only", is_flag=True, help="List the virtual cards.")
@click.option("--trace", type=click.File(encoding="utf-8"), help="Play this recorded trace instead of a person's card.")
@click.option("--host", default=DEFAULT_HOST, show_default=True, help="Where vpcd listens.")
@click.option("--port", default=DEFAULT_PORT, show_default=True, help="The slot's port; the second slot is the next.")
def virtual_command(person: str | None, list_only: bool, trace: TextIO | None, host: str, port: int) -> None:
    """Plug PERSON's virtual card into pcscd's virtual reader, until Ctrl-C."""
    if list_only:
        _list()
        return
    card, name, leaves_after = _choose(person, trace)
    slot = VirtualReader(host, port)
    try:
        slot.insert(card, leaves_after)
    except ServiceAbsentError:
        click.echo(f"baidiao card: nothing listens on {host}:{port}; is pcscd running with the vpcd driver?", err=True)
        sys.exit(2)
    click.echo(f"{name} is in the virtual reader; Ctrl-C takes the card out")
    with slot:
        ended = stopped_politely()
        threading.Thread(target=_end_with, args=(slot, ended), daemon=True).start()
        ended.wait()


def _end_with(slot: VirtualReader, ended: threading.Event) -> None:
    slot.wait()
    ended.set()


def _choose(person: str | None, trace: TextIO | None) -> tuple[ChipCard, str, int | None]:
    if trace is not None:
        try:
            replayed = ReplayCard(parse_trace(trace.read()))
        except TraceUnreadableError as error:
            fail(error)
        return replayed, "a recorded card", replayed.commands_until_removal
    chosen = find_card(person) if person else None
    if chosen is None or person is None:
        raise click.UsageError(f'no virtual card named "{person or ""}"; see --list')
    return chosen, person, None


def _list() -> None:
    for key, holder in load_people().items():
        say(f"{key}: {holder.name_th.first} {holder.name_th.last}, born {holder.birth.year}")
    for key, words in OTHER_CARDS.items():
        say(f"{key}: {words}")
