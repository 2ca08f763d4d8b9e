"""``baidiao centre directory …``: look at a directory of agencies, and check one before it is used."""

import os
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import click

from backend.linkage.directory import Directory
from backend.linkage.errors import DirectoryError
from backend.linkage.file import DEFAULT_DIRECTORY, load_directory
from backend.linkage.known_databases import parse_databases, parse_wishes
from backend.linkage.maintenance import is_under_way
from backend.settings import read_settings

_file = click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)


@click.group()
def directory() -> None:
    """Which agencies are linked, and which facts each yields."""


@directory.command()
@_file
def show(file: Path | None) -> None:
    """List agencies and facts of FILE, or of the directory the centre uses."""
    now = datetime.now(UTC)
    for agency in _load(file).agencies:
        closed = "  maintenance now" if is_under_way(agency.maintenance, now) else ""
        click.echo(
            f"{agency.id}  {agency.adapter}  {agency.deadline_ms} ms{closed}  {agency.name.th} / {agency.name.en}"
        )
        for request in agency.requests:
            for fact, reading in request.facts.items():
                click.echo(f"    {fact.value}  from {reading.at}")


@directory.command()
@_file
def check(file: Path | None) -> None:
    """Say whether FILE could be used, and if not, every place that is wrong."""
    found = _load(file)
    facts = sum(len(request.facts) for agency in found.agencies for request in agency.requests)
    click.echo(f"good: {len(found.agencies)} agencies, {facts} facts")


@directory.command()
@click.option("--owner", default="", help="Only databases of agencies whose Thai name holds this.")
def databases(owner: str) -> None:
    """List the plan's databases, each with its owner and the agencies that wish to ask it."""
    seed = files("backend.linkage.seed")
    wishes = parse_wishes(seed.joinpath("database_wishes.csv").read_text("utf-8").splitlines())
    rows = seed.joinpath("databases.csv").read_text("utf-8").splitlines()
    for database in parse_databases(rows, "databases.csv"):
        if owner in database.owner_agency_th:
            click.echo(f"{database.ref:7} {database.review:10} {database.name_th}  ({database.owner_agency_th})")
            wishing = wishes.get(database.name_th, ()) + wishes.get(database.renamed_from, ())
            for agency in wishing:
                click.echo(f"        wished for by {agency}")


def _load(file: Path | None) -> Directory:
    try:
        return load_directory(file or read_settings(os.environ).agencies_file or DEFAULT_DIRECTORY)
    except DirectoryError as error:
        raise click.ClickException("\n  ".join((f"{error.source} cannot be used:", *error.problems))) from error
