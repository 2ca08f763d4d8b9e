"""``baidiao kiosk extract``: an officer's free paper extract, straight from the source.

Source: NCPO order 21/2560, clause 17: who needs another agency's document makes it himself, free of charge.
"""

import os
import sys
from pathlib import Path
from typing import NoReturn

import click

from contracts.card import CardRead
from contracts.extract import Extract, ExtractQuestion
from kiosk.adapters.press import open_press
from kiosk.agent.identity import IdentityError, load_identity, write_private
from kiosk.errors import CentreError, SettingsError
from kiosk.settings import Settings, parse_settings
from kiosk.uplink.client import SignedClient
from kiosk.visit.record import mask_holder, subject_of
from printer.errors import PrinterError
from printer.extract_document import compose_extract
from printer.press import PrintOutcome
from printer.raster import draw_document
from reader_drivers.cards.thai_id import read_text
from reader_drivers.core.errors import ReaderError
from reader_drivers.reading import TEXT_LIMIT_S, with_card

_EXITS = {PrintOutcome.PRINTED: 0, PrintOutcome.NOT_PRINTED: 6, PrintOutcome.UNSURE: 7}
_FILE = click.Path(dir_okay=False, path_type=Path)


def _stop(message: str, code: int) -> NoReturn:
    click.echo(message, err=True)
    sys.exit(code)


@click.command("extract")
@click.option("--service", required=True, help="Whose law still wants paper, e.g. disability_allowance.")
@click.option("--source", required=True, help="Whose register is asked, e.g. disability_register.")
@click.option("--officer", required=True, help="Name or number of the officer who makes it.")
@click.option("--out", type=_FILE, help="Also keep the extract in this file, readable by its owner alone.")
def extract_command(service: str, source: str, officer: str, out: Path | None) -> None:
    """Read the card, ask the source, print the officer's own extract: logged, and free of charge.

    Exit 0 printed; 2 not set up or not enrolled; 3 the centre refuses or is away; 5 no readable card; 6 and 7 as
    'slip print'.
    """
    try:
        settings = parse_settings(os.environ)
        extract = _ask(settings, service, source, officer)
        if out is not None:
            write_private(out, extract.model_dump_json(indent=1).encode() + b"\n")
        outcome = _print(settings, extract)
    except (SettingsError, IdentityError) as error:
        _stop(str(error), 2)
    except CentreError as error:
        _stop(f"the centre made no extract: {error.code}", 3)
    except ReaderError as error:
        _stop(str(error), 5)
    except PrinterError as error:
        _stop(str(error), 6)
    click.echo(f"{extract.receipt.reference}  {outcome.value}")
    sys.exit(_EXITS[outcome])


def _ask(settings: Settings, service: str, source: str, officer: str) -> Extract:
    identity = load_identity(settings.state_dir)
    client = SignedClient(settings.centre_url or identity.centre_url, identity.key, identity.key_id)
    try:
        card: CardRead = with_card(settings.reader_name or None, read_text, TEXT_LIMIT_S)
        question = ExtractQuestion(service=service, source=source, officer=officer, subject=subject_of(card))
        told = client.extract(question)
    finally:
        client.close()
    return Extract(
        receipt=told.receipt,
        service_name=told.service_name,
        source=told.source,
        officer=officer,
        holder=mask_holder(card),
        facts=told.facts,
    )


def _print(settings: Settings, extract: Extract) -> PrintOutcome:
    press = open_press(settings.printer_url, settings.state_dir / "prints.sqlite")
    picture = draw_document(compose_extract(extract), press.typeface, press.profile.width)
    return press.print_picture(extract.receipt.reference, picture).outcome
