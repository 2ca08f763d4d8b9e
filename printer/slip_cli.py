"""Command ``slip``: print, preview, verify. ``slip print`` exits 0 confirmed, 6 nothing comes out, 7 unsure."""

import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import click
from pydantic import ValidationError

from contracts.extract import Extract
from contracts.slip import SlipRecord
from printer.devices.address import open_printer
from printer.errors import PrinterError
from printer.extract_document import compose_extract
from printer.journal import Journal
from printer.press import Press, PrintOutcome, PrintResult
from printer.profile import read_profile
from printer.raster import draw_document, draw_slip
from printer.status import WORDING
from printer.typeface import load_typeface
from printer.verify_cli import verify

EXIT_CODES = {PrintOutcome.PRINTED: 0, PrintOutcome.NOT_PRINTED: 6, PrintOutcome.UNSURE: 7}
WIDTH = click.option("--width", type=click.Choice(["576", "384"]), default="576", help="Dots across the print head.")
PRINTER_URL = click.option(
    "--printer",
    "url",
    required=True,
    help="tcp://, usb://, serial://, cups://, file: or png: address; ?profile=TM-T20II, ?width=384, ?cut=no behind it.",
)
LARGE = click.option("--large", is_flag=True, help="Large print.")
THAI_NUMERALS = click.option("--thai-numerals", is_flag=True, help="Thai text with Thai numerals.")


def stop(message: str, code: int) -> NoReturn:
    click.echo(message, err=True)
    sys.exit(code)


def utc_now() -> datetime:
    return datetime.now(UTC)


def _load_record(path: Path, *, large: bool, thai_numerals: bool) -> SlipRecord:
    try:
        record = SlipRecord.model_validate_json(path.read_bytes())
    except ValidationError as error:  # its text repeats the values, which are a citizen's
        where = ", ".join(sorted({".".join(map(str, found["loc"])) for found in error.errors(include_input=False)}))
        stop(f"{path} is not a visit's record: wrong or missing: {where or 'not JSON'}", 2)
    wanted = {"large_print": large, "thai_numerals": thai_numerals}
    return record.model_copy(update={name: True for name, on in wanted.items() if on})


def end_with(result: PrintResult) -> NoReturn:
    """Say what became of a print, and exit accordingly."""
    click.echo(f"{result.words.th}\n{result.words.en}", err=result.outcome is not PrintOutcome.PRINTED)
    for condition in sorted(result.conditions):
        click.echo(f"{condition}: {WORDING[condition].technician.en}", err=True)
    sys.exit(EXIT_CODES[result.outcome])


@click.group()
def slip() -> None:
    """Print, preview and verify slips."""


@slip.command("print")
@click.argument("visit", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@PRINTER_URL
@click.option(
    "--width", type=click.Choice(["576", "384"]), help="Dots across the print head; else the address says it."
)
@click.option("--journal", type=click.Path(path_type=Path), envvar="BAIDIAO_PRINT_JOURNAL", help="Never print twice.")
@click.option("--reprint", is_flag=True, help="Print in spite of the journal.")
@LARGE
@THAI_NUMERALS
def print_slip(
    visit: Path, url: str, width: str | None, journal: Path | None, reprint: bool, large: bool, thai_numerals: bool
) -> None:
    """Print VISIT.json's slip. Exit 0: confirmed; 6: fault, nothing comes out later; 7: unsure, look at the tray."""
    record = _load_record(visit, large=large, thai_numerals=thai_numerals)
    try:
        profile = read_profile(url)
        profile = replace(profile, width=int(width or profile.width))
        device = open_printer(url, profile.width)
        press = Press(device, Journal(journal or ":memory:", utc_now), load_typeface(), profile)
        result = press.print_slip(record, reprint=reprint)
    except PrinterError as error:
        stop(str(error), 6)
    end_with(result)


@slip.command()
@click.argument("visit", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="PNG file to write.")
@WIDTH
@LARGE
@THAI_NUMERALS
def preview(visit: Path, out: Path, width: str, large: bool, thai_numerals: bool) -> None:
    """Draw VISIT.json's slip as it would be printed."""
    try:
        record = _load_record(visit, large=large, thai_numerals=thai_numerals)
        draw_slip(record, load_typeface(), int(width)).save(out, "PNG")
    except (PrinterError, OSError) as error:
        stop(str(error), 1)
    click.echo(str(out))


@slip.command()
@click.argument("extract_file", metavar="EXTRACT", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@PRINTER_URL
@click.option("--journal", type=click.Path(path_type=Path), envvar="BAIDIAO_PRINT_JOURNAL", help="Never print twice.")
def extract(extract_file: Path, url: str, journal: Path | None) -> None:
    """Print an officer's free extract from a register, logged beforehand at the centre. Exit as 'slip print'."""
    try:
        wanted = Extract.model_validate_json(extract_file.read_bytes())
    except ValidationError as error:  # its text repeats the values
        where = ", ".join(sorted({".".join(map(str, found["loc"])) for found in error.errors(include_input=False)}))
        stop(f"{extract_file} is not an extract: wrong or missing: {where or 'not JSON'}", 2)
    try:
        profile, face = read_profile(url), load_typeface()
        press = Press(open_printer(url), Journal(journal or ":memory:", utc_now), face, profile)
        picture = draw_document(compose_extract(wanted), face, profile.width)
        result = press.print_picture(wanted.receipt.reference, picture)
    except PrinterError as error:
        stop(str(error), 6)
    end_with(result)


slip.add_command(verify)
