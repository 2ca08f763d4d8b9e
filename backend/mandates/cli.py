"""``baidiao centre mandates …``: who may ask what, and how that came to be."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from backend.linkage.errors import DirectoryError
from backend.linkage.facts import Fact
from backend.linkage.file import DEFAULT_DIRECTORY, load_directory
from backend.mandates.book import MandateBook
from backend.mandates.check import Asking, Refused
from backend.mandates.errors import MandateError
from backend.mandates.file import load_proposal
from backend.mandates.granting import Granting, Held, unused
from backend.mandates.words import explain_refusal
from backend.settings import read_settings
from backend.store import Store, opened_store
from contracts.subject import HolderCheck, SubjectKind

UNUSED_DAYS = 90
_by = click.option("--by", required=True, help="Who does it.")
_agency = click.option("--agency", default="", help="Only this agency's.")
_number = click.argument("number", type=int)


@contextmanager
def _opened() -> Iterator[tuple[Store, Granting, frozenset[Fact]]]:
    settings = read_settings(os.environ)
    try:
        linked = load_directory(settings.agencies_file or DEFAULT_DIRECTORY)
        restricted = linked.restricted_facts()
        with opened_store(settings.database_url) as store:
            yield store, Granting(store, linked.known_facts(), restricted), restricted
    except (DirectoryError, MandateError) as error:
        raise click.ClickException(str(error)) from error


@click.group()
def mandates() -> None:
    """Which agency may ask what, for which service and purpose."""


@mandates.command("list")
@_agency
def list_all(agency: str) -> None:
    """List mandates, proposals and what was revoked."""
    now = datetime.now(UTC)
    with _opened() as (_store, granting, _restricted):
        for held in granting.list(agency):
            click.echo(_line(held, granting, now))


@mandates.command()
@_number
def show(number: int) -> None:
    """Show one: what it permits, on which law, how it is used, who did what."""
    with _opened() as (_store, granting, _restricted):
        held = granting.get(number)
        click.echo(_line(held, granting, datetime.now(UTC)))
        for line in _details(held):
            click.echo(f"    {line}")
        for event in granting.history(number):
            note = f": {event.note}" if event.note else ""
            click.echo(f"    {event.at:%Y-%m-%d %H:%M:%S} UTC  {event.what} by {event.who}{note}")


@mandates.command()
@click.argument("file", type=click.Path(exists=True, path_type=Path, dir_okay=False))
@_by
def propose(file: Path, by: str) -> None:
    """Propose the mandate in FILE (JSON, an entry as in a file of mandates); print its number."""
    with _opened() as (_store, granting, _restricted):
        click.echo(granting.propose(load_proposal(file), by, datetime.now(UTC)))


@mandates.command()
@_number
@_by
def approve(number: int, by: str) -> None:
    """Approve a proposal of somebody else; restricted facts need a second approval by a third person."""
    with _opened() as (_store, granting, _restricted):
        approved = granting.approve(number, by, datetime.now(UTC))
        if granting.needs_second(approved):
            click.echo(f"mandate {number} concerns restricted data and waits for a second person's approval")
        else:
            click.echo(f"mandate {number} is granted")


@mandates.command()
@_number
@_by
@click.option("--reason", required=True, help="Why; kept with it.")
def revoke(number: int, by: str, reason: str) -> None:
    """Take a mandate or a proposal back, for ever. Workers follow within a second."""
    with _opened() as (_store, granting, _restricted):
        granting.revoke(number, by, reason, datetime.now(UTC))
    click.echo(f"mandate {number} is revoked")


@mandates.command("unused")
@_agency
@click.option("--days", default=UNUSED_DAYS, show_default=True, type=click.IntRange(1, 3650))
def list_unused(agency: str, days: int) -> None:
    """List mandates in force that nobody has used for so many days."""
    now = datetime.now(UTC)
    with _opened() as (_store, granting, _restricted):
        found = unused(granting.list(agency), now, days)
        for held in found:
            click.echo(_line(held, granting, now))
    if not found:
        click.echo(f"every mandate in force was used or granted within {days} days")


@mandates.command()
@click.option("--agency", required=True, help="Who would ask.")
@click.option("--service", required=True, help="For which service.")
@click.option("--purpose", default="eligibility", show_default=True)
@click.option("--subject", default=SubjectKind.PERSON.value, type=click.Choice([kind.value for kind in SubjectKind]))
@click.option("--photo-checked", is_flag=True, help="An officer has compared face and photo.")
def check(agency: str, service: str, purpose: str, subject: str, photo_checked: bool) -> None:
    """Say whether an agency may ask today, and what; if not, which rule refuses. Counts nothing."""
    holder = HolderCheck.PHOTO if photo_checked else HolderCheck.NONE
    today = (datetime.now(UTC) + timedelta(hours=7)).date()
    with _opened() as (store, _granting, restricted):
        held = MandateBook(store, restricted=restricted).of_agency(agency)
    answer = held.check(Asking(service, purpose, today, SubjectKind(subject), holder))
    if isinstance(answer, Refused):
        words = explain_refusal(answer)
        raise click.ClickException(f"{answer.rule.value}: {words.en}\n  {words.th}")
    click.echo("may ask: " + ", ".join(sorted(answer.facts)))
    for basis in answer.legal_basis:
        click.echo(f"    {basis.th} / {basis.en}")


def _line(held: Held, granting: Granting, now: datetime) -> str:
    mandate = held.mandate
    term = f"{mandate.valid_from} – {mandate.valid_until or ''}".rstrip()
    state = "waits for a second approval" if granting.needs_second(mandate) else mandate.state.value
    flag = f"  UNUSED for {UNUSED_DAYS} days" if held.is_unused(now, UNUSED_DAYS) else ""
    return f"{mandate.id:>5}  {state:10} {mandate.agency_id}  {mandate.service_id}  {mandate.purpose}  {term}{flag}"


def _details(held: Held) -> list[str]:
    mandate = held.mandate
    quota = f"{mandate.quota.limit:,} a {mandate.quota.period.value}" if mandate.quota else "none"
    last = f"{held.last_used_at:%Y-%m-%d %H:%M} UTC" if held.last_used_at else "never"
    return [
        f"basis      {mandate.legal_basis.th}",
        f"           {mandate.legal_basis.en}",
        "facts      " + ", ".join(sorted(mandate.facts)),
        "subjects   " + ", ".join(sorted(mandate.subjects)),
        "assurance  " + (", ".join(sorted(mandate.assurance)) or "a card that was read"),
        f"quota      {quota}",
        f"used       {held.used:,} times, last {last}",
        f"proposed   {held.proposed_by}; approved {', '.join(held.approved_by) or 'by nobody yet'}",
    ]
