"""``baidiao centre register …``: registers that the centre keeps for agencies whose data is files."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import click

from backend.linkage.directory import Agency
from backend.linkage.errors import DirectoryError
from backend.linkage.file import DEFAULT_DIRECTORY, load_directory
from backend.linkage.hosted.check import HeadError
from backend.linkage.hosted.sheets import SheetError
from backend.linkage.hosted.shelf import RegisterShelf
from backend.linkage.hosted.upload import Upload, take_in
from backend.secret_files import make_secret, read_secret
from backend.settings import Settings, read_settings

REFUSED: Final = 4
_WORDS: Final = {
    "number_missing": "no citizen number",
    "number_invalid": "not a citizen number (13 digits, the last one checks the others)",
    "twice": "this person stands in an earlier line",
    "missing": "empty, but needed",
    "wrong_type": "not written as agreed",
    "out_of_range": "too large or below zero",
    "unknown_text": "none of the agreed words",
    "cells": "more cells than the first line",
}
_agency = click.argument("agency_id")
_json = click.option("--json", "as_json", is_flag=True, help="The whole report as JSON.")


def open_shelf(settings: Settings) -> RegisterShelf:
    """Open the registers' directory with the centre's secret for them, made when it is missing."""
    make_secret(settings.registers_key_file)
    return RegisterShelf(settings.registers_dir, read_secret(settings.registers_key_file))


@click.group()
def register() -> None:
    """Hosted registers: an agency's CSV or Excel file, checked and kept encrypted."""


@register.command()
@_agency
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), required=True, help="The day the file's content is of.")
@click.option("--encoding", default="utf-8-sig", show_default=True, help="Of a CSV file; older Thai programs: cp874.")
@click.option("--delimiter", default=",", show_default=True, help="Between a CSV file's cells.")
@click.option(
    "--most-wrong-percent",
    type=click.FloatRange(0, 50),
    default=0.0,
    show_default=True,
    help="Wrong lines to leave out.",
)
@_json
def upload(
    agency_id: str, file: Path, as_of: datetime, encoding: str, delimiter: str, most_wrong_percent: float, as_json: bool
) -> None:
    """Check FILE line by line; put it in use when it is good, else exit 4: the version before stays in use."""
    settings = read_settings(os.environ)
    wanted = Upload(file, as_of.date(), encoding, delimiter, most_wrong_percent / 100)
    agency = _hosted(settings, agency_id)
    try:
        good, report = take_in(agency, wanted, open_shelf(settings), datetime.now(UTC), _tell)
    except (SheetError, HeadError) as error:
        raise click.ClickException(f"{file.name}: {error}") from error
    click.echo(json.dumps(report, ensure_ascii=False, indent=1) if as_json else _write(report))
    if not good:
        click.echo("refused: the version before stays in use", err=True)
        raise click.exceptions.Exit(REFUSED)
    click.echo("in use now", err=True)


@register.command("report")
@_agency
@_json
def show_report(agency_id: str, as_json: bool) -> None:
    """Show the quality report of the version in use: complete, correct, current."""
    report = open_shelf(read_settings(os.environ)).report(agency_id)
    if report is None:
        raise click.ClickException(f"no register of {agency_id!r} is in use")
    click.echo(json.dumps(report, ensure_ascii=False, indent=1) if as_json else _write(report))


@register.command("list")
def list_registers() -> None:
    """List the registers in use."""
    shelf = open_shelf(read_settings(os.environ))
    for name in shelf.list_registers():
        report = shelf.report(name) or {}
        click.echo(f"{name:30}{report['accepted']:>10} persons  as of {report['current']['as_of']}")


@register.command()
@_agency
@click.confirmation_option(prompt="Delete the register with all its versions?")
def drop(agency_id: str) -> None:
    """Delete a register."""
    if not open_shelf(read_settings(os.environ)).drop(agency_id):
        raise click.ClickException(f"there is no register of {agency_id!r}")
    click.echo(f"{agency_id} is deleted")


def _hosted(settings: Settings, agency_id: str) -> Agency:
    try:
        agencies = load_directory(settings.agencies_file or DEFAULT_DIRECTORY).agencies
    except DirectoryError as error:
        raise click.ClickException(str(error)) from error
    for agency in agencies:
        if agency.id == agency_id and agency.adapter == "hosted":
            return agency
    raise click.ClickException(f"the directory has no agency {agency_id!r} with adapter 'hosted'")


def _tell(lines: int, wrong: int) -> None:
    click.echo(f"{lines:>10} lines checked, {wrong} wrong", err=True)


def _write(report: dict[str, Any]) -> str:
    lines = [
        f"lines     {report['lines']}, accepted {report['accepted']}, refused {report['refused']}",
        *(f"complete  {share:7.2%}  {column}" for column, share in report["complete"].items()),
        f"correct   {report['correct']:7.2%}",
        f"current   as of {report['current']['as_of']}, {report['current']['age_days']} days old",
        *(f"fault     {one['count']:>7}  {one['column']}: {_WORDS[one['code']]}" for one in report["faults"]),
        *(f"line {one['line']}: {one['column']}: {_WORDS[one['code']]}" for one in report["listed"][:20]),
    ]
    return "\n".join(lines)
