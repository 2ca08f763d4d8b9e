"""Commands of the centre: ``baidiao centre …`` and ``baidiao fleet …``."""

import json
import os
import secrets
import shutil
import sys
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import click

from backend.accounts.roles import Role, write_roles
from backend.accounts.service import AccountError, AccountService
from backend.clients.cli import clients
from backend.clients.errors import ClientError
from backend.errors import InstallationError
from backend.fleet.building import build_fleet
from backend.fleet.errors import AgencyUnknownError
from backend.fleet.listing import DeviceRow
from backend.fleet.models import DeviceStatus
from backend.linkage.cli import directory
from backend.linkage.file import DEFAULT_DIRECTORY
from backend.linkage.hosted.cli import register
from backend.linkage.running import RunningCentre
from backend.mandates.cli import mandates
from backend.settings import Settings, SettingsError, read_settings
from backend.store import Store, opened_store
from backend.subjects_cli import subjects
from contracts.message import Words

_ROLES: Final = click.option(
    "--role",
    "roles",
    multiple=True,
    type=click.Choice([role.value for role in Role]),
    help="May be given several times.",
)
_AGENCY: Final = click.option("--agency", "agency_id", help="A steward's agency, see 'baidiao fleet agencies'.")


class _Failures(click.Group):
    """Turns what an operator can mend into one line on standard error."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (SettingsError, InstallationError, AccountError, AgencyUnknownError, ClientError) as error:
            raise click.ClickException(str(error)) from error


def _settings() -> Settings:
    return read_settings(os.environ)


@click.group(cls=_Failures)
def centre() -> None:
    """The linkage centre: set up, migrate, serve."""


@centre.command()
def init() -> None:
    """Make keys and secrets, bring the database up to date. Harmless when run again."""
    from backend.bootstrap import initialise  # noqa: PLC0415  (the whole centre: slow for the other commands)

    for line in initialise(_settings()):
        click.echo(line)


@centre.command()
def migrate() -> None:
    """Bring the database up to date."""
    from backend.bootstrap import migrate_store  # noqa: PLC0415  (the whole centre, as above)

    settings = _settings()
    migrate_store(settings)
    click.echo("the database is up to date")


@centre.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8080, show_default=True, type=click.IntRange(0, 65535))
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="Processes.")
@click.option("--threads", default=8, show_default=True, type=click.IntRange(1, 256), help="Threads in each.")
def serve(host: str, port: int, workers: int, threads: int) -> None:
    """Serve devices, the console and the public."""
    settings = _settings()
    metrics_dir = settings.state_dir / "metrics"
    shutil.rmtree(metrics_dir, ignore_errors=True)  # numbers of processes long gone
    metrics_dir.mkdir(parents=True)
    # Read by prometheus_client when it is first imported, hence before our own imports.
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(metrics_dir.resolve())
    from backend.bootstrap import build_app, read_installation  # noqa: PLC0415  (after the line above)
    from backend.gunicorn_conf import CentreServer, build_options  # noqa: PLC0415  (likewise)

    read_installation(settings)  # fail here, not in each worker
    RunningCentre(settings.state_dir).note_start((settings.agencies_file or DEFAULT_DIRECTORY).read_text("utf-8"))
    bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    click.echo(f"the centre listens on http://{bind}", err=True)
    CentreServer(lambda: build_app(settings), build_options(bind, workers, threads)).run()


centre.add_command(directory)
centre.add_command(register)
centre.add_command(clients)
centre.add_command(mandates)
centre.add_command(subjects)


@centre.group()
def slips() -> None:
    """Slips: take one back, list those taken back, rotate the key that signs them."""


@slips.command()
@click.argument("reference")
@click.option("--reason", required=True, help="For the log and for who verifies the slip; nothing about the citizen.")
def revoke(reference: str, reason: str) -> None:
    """Take the slip with this REFERENCE back, for ever; the evidence log says so."""
    from backend.bootstrap import opened_revocations  # noqa: PLC0415  (the whole centre, as above)

    with opened_revocations(_settings()) as revocations:
        done = revocations.revoke(reference, reason, datetime.now(UTC))
    click.echo(f"{done.reference} is revoked since {done.revoked_at:%Y-%m-%d %H:%M:%S} UTC: {done.reason}")


@slips.command("revoked")
def list_revoked() -> None:
    """List the slips taken back."""
    from backend.bootstrap import opened_revocations  # noqa: PLC0415  (the whole centre, as above)

    with opened_revocations(_settings()) as revocations:
        for one in revocations.list_since(datetime.min.replace(tzinfo=UTC)):
            click.echo(f"{one.reference}  {one.revoked_at:%Y-%m-%d %H:%M:%S}  {one.reason}")


@slips.command("rotate-key")
def rotate_key() -> None:
    """Sign from now on with the next key, which has been published beside the present one. Start the centre anew."""
    from backend.bootstrap import rotate_keys  # noqa: PLC0415  (the whole centre, as above)

    click.echo(f"slips will be signed with the key {rotate_keys(_settings())} once the centre has been started anew")


@centre.group()
def user() -> None:
    """Accounts for the console."""


@user.command("add")
@click.argument("email")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of asking.")
@click.option("--replace", is_flag=True, help="If the account exists, give it this password and end its sessions.")
@_ROLES
@_AGENCY
def add_user(email: str, *, password_stdin: bool, replace: bool, roles: tuple[str, ...], agency_id: str | None) -> None:
    """Make an account that may log in to the console; without --role it sees the fleet alone."""
    if password_stdin:
        password = sys.stdin.readline().rstrip("\n")
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    unique, settings = secrets.token_hex(32), _settings()
    with opened_store(settings.database_url) as store:
        accounts = AccountService(store)
        _require_agency(settings, store, agency_id)
        if replace and accounts.set_password(email, password, unique):
            click.echo(f"{email} has a new password")
            return
        held = [Role(name) for name in roles] or [Role.FLEET_ADMIN]
        added = accounts.add(email, password, unique, datetime.now(UTC), held, agency_id)
        click.echo(f"{added} may log in: {write_roles(held)}{f' of {agency_id}' if agency_id else ''}")


@user.command("roles")
@click.argument("email", required=False)
@_ROLES
@_AGENCY
def grant_roles(email: str | None, roles: tuple[str, ...], agency_id: str | None) -> None:
    """Give an account these roles and no others, at once; without EMAIL, list who has which."""
    settings = _settings()
    with opened_store(settings.database_url) as store:
        accounts = AccountService(store)
        _require_agency(settings, store, agency_id)
        if email and not accounts.grant(email, [Role(name) for name in roles], agency_id):
            raise click.ClickException(f"there is no account {email!r}")
        for one in accounts.list_accounts():
            agency = f"  of {one.agency_id}" if one.agency_id else ""
            click.echo(f"{one.email:40}  {write_roles(one.roles) or '-'}{agency}")


def _require_agency(settings: Settings, store: Store, agency_id: str | None) -> None:
    if agency_id is not None and agency_id not in {one.id for one in build_fleet(settings, store).list_agencies()}:
        raise click.ClickException(f"no agency is called {agency_id!r}: see 'baidiao fleet agencies'")


@click.group(cls=_Failures)
def fleet() -> None:
    """Devices: claim codes, list, suspension."""


@fleet.command()
@click.option("--agency", "agency_id", required=True, help="Identifier, see 'baidiao fleet agencies'.")
@click.option("--place-th", required=True, help="Where the device stands, in Thai.")
@click.option("--place-en", required=True, help="The same in English.")
@click.option("--area-code", default="", help="District code the device serves, e.g. 5501.")
@click.option("--valid-hours", default=24.0, show_default=True, type=click.FloatRange(0.1, 24 * 90))
def claim(agency_id: str, place_th: str, place_en: str, area_code: str, valid_hours: float) -> None:
    """Print a one-time code with which one device may enrol."""
    settings = _settings()
    with opened_store(settings.database_url) as store:
        code = build_fleet(settings, store).create_claim(
            agency_id, Words(th=place_th, en=place_en), datetime.now(UTC), timedelta(hours=valid_hours), area_code
        )
    click.echo(code)


@fleet.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON array, for programs.")
def list_fleet(as_json: bool) -> None:
    """Show every device with its last heartbeat, reader and printer."""
    settings = _settings()
    with opened_store(settings.database_url) as store:
        rows = build_fleet(settings, store).list_devices(datetime.now(UTC))
    if as_json:
        click.echo(json.dumps([_as_json(row) for row in rows], ensure_ascii=False, indent=1))
        return
    if not rows:
        click.echo("no device is enrolled; make a code with 'baidiao fleet claim'")
        return
    for line in _table(rows):
        click.echo(line)


@fleet.command()
def agencies() -> None:
    """List the agencies that may have devices."""
    settings = _settings()
    with opened_store(settings.database_url) as store:
        for agency in build_fleet(settings, store).list_agencies():
            click.echo(f"{agency.id:42}{agency.readers_allocated:>7}  {agency.name_th} / {agency.name_en}")


@fleet.command()
@click.argument("device_id")
@click.option("--resume", is_flag=True, help="Let it in again.")
def suspend(device_id: str, resume: bool) -> None:
    """Stop listening to a device at once."""
    settings = _settings()
    status = DeviceStatus.ACTIVE if resume else DeviceStatus.SUSPENDED
    with opened_store(settings.database_url) as store:
        if not build_fleet(settings, store).set_status(device_id, status):
            raise click.ClickException(f"no device is called {device_id!r}")
    click.echo(f"{device_id} is {status.value}")


def _as_json(row: DeviceRow) -> dict[str, Any]:
    return {
        "device_id": row.device_id,
        "condition": row.condition.value,
        "agency_id": row.agency_id,
        "agency": row.agency.model_dump(),
        "place": row.place.model_dump(),
        "model": row.model,
        "serial": row.serial,
        "software_version": row.software_version,
        "enrolled_at": row.enrolled_at.isoformat(),
        "last_heartbeat_at": row.last_seen_at.isoformat() if row.last_seen_at else None,
        "state": row.activity or None,
        "visits_total": row.visits_total,
        "reader": row.reader.model_dump(mode="json"),
        "printer": row.printer.model_dump(mode="json"),
        "panel": row.panel.model_dump(mode="json") if row.panel else None,
    }


def _table(rows: list[DeviceRow]) -> list[str]:
    head = ("DEVICE", "CONDITION", "LAST HEARTBEAT (UTC)", "READER", "PRINTER", "VERSION", "AGENCY", "PLACE")
    lines = [head] + [
        (
            row.device_id,
            row.condition.value,
            f"{row.last_seen_at:%Y-%m-%d %H:%M:%S}" if row.last_seen_at else "never",
            row.reader.code or row.reader.health.value,
            row.printer.code or row.printer.health.value,
            row.software_version,
            row.agency_id,
            row.place.en,
        )
        for row in rows
    ]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return ["  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip() for line in lines]
