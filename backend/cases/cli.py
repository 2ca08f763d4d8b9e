"""``baidiao rules cases …``: which past cases are kept for rules to be tried on, and how they are deleted."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import click

from backend.cases.building import CASES_KEY_FILE, build_shelf
from backend.cases.shelf import CaseShelf
from backend.mandates.book import MandateBook
from backend.secret_files import SecretFileError, load_or_make_secret
from backend.settings import SettingsError, read_settings
from backend.store import opened_store


@contextmanager
def opened_shelf() -> Iterator[CaseShelf]:
    """Open the cases for one command."""
    try:
        settings = read_settings(os.environ)
        key = load_or_make_secret(settings.keys_dir / CASES_KEY_FILE)
    except (SettingsError, SecretFileError) as error:
        raise click.ClickException(str(error)) from error
    with opened_store(settings.database_url) as store:
        yield build_shelf(store, MandateBook(store), key, lambda: datetime.now(UTC), os.urandom)


@click.group()
def cases() -> None:
    """Past cases: what decisions were made on, kept under mandates for the purpose replay."""


@cases.command("list")
def list_cases() -> None:
    """Count the kept cases by service and agency. What they say is not shown."""
    with opened_shelf() as shelf:
        counts = shelf.list_counts()
    for one in counts:
        held = "" if one.permitted else "  no mandate any more: goes with the next purge"
        click.echo(
            f"{one.service_id}  {one.agency_id}  {one.cases} cases  {one.first_on} to {one.last_on}"
            f"  gone by {one.gone_at:%Y-%m-%d %H:%M} UTC{held}"
        )
    if not counts:
        click.echo("no cases are kept")


@cases.command()
@click.option("--service", help="Delete the cases of this service.")
@click.option("--agency", help="Delete the cases kept under this agency's mandate.")
@click.option("--all", "everything", is_flag=True, help="Delete every case.")
def purge(service: str | None, agency: str | None, everything: bool) -> None:
    """Delete cases now: by default those that are over or that no mandate covers any more."""
    with opened_shelf() as shelf:
        chosen = everything or service is not None or agency is not None
        gone = shelf.purge(service, agency) if chosen else shelf.purge_due()
    click.echo(f"{gone} cases deleted")
