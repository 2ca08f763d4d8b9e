"""``baidiao provision``: the technician's commands on the device."""

import platform
import secrets
import time
from importlib.metadata import version
from ipaddress import ip_address
from pathlib import Path
from typing import Final, NoReturn
from urllib.parse import urlsplit

import click

from contracts.signature import NONCE_BYTES
from kiosk.agent.identity import EnrolmentRecord, IdentityError, find_enrolment
from provisioning.centre_client import RequestsDoor
from provisioning.enrolment import DeviceFacts, enrol, parse_centre_url
from provisioning.errors import CentreUnreachableError, EnrolmentRefusedError, NotACentreError

EXIT_UNREACHABLE: Final = 3
EXIT_REFUSED: Final = 4
EXIT_STATE: Final = 5
EXIT_NOT_A_CENTRE: Final = 6
_DEVICE_TREE: Final = Path("/proc/device-tree")


@click.group()
def provision() -> None:
    """Make a device ready for work."""


def _parse_url(_context: click.Context, _option: click.Parameter, text: str) -> str:
    try:
        return parse_centre_url(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


@provision.command("enrol")
@click.option("--centre", required=True, callback=_parse_url, help="The centre's address, https://centre.example.")
@click.option("--claim", required=True, help="One-time claim code from `baidiao fleet claim`, 6 to 40 characters.")
@click.option(
    "--state-dir",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="Where the device keeps its identity.",
)
@click.option("--serial", default=None, help="Serial number, if the hardware does not tell.")
@click.option("--model", default=None, help="Hardware model, if the hardware does not tell.")
@click.option("--again", is_flag=True, help="Enrol anew with a new key, even when already enrolled.")
def enrol_command(centre: str, claim: str, state_dir: Path, serial: str | None, model: str | None, again: bool) -> None:
    """Make this device's key and have the centre take the device in.

    Exit code 0 when enrolled; 3 centre not reached, try later; 4 refused; 5 state directory unusable; 6 not a centre.
    """
    claim = claim.strip()
    if not 6 <= len(claim) <= 40:
        raise click.BadParameter("a claim code has 6 to 40 characters", param_hint="--claim")
    try:
        present = None if again else find_enrolment(state_dir)
        if present is not None:
            click.echo(f"already enrolled: {_describe(present)}; --again enrols anew")
            return
        _warn_if_open(centre)
        facts = DeviceFacts(serial or _read_serial(), model or _read_model(), version("baidiao"))
        nonce = secrets.token_urlsafe(NONCE_BYTES)
        record = enrol(state_dir, centre, claim, facts, RequestsDoor(), int(time.time()), nonce)
    except CentreUnreachableError as error:
        _fail(f"not enrolled: {error}; try again later", EXIT_UNREACHABLE)
    except EnrolmentRefusedError as error:
        _fail(f"not enrolled: {error}", EXIT_REFUSED)
    except NotACentreError as error:
        _fail(f"not enrolled: {error}", EXIT_NOT_A_CENTRE)
    except IdentityError as error:
        _fail(f"not enrolled: {error}", EXIT_STATE)
    click.echo(f"enrolled: {_describe(record)}")


def _describe(record: EnrolmentRecord) -> str:
    return f"{record.device_id} for {record.agency.en} at {record.place.en}, centre {record.centre_url}"


def _fail(message: str, code: int) -> NoReturn:
    click.echo(message, err=True)
    raise SystemExit(code)


def _warn_if_open(centre_url: str) -> None:
    parts = urlsplit(centre_url)
    host = parts.hostname or ""
    try:
        here = ip_address(host).is_loopback
    except ValueError:
        here = host == "localhost"
    if parts.scheme == "http" and not here:
        click.echo("warning: without TLS the claim code can be read on the way", err=True)


def _read_serial() -> str:
    return _device_tree("serial-number") or platform.node() or "unknown"


def _read_model() -> str:
    return _device_tree("model") or platform.machine() or "unknown"


def _device_tree(name: str) -> str:
    """Read a string the boot loader left (Raspberry Pi and most ARM boards); empty elsewhere."""
    try:
        return (_DEVICE_TREE / name).read_bytes().rstrip(b"\0\n ").decode("utf-8", "replace")
    except OSError:
        return ""
