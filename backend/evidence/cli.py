"""Commands of evidence: ``baidiao evidence …`` and ``baidiao witness …``."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from flask import Flask

from backend.evidence.errors import CheckpointError, EvidenceError
from backend.evidence.keys import rotate_checkpoint_key
from backend.evidence.note import NoteVerifier
from backend.evidence.witness.installation import WitnessInstallation, make_witness, open_witness
from backend.settings import SettingsError, read_settings


class _Failures(click.Group):
    """Turns what an operator can mend into one line on standard error."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (EvidenceError, SettingsError) as error:
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
