"""One command's session with the panel: what the commands share."""

import os
import queue
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn, TypeVar

import click

from contracts.message import Words
from kiosk.panel.events import Answered, Connected, Disconnected, PanelEvent, Refused
from kiosk.panel.link import PanelLink
from kiosk.panel.ports import AUTO, PanelUrlError, explain_absence

EXIT_NO_PANEL = 3
EXIT_FAULTY = 4
CONNECT_S = 6.0
Found = TypeVar("Found")
Events = queue.SimpleQueue[PanelEvent]

panel_option = click.option(
    "--panel", "url", default=lambda: os.environ.get("BAIDIAO_KIOSK_PANEL_URL") or AUTO, help="auto or serial:/dev/…"
)


def stop(message: str | Words, code: int) -> NoReturn:
    """End the command with a word on what is wrong, in Thai and English where people at a kiosk read it."""
    click.echo(message if isinstance(message, str) else f"{message.th} / {message.en}", err=True)
    sys.exit(code)


def check_port(url: str) -> None:
    """End the command when the address is none, or there is no port there that could be spoken through."""
    try:
        absence = explain_absence(url)
    except PanelUrlError as error:
        stop(str(error), 1)
    if absence.code != "silent":
        stop(absence.words, EXIT_NO_PANEL)


@contextmanager
def linked(url: str) -> Iterator[tuple[PanelLink, Events]]:
    """Run a link for one command, whether or not a panel answers."""
    events: Events = queue.SimpleQueue()
    link = PanelLink(url, events.put, time.time)
    link.start()
    try:
        yield link, events
    finally:
        link.stop()


def find(events: Events, wanted: Callable[[PanelEvent], Found | None], within_s: float) -> Found | None:
    """Wait for something among the events; None when it did not come in time."""
    until_s = time.monotonic() + within_s
    while (left_s := until_s - time.monotonic()) > 0:
        try:
            found = wanted(events.get(timeout=left_s))
        except queue.Empty:
            return None
        if found is not None:
            return found
    return None


def greeting(event: PanelEvent) -> Connected | None:
    """Pick the beginning of a session."""
    return event if isinstance(event, Connected) else None


@contextmanager
def connected(url: str) -> Iterator[tuple[PanelLink, Events, Connected]]:
    """Hold a session for one command; end it, saying why, when there is no panel."""
    check_port(url)
    with linked(url) as (link, events):
        hello = find(events, greeting, CONNECT_S)
        if hello is not None:
            yield link, events, hello
            return
    stop(explain_absence(url).words, EXIT_NO_PANEL)


def answers(link: PanelLink, events: Events, command: int) -> bool:
    """Say whether the panel carries a command out soon, without having left since the last event taken."""

    def settled(event: PanelEvent) -> bool | None:
        if isinstance(event, Disconnected):
            return False
        return (isinstance(event, Answered) and event.command == command) or None

    link.send(command)
    return find(events, settled, CONNECT_S) is True


def ask(link: PanelLink, events: Events, command: int, payload: bytes = b"") -> bytes:
    """Send a command and return its answer's payload; end the command when it is refused, or none comes."""

    def settled(event: PanelEvent) -> tuple[bytes, str] | None:
        if isinstance(event, Answered) and event.command == command:
            return event.payload, ""
        return (b"", event.reason) if isinstance(event, Refused) and event.command == command else None

    link.send(command, payload)
    answer = find(events, settled, CONNECT_S)
    if answer is None:
        stop("the panel stopped answering", EXIT_NO_PANEL)
    payload, refusal = answer
    if refusal:
        stop(f"the panel refused: {refusal}", EXIT_FAULTY)
    return payload
