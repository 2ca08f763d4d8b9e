"""Commands of the pseudonyms' keys: ``baidiao evidence keys …``."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import click

from backend.evidence.acts import ActKind, encode_act
from backend.evidence.keyring import DirectoryKeyring, destroy_key, find_destructible, list_periods, rotate_key
from backend.evidence.keys import load_or_create_keys
from backend.evidence.log import EvidenceLog
from backend.settings import Settings, read_settings
from backend.store import opened_store
from contracts.decision import Answer
from contracts.slip_reference import PACKED_BYTES, write_reference

_FILE = click.Path(dir_okay=False, exists=True, path_type=Path)
_officer = click.option("--officer", required=True, help="Your number at the centre; the log keeps it.")


@click.group("keys")
def keys() -> None:
    """Keys of pseudonyms and salts, one for each period: list, rotate, destroy; hand out a salt."""


@keys.command("list")
def list_keys() -> None:
    """List the live keys, the present one first."""
    directory = read_settings(os.environ).keys_dir
    load_or_create_keys(directory)
    for period in list_periods(directory):
        until = f"until {period.until:%Y-%m-%d %H:%M}" if period.until else "in use"
        click.echo(f"{period.id}  from {period.since:%Y-%m-%d %H:%M}  {until}")


@keys.command()
@_officer
def rotate(officer: str) -> None:
    """Begin a new period: leaves are written with a new key, and looked up with the older ones too."""
    settings = read_settings(os.environ)
    made = rotate_key(settings.keys_dir)
    _log_act(settings, ActKind.KEY_ROTATED, key=made.id, officer=officer)
    click.echo(f"leaves are now written with the key {made.id}")


@keys.command()
@click.argument("key_id")
@click.option("--reason", required=True, help="For the log: the rule or the order; nothing about a citizen.")
@_officer
@click.option("--yes", is_flag=True, help="Really: what it names can never be found again.")
def destroy(key_id: str, reason: str, officer: str, *, yes: bool) -> None:
    """Destroy an older key: nobody can be found in its period again. Its copies in backups are yours to destroy."""
    settings = read_settings(os.environ)
    find_destructible(settings.keys_dir, key_id)
    if not yes:
        raise click.UsageError(f"this cannot be undone; say --yes to destroy {key_id}")
    # Logged first: should the machine stop in between, an order stands in the log that is carried out when repeated.
    _log_act(settings, ActKind.KEY_DESTROYED, key=key_id, officer=officer, reason=reason)
    destroy_key(settings.keys_dir, key_id)
    click.echo(f"the key {key_id} is destroyed")


@keys.command()
@click.option("--question", type=_FILE, help="Body of a signed question.")
@click.option("--answer", type=_FILE, help="An answer as it was handed out, JSON.")
@click.option("--key", "key_id", help="The key that its leaf names; without it, the present one.")
def salts(question: Path | None, answer: Path | None, key_id: str | None) -> None:
    """Print the salts of one question or answer, as JSON: who has them can prove it without the key."""
    ring = DirectoryKeyring(read_settings(os.environ).keys_dir)
    key = next((one for one in ring.live() if key_id in (None, one.id)), None)
    if key is None:
        raise click.ClickException(f"no live key is called {key_id}")
    said: dict[str, object] = {"key": key.id}
    if question is not None:
        said["question"] = key.question_salt(question.read_bytes()).hex()
    if answer is not None:
        told = Answer.model_validate_json(answer.read_bytes())
        services = [decision.service for decision in told.decisions]
        said["answer"] = {service: key.answer_salt(told.reference, service).hex() for service in services}
    click.echo(json.dumps(said))


def _log_act(settings: Settings, kind: ActKind, **said: object) -> None:
    found = load_or_create_keys(settings.keys_dir)
    with opened_store(settings.database_url) as store:
        log = EvidenceLog(store, settings.log_origin, found.checkpoint, older=found.older_checkpoint)
        try:
            log.append(encode_act(kind, write_reference(os.urandom(PACKED_BYTES)), datetime.now(UTC), **said))
        finally:
            log.close()
