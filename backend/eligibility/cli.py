"""``baidiao decide``: a table over a file of facts, in bulk."""

import json
import os
import sys
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
import polars as pl

from backend.eligibility.bulk import decide_batch
from backend.eligibility.checks import check_table
from backend.eligibility.errors import EligibilityError
from backend.eligibility.loading import TABLES
from backend.eligibility.programme import parse_table
from backend.eligibility.table import Table
from backend.linkage.errors import DirectoryError
from backend.linkage.file import DEFAULT_DIRECTORY, load_directory
from backend.settings import SettingsError, read_settings

_BATCH_ROWS = 500_000
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.option("--table", "name", required=True, help="A table that comes with the project, or a .dmn file.")
@click.option("--facts", required=True, type=_FILE, help="A .parquet or .csv file; columns are named as the facts.")
@click.option("--on", "on_text", default="", help="Day of the decision, YYYY-MM-DD; today in Thailand when absent.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Where the answers go: .parquet or .csv.")
def decide(name: str, facts: Path, on_text: str, out: Path | None) -> None:
    """Decide on everybody in a file; print how many got which answer, as JSON."""
    try:
        table = _table(name)
        on = date.fromisoformat(on_text) if on_text else datetime.now(ZoneInfo("Asia/Bangkok")).date()
        answers = _decide_file(table, facts, on)
    except (EligibilityError, DirectoryError, SettingsError, ValueError, OSError, pl.exceptions.PolarsError) as error:
        raise click.ClickException(str(error)) from error
    for issue in check_table(table):
        click.echo(f"the table has a fault: {issue.fault.value} {issue.rows or ''} e.g. {issue.example}", err=True)
    if out:
        _write(answers, out)
    said = dict(zip(*answers.group_by("outcome").len().sort("outcome").get_columns(), strict=True))
    click.echo(json.dumps({"table": table.rule.model_dump(mode="json"), "on": on.isoformat(), **said}))


def _table(name: str) -> Table:
    load_directory(read_settings(os.environ).agencies_file or DEFAULT_DIRECTORY)  # makes the facts it adds known
    path = Path(name) if name.endswith(".dmn") else TABLES / f"{name}.dmn"
    return parse_table(path.read_bytes(), path.name)


def _decide_file(table: Table, facts: Path, on: date) -> pl.DataFrame:
    scanned = pl.scan_parquet(facts) if facts.suffix == ".parquet" else pl.scan_csv(facts, try_parse_dates=True)
    total = int(scanned.select(pl.len()).collect().item())
    done: list[pl.DataFrame] = []
    with click.progressbar(length=total, label=table.rule.table, file=sys.stderr) as bar:
        for start in range(0, max(total, 1), _BATCH_ROWS):
            batch = scanned.slice(start, _BATCH_ROWS).collect()
            done.append(decide_batch(table, batch, on))
            bar.update(batch.height)
    return pl.concat(done)


def _write(answers: pl.DataFrame, out: Path) -> None:
    if out.suffix == ".parquet":
        answers.write_parquet(out)
    else:
        answers.write_csv(out)
