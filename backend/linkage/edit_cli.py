"""``baidiao centre directory put|remove|reload``: change the directory and have the running centre take it up."""

import os
from pathlib import Path

import click

from backend.linkage.editing import differences, put_entries, remove_entry
from backend.linkage.errors import DirectoryError
from backend.linkage.file import replace_directory
from backend.linkage.running import RunningCentre
from backend.settings import Settings, read_settings


def _settings() -> tuple[Settings, Path]:
    settings = read_settings(os.environ)
    if settings.agencies_file is None:
        raise click.ClickException(
            "the centre uses the demo's directory: copy it and name the copy in BAIDIAO_CENTRE_AGENCIES_FILE"
        )
    return settings, settings.agencies_file


def _change(file: Path, old: str, new: str) -> None:
    replace_directory(file, new)
    changed = differences(old, new)
    for line in changed:
        click.echo(line)
    click.echo(
        "the running centre takes it up with 'baidiao centre directory reload'" if changed else "nothing changed"
    )


@click.command()
@click.argument("piece", type=click.Path(exists=True, path_type=Path, dir_okay=False))
def put(piece: Path) -> None:
    """Put the facts and agencies of PIECE (JSON) into the directory; those of the same name are replaced."""
    _settings_read, file = _settings()
    try:
        old = file.read_text("utf-8")
        _change(file, old, put_entries(old, piece.read_text("utf-8")))
    except DirectoryError as error:
        raise click.ClickException("\n  ".join((f"{error.source} cannot be used:", *error.problems))) from error


@click.command()
@click.argument("name")
def remove(name: str) -> None:
    """Take the fact or agency called NAME out of the directory."""
    _settings_read, file = _settings()
    try:
        old = file.read_text("utf-8")
        _change(file, old, remove_entry(old, name))
    except DirectoryError as error:
        raise click.ClickException("\n  ".join((f"{error.source} cannot be used:", *error.problems))) from error


@click.command()
def reload() -> None:
    """Check the directory, say what changed since the centre loaded it, and have the centre load it."""
    settings, file = _settings()
    running = RunningCentre(settings.state_dir)
    try:
        new = file.read_text("utf-8")
        replace_directory(file, new)  # also checks it
        changed = differences(running.loaded() or '{"agencies": []}', new)
    except DirectoryError as error:
        raise click.ClickException("\n  ".join((f"{error.source} cannot be used:", *error.problems))) from error
    for line in changed:
        click.echo(line)
    if not running.renew_workers():
        click.echo("no centre is running here; it reads the directory when it starts")
        return
    running.note_loaded(new)
    click.echo(f"the centre loads it: {len(changed)} changes")
