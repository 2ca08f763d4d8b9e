"""Commands ``slip`` and ``printer``. ``slip print`` exits 0 confirmed, 6 nothing comes out, 7 unsure."""

import json
import signal
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import click
from pydantic import ValidationError

from contracts.slip import SlipRecord
from contracts.slip_verification import KeysError, Verdict, Verification, parse_keys, verify_token
from printer.devices.address import open_printer
from printer.devices.port import StatusDevice
from printer.errors import CodeNotFoundError, PrinterError
from printer.journal import Journal
from printer.press import Press, PrintOutcome, ask_status
from printer.profile import read_profile
from printer.raster import draw_slip
from printer.read_qr import read_token
from printer.status import WORDING, Condition, PrinterStatus
from printer.typeface import load_typeface
from printer.virtual.server import VirtualPrinter

EXIT_CODES = {PrintOutcome.PRINTED: 0, PrintOutcome.NOT_PRINTED: 6, PrintOutcome.UNSURE: 7}
WIDTH = click.option("--width", type=click.Choice(["576", "384"]), default="576", help="Dots across the print head.")
PRINTER_URL = click.option(
    "--printer",
    "url",
    required=True,
    help="tcp://, usb://, serial://, cups://, file: or png: address; ?profile=TM-T20II, ?width=384, ?cut=no behind it.",
)


def _stop(message: str, code: int) -> NoReturn:
    click.echo(message, err=True)
    sys.exit(code)


def _now() -> datetime:
    return datetime.now(UTC)


def _load_record(path: Path) -> SlipRecord:
    try:
        return SlipRecord.model_validate_json(path.read_bytes())
    except ValidationError as error:  # its text repeats the values, which are a citizen's
        where = ", ".join(sorted({".".join(map(str, found["loc"])) for found in error.errors(include_input=False)}))
        _stop(f"{path} is not a visit's record: wrong or missing: {where or 'not JSON'}", 2)


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
def print_slip(visit: Path, url: str, width: str | None, journal: Path | None, reprint: bool) -> None:
    """Print VISIT.json's slip. Exit 0: confirmed; 6: fault, nothing comes out later; 7: unsure, look at the tray."""
    record = _load_record(visit)
    try:
        profile = read_profile(url)
        profile = replace(profile, width=int(width or profile.width))
        device = open_printer(url, profile.width)
        press = Press(device, Journal(journal or ":memory:", _now), load_typeface(), profile)
        result = press.print_slip(record, reprint=reprint)
    except PrinterError as error:
        _stop(str(error), 6)
    click.echo(f"{result.words.th}\n{result.words.en}", err=result.outcome is not PrintOutcome.PRINTED)
    for condition in sorted(result.conditions):
        click.echo(f"{condition}: {WORDING[condition].technician.en}", err=True)
    sys.exit(EXIT_CODES[result.outcome])


@slip.command()
@click.argument("visit", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="PNG file to write.")
@WIDTH
def preview(visit: Path, out: Path, width: str) -> None:
    """Draw VISIT.json's slip as it would be printed."""
    try:
        draw_slip(_load_record(visit), load_typeface(), int(width)).save(out, "PNG")
    except (PrinterError, OSError) as error:
        _stop(str(error), 1)
    click.echo(str(out))


def _verification_json(verification: Verification) -> str:
    claims = verification.claims
    said = {"verdict": verification.verdict.value, "th": verification.words.th, "en": verification.words.en}
    return json.dumps(said | {"claims": claims.model_dump(mode="json") if claims else None}, ensure_ascii=False)


def _say_verification(verification: Verification) -> None:
    click.echo(f"{verification.words.th}\n{verification.words.en}")
    claims = verification.claims
    if claims is None:
        return
    click.echo(f"{claims.issuer}  {claims.reference}  {claims.issued_at.isoformat()}")
    for decision in claims.decisions:
        amount = "" if decision.amount_baht is None else f"  {decision.amount_baht:,} baht"
        click.echo(f"{decision.service}: {decision.outcome.value}{amount}")


@slip.command()
@click.option("--text", help="The code's text.")
@click.option("--image", type=click.Path(path_type=Path), help="A picture of the slip.")
@click.option("--keys", "keys_file", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def verify(text: str | None, image: Path | None, keys_file: Path, as_json: bool) -> None:
    """Verify a slip offline with the centre's public keys (JWKS). Exit 0: valid; 1: anything else."""
    if (text is None) == (image is None):
        raise click.UsageError("give either --text or --image")
    try:
        keys = parse_keys(json.loads(keys_file.read_bytes()))
        token = text if image is None else read_token(image)
    except (KeysError, CodeNotFoundError) as error:
        _stop(str(error), 1)
    except ValueError:
        _stop(f"{keys_file} is not JSON", 1)
    verification = verify_token(token or "", keys, _now())
    if as_json:
        click.echo(_verification_json(verification))
    else:
        _say_verification(verification)
    sys.exit(0 if verification.verdict is Verdict.VALID else 1)


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
        _stop(str(error), 2)
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
        _stop(f"cannot listen on {host}:{port}: {error.strerror}", 1)
    click.echo(f"listening on {host}:{machine.port}, slips in {out}")
    stopped.wait()
    machine.stop()
