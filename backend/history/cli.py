"""Commands of histories: ``baidiao history …``: delays by rule, and disputes."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import click

from backend.evidence.errors import EvidenceError
from backend.evidence.keys import load_or_create_keys
from backend.evidence.log import EvidenceLog
from backend.history.acting import Acting
from backend.history.delays import DelayProposal, Delays
from backend.history.dispute_finder import DisputeFinder
from backend.history.dispute_query import DisputeQuery
from backend.history.dispute_states import DisputeStep
from backend.history.disputes import Disputes, standing_of
from backend.history.errors import HistoryError
from backend.settings import SettingsError, read_settings
from backend.store import Store, opened_store
from contracts.message import Words

_MOMENTS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M"]
_officer = click.option("--officer", required=True, help="Your number at your agency; the log keeps it.")


class _Failures(click.Group):
    """Turns what an operator can mend into one line on standard error."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (EvidenceError, HistoryError, SettingsError) as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=_Failures)
def history() -> None:
    """What citizens see of who asked about them: entries that appear later by rule, and disputes."""


@history.group()
def delays() -> None:
    """Rules by which entries appear later. Two officers make one; all of it is in the evidence log."""


@delays.command()
@click.option("--agency", required=True, help="Whose entries.")
@click.option("--service", help="For this service only.")
@click.option("--purpose", help="For this purpose only.")
@click.option("--from", "start", type=click.DateTime(_MOMENTS), help="Entries from then on (UTC); none: from now on.")
@click.option("--until", required=True, type=click.DateTime(_MOMENTS), help="When they appear (UTC), within a year.")
@click.option("--basis-th", required=True, help="The law, in Thai.")
@click.option("--basis-en", required=True, help="The same in English.")
@_officer
def propose(
    agency: str,
    service: str | None,
    purpose: str | None,
    start: datetime | None,
    until: datetime,
    basis_th: str,
    basis_en: str,
    officer: str,
) -> None:
    """Propose a rule; print its reference. It hides nothing until another officer approves it."""
    begins = datetime.now(UTC) if start is None else start.replace(tzinfo=UTC)
    basis = Words(th=basis_th, en=basis_en)
    wanted = DelayProposal(agency, service, purpose, begins, until.replace(tzinfo=UTC), basis)
    with _opened() as (store, acting):
        click.echo(Delays(store, acting).propose(wanted, officer))


@delays.command()
@click.argument("reference")
@_officer
def approve(reference: str, officer: str) -> None:
    """Let the rule with this REFERENCE take effect; not by who proposed it."""
    with _opened() as (store, acting):
        Delays(store, acting).approve(reference, officer)
    click.echo(f"{reference} is in force")


@delays.command()
@click.argument("reference")
@_officer
def withdraw(reference: str, officer: str) -> None:
    """Take the rule with this REFERENCE back: what it hid appears at once."""
    with _opened() as (store, acting):
        Delays(store, acting).withdraw(reference, officer)
    click.echo(f"{reference} is withdrawn")


@delays.command("list")
def list_delays() -> None:
    """List every rule there is or was."""
    with _opened() as (store, acting):
        for row in Delays(store, acting).all():
            what = "/".join(part or "*" for part in (row.agency_id, row.service, row.purpose))
            if row.withdrawn_at:
                state = "withdrawn"
            elif row.approved_by:
                state = "in force" if row.until_at > datetime.now(UTC) else "ended"
            else:
                state = "proposed"
            click.echo(f"{row.reference}  {state:<9}  {what}  until {row.until_at:%Y-%m-%d %H:%M}  {row.basis_en}")


@history.group()
def disputes() -> None:
    """What citizens dispute: list, take up, answer."""


@disputes.command("list")
@click.option("--agency", help="Of this agency only.")
@click.option("--due", is_flag=True, help="Only those whose time is nearly up, or is; exit 1 when there are any.")
def list_disputes(agency: str | None, *, due: bool) -> None:
    """List disputes, those that wait for a steward first; close what its citizen has let rest."""
    now = datetime.now(UTC)
    with _opened() as (store, acting):
        Disputes(store, acting).close_lapsed()
        found = DisputeFinder(store).find(DisputeQuery(agency_id=agency), now)
        rows = [row for row in found if not due or standing_of(row).wants_reminder(now)]
    for row in rows:
        until = f"due {row.due_at:%Y-%m-%d}" if row.due_at else "closed        "
        flag = "  OVERDUE" if standing_of(row).is_overdue(now) else ""
        click.echo(
            f"{row.reference}  {row.state:<14}  {until}  {row.agency_id}  {row.service}  leaf {row.index}"
            f"  {row.reason}{flag}"
        )
    if due and rows:
        raise click.exceptions.Exit(1)


@disputes.command()
@click.argument("reference")
@_officer
def take(reference: str, officer: str) -> None:
    """Take up the dispute with this REFERENCE."""
    with _opened() as (store, acting):
        Disputes(store, acting).take(reference, DisputeStep.TAKE, officer)
    click.echo(f"{reference} is under review")


@disputes.command()
@click.argument("reference")
@click.option("--text", required=True, help="For the citizen, in Thai or both languages; nothing that names him.")
@_officer
def answer(reference: str, text: str, officer: str) -> None:
    """Answer the dispute with this REFERENCE."""
    with _opened() as (store, acting):
        row = Disputes(store, acting).take(reference, DisputeStep.ANSWER, officer, text)
    click.echo(f"{reference} is {row.state.replace('_', ' ')}")


@contextmanager
def _opened() -> Iterator[tuple[Store, Acting]]:
    settings = read_settings(os.environ)
    keys = load_or_create_keys(settings.keys_dir)
    with opened_store(settings.database_url) as store:
        log = EvidenceLog(store, settings.log_origin, keys.checkpoint, older=keys.older_checkpoint)
        try:
            yield store, Acting(log, lambda: datetime.now(UTC), os.urandom)
        finally:
            log.close()
