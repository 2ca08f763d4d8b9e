"""Command ``printer``: ask one how it is, test it, look it over, or pretend to be one; ``slip`` is beside it."""

import json
import signal
import sys
import threading
from pathlib import Path

import click

from printer.devices.address import open_printer
from printer.devices.port import StatusDevice
from printer.doctor import examine
from printer.errors import PrinterError
from printer.journal import Journal
from printer.press import Press, ask_status
from printer.profile import read_profile
from printer.raster import draw_page
from printer.slip_cli import PRINTER_URL, WIDTH, end_with, slip, stop, utc_now
from printer.status import WORDING, Condition, PrinterStatus
from printer.test_page import lay_out_test_page
from printer.typeface import load_typeface
from printer.virtual.server import VirtualPrinter

__all__ = ["printer", "slip"]

_MARKS = {True: "✓", False: "✗", None: "?"}


@click.group()
def printer() -> None:
    """Ask a printer how it is, or pretend to be one."""


@printer.command()
@PRINTER_URL
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def status(url: str, as_json: bool) -> None:
    """Ask a printer how it is. Exit 0: fine; 6: a fault; 7: not known."""
    try:
        device = open_printer(url)
    except PrinterError as error:
        stop(str(error), 2)
    fine = PrinterStatus(frozenset(), frozenset({1, 4}))
    found = ask_status(device) if isinstance(device, StatusDevice) else fine
    if as_json:
        click.echo(json.dumps({"fine": found.known_fine, "conditions": sorted(found.conditions)}))
    else:
        for condition in sorted(found.conditions):
            words = WORDING[condition].technician
            click.echo(f"{condition}: {words.th} / {words.en}")
        if found.known_fine:
            click.echo("พร้อมพิมพ์ / Ready to print")
    sys.exit(6 if found.blocking else 7 if Condition.SILENT in found.conditions else 0)


@printer.command("test")
@PRINTER_URL
def print_test_page(url: str) -> None:
    """Print a page with Thai, the width and codes in three sizes. Exit as 'slip print'."""
    try:
        profile, face = read_profile(url), load_typeface()
        page = lay_out_test_page(profile, url, face.width)
        press = Press(open_printer(url), Journal(":memory:", utc_now), face, profile)
        result = press.print_picture("TEST", draw_page(page, face))
    except PrinterError as error:
        stop(str(error), 6)
    end_with(result)


@printer.command()
@PRINTER_URL
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
def doctor(url: str, as_json: bool) -> None:
    """Look this machine and a printer over without printing. Exit 0: all well; 6: something is wrong."""
    try:
        findings = list(examine(open_printer(url), load_typeface))
    except PrinterError as error:
        stop(str(error), 2)
    if as_json:
        said = [{"name": one.name, "well": one.well, **one.words.model_dump()} for one in findings]
        click.echo(json.dumps(said, ensure_ascii=False))
    else:
        for one in findings:
            click.echo(f"{_MARKS[one.well]} {one.name}: {one.words.th} / {one.words.en}")
    sys.exit(6 if any(one.well is False for one in findings) else 0)


@printer.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=9100, show_default=True, help="0 takes a free one.")
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Where slips become PNGs.")
@WIDTH
def virtual(host: str, port: int, out: Path, width: str) -> None:
    """Be a printer on TCP until stopped."""
    machine = VirtualPrinter(host, port, out, width=int(width))
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    try:
        machine.start()
    except OSError as error:
        stop(f"cannot listen on {host}:{port}: {error.strerror}", 1)
    click.echo(f"listening on {host}:{machine.port}, slips in {out}")
    stopped.wait()
    machine.stop()
