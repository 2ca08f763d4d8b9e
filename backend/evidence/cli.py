"""Commands of evidence: ``baidiao evidence …`` and ``baidiao witness …``."""

import json
import os
import time
from collections import deque
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from flask import Flask

from backend.evidence.auditing import (
    Trust,
    find_question,
    prove_answer,
    prove_question,
    read_timestamps,
    verify_export,
    verify_slip,
)
from backend.evidence.errors import EvidenceError
from backend.evidence.export import LeafRange, write_export
from backend.evidence.key_cli import keys
from backend.evidence.key_files import read_pseudonymiser
from backend.evidence.keys import load_or_create_keys, rotate_checkpoint_key
from backend.evidence.log import EvidenceLog
from backend.evidence.timestamp import read_authority
from backend.evidence.witness.installation import WitnessInstallation, make_witness, open_witness
from backend.settings import SettingsError, read_settings
from backend.store import opened_store
from contracts.decision import Answer
from contracts.signed_note import CheckpointError, NoteVerifier, parse_verifier

_FILE = click.Path(dir_okay=False, exists=True, path_type=Path)


class _Failures(click.Group):
    """Turns what an operator can mend into one line on standard error."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (EvidenceError, CheckpointError, SettingsError) as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=_Failures)
def evidence() -> None:
    """The evidence log: its keys, exports and proofs."""


@evidence.command("rotate-key")
def rotate_key() -> None:
    """Give the log a new checkpoint key; the present one signs beside it. Restart the centre afterwards."""
    settings = read_settings(os.environ)
    keys = rotate_checkpoint_key(settings.keys_dir)
    click.echo(NoteVerifier(settings.log_origin, keys.checkpoint.public_key()).encode())


evidence.add_command(keys)

_start = click.option("--from", "start", default=0, type=click.IntRange(0), help="First leaf whose content is wanted.")
_end = click.option("--to", "end", type=click.IntRange(1), help="The leaf after the last one; none: to the end.")
_export_directory = click.argument("directory", type=click.Path(file_okay=False, path_type=Path))


@evidence.command()
@_export_directory
@_start
@_end
def export(directory: Path, start: int, end: int | None) -> None:
    """Write the log to DIRECTORY as files that anyone can verify."""
    settings = read_settings(os.environ)
    keys = load_or_create_keys(settings.keys_dir)
    with opened_store(settings.database_url) as store:
        log = EvidenceLog(store, settings.log_origin, keys.checkpoint, older=keys.older_checkpoint)
        note = log.checkpoint()
        done = _progress(write_export(store, note, directory, LeafRange(start, end)), "written")
    click.echo(f"{done} leaves are in {directory}")
    click.echo(f"verify with --key {log.verifier_key}")


@evidence.command()
@_export_directory
@_start
@_end
@click.option("--key", "log_keys", multiple=True, required=True, help="Verifier key of the log.")
@click.option("--witness", "witness_keys", multiple=True, help="Verifier key of a witness.")
@click.option("--quorum", default=0, type=click.IntRange(0), help="Cosignatures wanted.")
@click.option("--checkpoint", "kept", multiple=True, type=_FILE, help="A checkpoint kept from earlier.")
@click.option(
    "--tsa-certificate", type=_FILE, help="The timestamping authority's certificates (PEM), the root's at least."
)
@click.option("--slip", help="Text of a slip's code, whose leaves are looked up.")
@click.option("--slip-keys", type=_FILE, help="Key set (JWK) that the slip is checked with.")
@click.option("--question", type=_FILE, help="Body of a signed question, whose leaves are looked up.")
@click.option("--question-key", "question_keys", multiple=True, type=_FILE, help="A pseudonym key of the centre's.")
@click.option("--answer", type=_FILE, help="An answer as it was handed out, whose leaves are looked up.")
@click.option("--salts", type=_FILE, help="The salts of question and answer, as 'evidence keys salts' prints them.")
def verify(
    directory: Path,
    start: int,
    end: int | None,
    log_keys: tuple[str, ...],
    witness_keys: tuple[str, ...],
    quorum: int,
    kept: tuple[Path, ...],
    tsa_certificate: Path | None,
    slip: str | None,
    slip_keys: Path | None,
    question: Path | None,
    question_keys: tuple[Path, ...],
    answer: Path | None,
    salts: Path | None,
) -> None:
    """Verify the export in DIRECTORY, offline; exit 0 only when all of it holds."""
    authority = read_authority(tsa_certificate.read_bytes()) if tsa_certificate else None
    trust = Trust(tuple(map(parse_verifier, log_keys)), tuple(map(parse_verifier, witness_keys)), quorum, authority)
    older = [file.read_text("utf-8") for file in kept]
    size = _progress(verify_export(directory, trust, older, LeafRange(start, end)), "verified")
    click.echo(f"the log of {size} leaves is what was signed")
    for point, at in deque(read_timestamps(directory, size, trust), maxlen=1):
        click.echo(
            f"its first {point.size} leaves were there at {at:%Y-%m-%dT%H:%M:%SZ}, says the timestamping authority"
        )
    if slip is not None:
        if slip_keys is None:
            raise click.UsageError("--slip needs --slip-keys")
        claims = verify_slip(directory, size, slip, json.loads(slip_keys.read_text("utf-8"))["keys"])
        click.echo(f"the slip {claims.reference} is signed, and the log says what it says")
    _look_up(directory, size, question, answer, question_keys, json.loads(salts.read_bytes()) if salts else {})


def _look_up(
    directory: Path,
    size: int,
    question: Path | None,
    answer: Path | None,
    keys: tuple[Path, ...],
    salts: dict[str, Any],
) -> None:
    if question is not None:
        body = question.read_bytes()
        if "question" in salts:
            found = prove_question(directory, size, body, bytes.fromhex(salts["question"]))
        elif keys:
            found = find_question(directory, size, body, [read_pseudonymiser(key) for key in keys])
        else:
            raise click.UsageError("--question needs --salts or --question-key")
        click.echo(f"the question was answered by leaves {', '.join(map(str, found))}")
    if answer is not None:
        given = {service: bytes.fromhex(salt) for service, salt in salts.get("answer", {}).items()}
        found = prove_answer(directory, size, Answer.model_validate_json(answer.read_bytes()), given)
        click.echo(f"the answer is what leaves {', '.join(map(str, found))} were made of")


def _progress(steps: Iterator[int], done: str) -> int:
    """Go through the steps, telling now and then how far they are; returns where they end."""
    at, told_at = 0, time.monotonic()
    for at in steps:
        if time.monotonic() - told_at >= 1:
            click.echo(f"{at} leaves {done}", err=True)
            told_at = time.monotonic()
    return at


@click.group(cls=_Failures)
def witness() -> None:
    """A witness of evidence logs, run by a body of its own."""


_directory = click.argument("directory", type=click.Path(file_okay=False, path_type=Path))


@witness.command()
@_directory
@click.option("--name", required=True, help="The witness's name, e.g. witness.example/w1.")
@click.option("--log", "logs", multiple=True, required=True, help="Verifier key of a log, see its /log/keys.")
def init(directory: Path, name: str, logs: tuple[str, ...]) -> None:
    """Make the witness's key in DIRECTORY and note which logs it watches; prints its verifier key."""
    try:
        click.echo(make_witness(directory, name, logs).verifier_key)
    except CheckpointError as error:
        raise click.ClickException("a name or a log's key is not in note form") from error


@witness.command("verify-key")
@_directory
def verify_key(directory: Path) -> None:
    """Print the witness's verifier key, for the logs that ask it."""
    click.echo(open_witness(directory).verifier_key)


@witness.command()
@_directory
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8090, show_default=True, type=click.IntRange(0, 65535))
def run(directory: Path, host: str, port: int) -> None:
    """Answer logs' requests for cosignatures."""
    from backend.gunicorn_conf import CentreServer, build_options  # noqa: PLC0415  (gunicorn: slow for the others)

    found = open_witness(directory)
    click.echo(f"{found.verifier_key} listens on http://{host}:{port}", err=True)
    options = build_options(f"{host}:{port}", workers=1, threads=4)
    del options["child_exit"], options["worker_exit"]
    CentreServer(_builder(found), options).run()


def _builder(found: WitnessInstallation) -> Callable[[], Flask]:
    return lambda: found.build_app(lambda: datetime.now(UTC))
