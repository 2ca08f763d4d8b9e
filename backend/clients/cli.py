"""Commands for agencies' systems: ``baidiao centre clients …``."""

import os
from datetime import UTC, datetime
from pathlib import Path

import click

from backend.clients.register import ADMINISTER, DECIDE, ClientRegister, certificate_thumbprint, parse_client_key
from backend.fleet.building import build_fleet
from backend.settings import read_settings
from backend.store import opened_store

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def clients() -> None:
    """Agencies' own systems that may ask: add, list, give a new secret, revoke."""


@clients.command()
@click.option("--agency", "agency_id", required=True, help="Identifier, see 'baidiao fleet agencies'.")
@click.option("--name", required=True, help="What the agency calls the system.")
@click.option("--public-key", "key_file", type=_FILE, help="It proves itself with this key (PEM), not with a secret.")
@click.option("--certificate", "certificate_file", type=_FILE, help="TLS certificate (PEM) it must show for a token.")
@click.option("--rate", default=0, type=click.IntRange(0, 1_000_000), help="Requests a minute; 0: as for all.")
@click.option("--administer", "person", default="", metavar="EMAIL", help="It administers, in this officer's name.")
def add(
    agency_id: str, name: str, key_file: Path | None, certificate_file: Path | None, rate: int, person: str
) -> None:
    """Add a system; prints its identifier and its secret, which is told this once."""
    settings = read_settings(os.environ)
    with opened_store(settings.database_url) as store:
        if agency_id not in {agency.id for agency in build_fleet(settings, store).list_agencies()}:
            raise click.ClickException(f"no agency is called {agency_id!r}: see 'baidiao fleet agencies'")
        client_id, secret = ClientRegister(store).add(
            agency_id,
            name,
            datetime.now(UTC),
            scopes=(ADMINISTER,) if person else (DECIDE,),
            person=person,
            public_key=parse_client_key(key_file.read_bytes()) if key_file else None,
            certificate=certificate_thumbprint(certificate_file.read_bytes()) if certificate_file else "",
            rate_per_minute=rate,
        )
    click.echo(f"client  {client_id}")
    click.echo(f"secret  {secret}" if secret else "secret  none: it proves itself with its key")


@clients.command("list")
def list_clients() -> None:
    """List the systems, revoked ones too."""
    with opened_store(read_settings(os.environ).database_url) as store:
        found = ClientRegister(store).list_all()
    for one in found:
        state = f"revoked {one.revoked_at:%Y-%m-%d}" if one.revoked_at else "in use"
        proof = "key" if one.public_key else "secret"
        bound = " + certificate" if one.certificate else ""
        click.echo(
            f"{one.device_id}  {state:18}  {' '.join(one.scopes):10}  {proof}{bound:14}  {one.agency_id}  {one.name}"
        )
    if not found:
        click.echo("no agency's system may ask; add one with 'baidiao centre clients add'")


@clients.command()
@click.argument("client_id")
def rotate(client_id: str) -> None:
    """Give a system a new secret; the old one ends at once."""
    with opened_store(read_settings(os.environ).database_url) as store:
        click.echo(f"secret  {ClientRegister(store).rotate(client_id)}")


@clients.command()
@click.argument("client_id")
def revoke(client_id: str) -> None:
    """Let a system do nothing any more, its tokens with it."""
    with opened_store(read_settings(os.environ).database_url) as store:
        ClientRegister(store).revoke(client_id, datetime.now(UTC))
    click.echo(f"{client_id} is revoked")
