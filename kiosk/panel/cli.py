"""Commands ``panel status``, ``monitor``, ``log``, ``test`` and ``flash``."""

import json
import queue
import sys
import time
from dataclasses import asdict
from typing import Any

import click

from kiosk.panel.connection import EXIT_FAULTY, ask, connected, panel_option, stop
from kiosk.panel.events import SWITCHES, Answered, Connected, PanelEvent, fault_names, name_of
from kiosk.panel.flash_command import flash
from kiosk.panel.log_command import log
from kiosk.panel.try_command import test
from kiosk.panel.wire import messages as m


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
    """Look at the front panel, watch it, try its parts, give it new firmware."""


@panel.command()
@panel_option
def status(url: str) -> None:
    """Print how the panel is, as JSON; exit 3 when none answers, 4 when it reports a fault."""
    with connected(url) as (link, events, hello):
        values = m.status.decode(ask(link, events, m.STATUS))
    if values is None:
        stop("the panel's answer cannot be understood", EXIT_FAULTY)
    click.echo(json.dumps(describe_status(hello, values), indent=1))
    sys.exit(EXIT_FAULTY if values.faults else 0)


@panel.command()
@panel_option
@click.option("--seconds", type=float, default=0.0, help="End after so long; 0: never.")
def monitor(url: str, seconds: float) -> None:
    """Print everything the panel tells, one JSON object a line."""
    until_s = time.monotonic() + seconds if seconds else float("inf")
    with connected(url) as (_, events, hello):
        _say(hello)
        while time.monotonic() < until_s:
            try:
                _say(events.get(timeout=0.2))
            except queue.Empty:
                continue


def _say(event: PanelEvent) -> None:
    if not isinstance(event, Answered):
        click.echo(json.dumps({"event": type(event).__name__, **asdict(event)}))


for _command in (log, test, flash):
    panel.add_command(_command)
