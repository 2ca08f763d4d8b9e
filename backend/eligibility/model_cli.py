"""``baidiao rules decide`` and ``baidiao rules test``: any DMN model, on inputs as JSON or on the kit's cases."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TextIO

import click

from backend.eligibility.errors import EligibilityError, TableError
from backend.eligibility.feel.values import UNKNOWN
from backend.eligibility.model.cases import parse_cases, run_case
from backend.eligibility.model.evaluation import evaluate_all
from backend.eligibility.model.lines import find_line
from backend.eligibility.model.reading import parse_model
from backend.eligibility.model.told import read_inputs, to_json

_FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)
_WRONG: Final = 1


@contextmanager
def refused_with_line(path: Path) -> Iterator[None]:
    """Say of a refused file where in it, with the line."""
    try:
        yield
    except TableError as error:
        line = find_line(path.read_bytes(), error.place)
        raise click.ClickException(f"{error}{f' (line {line} of the file)' if line else ''}") from error
    except (EligibilityError, ValueError) as error:
        raise click.ClickException(str(error)) from error


@click.command("decide")
@click.argument("dmn", type=_FILE)
@click.argument("inputs", type=click.File(encoding="utf-8"), default="-")
@click.option("--decision", "only", help="One decision, by name or id; all of them when absent.")
@click.option("--unknown", is_flag=True, help="What is not given is not known, instead of null as DMN has it.")
def decide_model(dmn: Path, inputs: TextIO, only: str | None, unknown: bool) -> None:
    """Decide by any DMN model on INPUTS, a JSON object by input names (standard input when absent); print JSON.

    Dates, times and durations are strings in FEEL's form: "2026-11-24", "P1Y". A decision that hangs on what is not
    known is listed under "undecided" with --unknown.
    """
    with refused_with_line(dmn):
        model = parse_model(dmn.read_bytes(), dmn.name)
        given = json.load(inputs)
        if not isinstance(given, dict):
            raise click.ClickException("the inputs must be a JSON object, by the names of the model's inputs")
        found = evaluate_all(model, read_inputs(model, given), absent=UNKNOWN if unknown else None, only=only)
    decided = {name: to_json(value) for name, value in found.items() if value is not UNKNOWN}
    undecided = [name for name, value in found.items() if value is UNKNOWN]
    said = {"decisions": decided} | ({"undecided": undecided} if unknown else {})
    click.echo(json.dumps(said, ensure_ascii=False, indent=1))


@click.command("test")
@click.argument("dmn", type=_FILE)
@click.argument("cases", type=_FILE, nargs=-1, required=True)
def test_model(dmn: Path, cases: tuple[Path, ...]) -> None:
    """Run test cases of the DMN kit's form (.xml) on a model; exit 1 when one comes out otherwise."""
    with refused_with_line(dmn):
        model = parse_model(dmn.read_bytes(), dmn.name)
    wrong = right = 0
    for path in cases:
        with refused_with_line(path):
            read = parse_cases(path.read_bytes(), model, path.name)
            for case in read:
                fits, found = run_case(model, case)
                right, wrong = right + fits, wrong + (not fits)
                if not fits:
                    shown = json.dumps([to_json(found), to_json(case.expected)], ensure_ascii=False)
                    click.echo(f"otherwise  {path.name}  {case.case_id}: [found, expected] = {shown}")
    click.echo(f"{right} as expected, {wrong} otherwise")
    if wrong:
        raise click.exceptions.Exit(_WRONG)
