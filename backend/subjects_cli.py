"""``baidiao centre subjects …``: a pupil's G code becomes a citizen number. Numbers are read from standard input."""

import os
import sys
from datetime import UTC, datetime

import click

from backend.evidence.errors import EvidenceError
from backend.evidence.keyring import DirectoryKeyring
from backend.linkage.errors import LinkageError
from backend.linkage.links import SubjectLinks
from backend.settings import read_settings
from backend.store import opened_store
from contracts.citizen_number import CitizenNumber, GCode, NumberError
from contracts.subject import SubjectKind


@click.group()
def subjects() -> None:
    """Subjects of questions: pupils whose G code became a number."""


@subjects.command()
@click.option("--by", required=True, help="Your number at the centre; kept with the link.")
def link(by: str) -> None:
    """Link a G code to the citizen number that took its place: two lines on standard input, the G code first.

    Command lines are seen by others and remembered, hence not there. The pupil's history stays whole; from now on he is
    asked about by the number.
    """
    try:
        former, number = (sys.stdin.readline().strip() for _ in range(2))
        g_code, citizen = GCode.parse(former), CitizenNumber.parse(number)
    except NumberError as error:
        raise click.ClickException(f"a line holds no such number ({error.reason})") from None
    settings = read_settings(os.environ)
    try:
        keys = DirectoryKeyring(settings.keys_dir).live()
        pairs = [
            (
                bytes.fromhex(key.subject(SubjectKind.PUPIL, g_code.code)),
                bytes.fromhex(key.subject(SubjectKind.PERSON, citizen.digits)),
            )
            for key in keys
        ]
        with opened_store(settings.database_url) as store:
            done = SubjectLinks(store).link(pairs, by, datetime.now(UTC))
    except (EvidenceError, LinkageError) as error:
        raise click.ClickException(str(error)) from error
    click.echo("linked" if done else "was linked before")
