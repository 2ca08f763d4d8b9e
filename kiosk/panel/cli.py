"""Commands ``panel status``, ``panel monitor`` and ``panel test``."""

import json
import os
import queue
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any, NoReturn, TypeVar

import click

from kiosk.panel.events import SWITCHES, Answered, Connected, PanelEvent, Refused, fault_names, name_of
from kiosk.panel.link import AUTO, PanelLink, PanelUrlError
from kiosk.panel.wire import messages as m

EXIT_NO_PANEL = 3
EXIT_FAULTY = 4
SHOWN_S = 1.2
"""Long enough to see a pattern's movement."""
Found = TypeVar("Found")
Events = queue.SimpleQueue[PanelEvent]

_url = click.option(
    "--panel", "url", default=lambda: os.environ.get("BAIDIAO_KIOSK_PANEL_URL") or AUTO, help="auto or serial:/dev/…"
)


def _stop(message: str, code: int) -> NoReturn:
    click.echo(message, err=True)
    sys.exit(code)


@contextmanager
def _connected(url: str) -> Iterator[tuple[PanelLink, Events, Connected]]:
    """Hold a session for one command. The kiosk has the line to itself while it runs: then this finds no panel."""
    events: Events = queue.SimpleQueue()
    try:
        link = PanelLink(url, events.put, time.time)
    except PanelUrlError as error:
        _stop(str(error), 1)
    link.start()
    try:
        yield link, events, _wait(events, lambda event: event if isinstance(event, Connected) else None)
    finally:
        link.stop()


def _wait(events: Events, wanted: Callable[[PanelEvent], Found | None], within_s: float = 6.0) -> Found:
    until_s = time.monotonic() + within_s
    while (left_s := until_s - time.monotonic()) > 0:
        try:
            found = wanted(events.get(timeout=left_s))
        except queue.Empty:
            break
        if found is not None:
            return found
    _stop("no panel answers: is it plugged in, and the kiosk stopped?", EXIT_NO_PANEL)


def _ask(link: PanelLink, events: Events, command: int, payload: bytes = b"") -> bytes:
    def settled(event: PanelEvent) -> bytes | None:
        if isinstance(event, Refused) and event.command == command:
            _stop(f"the panel refused: {event.reason}", EXIT_FAULTY)
        return event.payload if isinstance(event, Answered) and event.command == command else None

    link.send(command, payload)
    return _wait(events, settled)


def describe_status(hello: Connected, values: Any) -> dict[str, object]:
    """Return STATUS in words. Pure."""
    unknown = values.case_decicelsius == m.UNKNOWN_TEMPERATURE
    return {
        "firmware": hello.firmware,
        "unit": hello.unit,
        "boot": hello.boot,
        "trial": hello.trial,
        "uptime_s": values.uptime_s,
        "faults": list(fault_names(values.faults)),
        "switches": {name: values.switches >> n & 1 == 1 for n, name in enumerate(SWITCHES)},
        "watchdog": name_of(m.WATCHDOG_NAMES, values.watchdog),
        "power_cycles_today": values.cycles_today,
        "case_celsius": None if unknown else values.case_decicelsius / 10,
        "chip_celsius": values.chip_decicelsius / 10,
        "fan_percent": values.fan_percent,
        "fan_rpm": values.fan_rpm,
        "pattern": name_of(m.PATTERN_NAMES, values.pattern),
        "longest_step_ms": values.longest_step_us / 1000,
        "heap_free_bytes": values.heap_free_bytes,
        "damaged_frames": values.damaged_frames,
        "log_unacknowledged": values.unacknowledged,
    }


@click.group()
def panel() -> None:
    """Look at the front panel, watch it, try its parts."""


@panel.command()
@_url
def status(url: str) -> None:
    """Print how the panel is, as JSON; exit 3 when none answers, 4 when it reports a fault."""
    with _connected(url) as (link, events, hello):
        values = m.status.decode(_ask(link, events, m.STATUS))
    if values is None:
        _stop("the panel's answer cannot be understood", EXIT_FAULTY)
    click.echo(json.dumps(describe_status(hello, values), indent=1))
    sys.exit(EXIT_FAULTY if values.faults else 0)


@panel.command()
@_url
@click.option("--seconds", type=float, default=0.0, help="End after so long; 0: never.")
def monitor(url: str, seconds: float) -> None:
    """Print everything the panel tells, one JSON object a line."""
    until_s = time.monotonic() + seconds if seconds else float("inf")
    with _connected(url) as (_, events, hello):
        _say(hello)
        while time.monotonic() < until_s:
            try:
                _say(events.get(timeout=0.2))
            except queue.Empty:
                continue


def _say(event: PanelEvent) -> None:
    if not isinstance(event, Answered):
        click.echo(json.dumps({"event": type(event).__name__, **asdict(event)}))


@panel.command()
@_url
def test(url: str) -> None:
    """Run the self-test, show each light pattern, sound the tunes; exit 4 when the panel knows of a fault."""
    with _connected(url) as (link, events, _):
        found = m.self_test.decode(_ask(link, events, m.SELF_TEST))
        time.sleep(SHOWN_S)
        for pattern, name in enumerate(m.PATTERN_NAMES):
            click.echo(f"light: {name}")
            _ask(link, events, m.LIGHT, m.light.encode(pattern, 0))
            time.sleep(SHOWN_S)
        for tune in (m.WELCOME, m.DONE, m.ATTENTION):
            _ask(link, events, m.SOUND, m.sound.encode(tune))
            time.sleep(SHOWN_S)
        _ask(link, events, m.LIGHT, m.light.encode(m.REST, 0))
    faults = () if found is None else fault_names(found.faults)
    click.echo("faults: " + (", ".join(faults) or "none"))
    sys.exit(EXIT_FAULTY if faults or found is None else 0)
