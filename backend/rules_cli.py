"""Commands of the rule officer: ``baidiao rules …``. Each takes a version one step on in its life."""

import json
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click
import polars as pl
from sqlalchemy.exc import DBAPIError

from backend.cases.cli import cases, opened_shelf
from backend.eligibility.checks import Issue, check_table
from backend.eligibility.errors import EligibilityError
from backend.eligibility.examples import EXAMPLES
from backend.eligibility.loading import load_rulebook
from backend.eligibility.model_cli import decide_model, refused_with_line, test_model
from backend.eligibility.programme import parse_table
from backend.eligibility.replay import Replay
from backend.eligibility.versions import RuleVersions
from backend.linkage.errors import DirectoryError
from backend.linkage.file import DEFAULT_DIRECTORY, load_directory
from backend.settings import SettingsError, read_settings
from backend.store import opened_store

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@contextmanager
def _versions() -> Iterator[RuleVersions]:
    try:
        settings = read_settings(os.environ)
        rules = load_rulebook(linked=load_directory(settings.agencies_file or DEFAULT_DIRECTORY))
        with opened_store(settings.database_url) as store:
            yield RuleVersions(store, rules)
    except (EligibilityError, DirectoryError, SettingsError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    except DBAPIError as error:
        told = (
            f"the centre's database does not answer as it should ({error.orig}); was 'baidiao centre init' run on it?"
        )
        raise click.ClickException(told) from error


@click.group()
def rules() -> None:
    """Versions of decision tables: submit, check, try, replay, approve. Any DMN model: decide, test."""


@rules.command()
@click.argument("dmn", type=_FILE)
@click.argument("words", type=_FILE)
@click.option("--author", required=True, help="Who wrote it.")
def submit(dmn: Path, words: Path, author: str) -> None:
    """Keep a draft; print its number."""
    with _versions() as versions, refused_with_line(dmn):
        click.echo(versions.submit(dmn.read_bytes(), words.read_bytes(), author, datetime.now(UTC)))


@rules.command()
@click.argument("what", metavar="NUMBER|FILE.dmn")
def check(what: str) -> None:
    """Look for gaps, overlaps and rows that never speak: in a version, or in a file not submitted yet."""
    if not what.isdecimal():
        _say_issues(_check_file(Path(what)))
        return
    with _versions() as versions:
        _say_issues(versions.check(int(what)))
        click.echo(f"now: {versions.state(int(what)).value}")


def _check_file(path: Path) -> tuple[Issue, ...]:
    try:
        load_directory(read_settings(os.environ).agencies_file or DEFAULT_DIRECTORY)  # makes the facts it adds known
        dmn = path.read_bytes()
    except OSError as error:
        raise click.ClickException(f"{path}: {error.strerror}") from error
    except (DirectoryError, SettingsError) as error:
        raise click.ClickException(str(error)) from error
    with refused_with_line(path):
        return check_table(parse_table(dmn, path.name))


def _say_issues(issues: Collection[Issue]) -> None:
    if not issues:
        click.echo("no gap, no overlap, every rule can speak")
    for issue in issues:
        example = json.dumps(dict(issue.example or {}), default=str, ensure_ascii=False)
        click.echo(f"{issue.fault.value}  rows {', '.join(map(str, issue.rows)) or '-'}  e.g. {example}")


@rules.command("try")
@click.argument("number", type=int)
@click.argument("examples", type=_FILE)
def try_examples(number: int, examples: Path) -> None:
    """Decide on worked examples; say which come out otherwise."""
    with _versions() as versions:
        for says, otherwise in versions.try_examples(number, EXAMPLES.validate_json(examples.read_bytes())).items():
            click.echo(f"{'; '.join(map(str, otherwise)) or 'as written'}  {says.en}")


@rules.command()
@click.argument("number", type=int)
@click.argument("people", type=_FILE, required=False)
@click.option("--cases", "past", is_flag=True, help="On past cases instead of a file.")
def replay(number: int, people: Path | None, past: bool) -> None:
    """Decide on a .parquet file of people by this version and the one before; print who changes, as JSON."""
    if past == (people is not None):
        raise click.UsageError("name a file of people, or say --cases")
    with _versions() as versions:
        found = versions.replay(number, pl.read_parquet(people)) if people else _on_past_cases(versions, number)
        click.echo(found.model_dump_json(indent=1))


def _on_past_cases(versions: RuleVersions, number: int) -> Replay:
    with opened_shelf() as shelf:
        for item in versions.replay_on_cases(number, shelf):
            if isinstance(item, Replay):
                versions.keep_replay(number, item)
                return item
            click.echo(f"{item[0]} of {item[1]}", err=True)
    raise TypeError("a replay ended without its finding")


rules.add_command(cases)
rules.add_command(decide_model)
rules.add_command(test_model)


@rules.command()
@click.argument("number", type=int)
@click.option("--approver", required=True, help="Who approves it; not its author.")
def approve(number: int, approver: str) -> None:
    """Let a version take effect on its first day."""
    with _versions() as versions:
        versions.approve(number, approver, datetime.now(UTC))
        click.echo("approved")
