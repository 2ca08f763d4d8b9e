"""Bulk decisions are the one-by-one decisions, whatever the table and whoever the people."""

import json
from datetime import date

import polars as pl
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.eligibility.bulk import decide_batch
from backend.eligibility.cli import decide as command
from backend.eligibility.derive import input_value
from backend.eligibility.errors import TableError
from backend.eligibility.loading import TABLES
from backend.eligibility.programme import parse_table
from backend.eligibility.table import decide
from backend.linkage.facts import FACT_TYPES, Fact
from contracts.card import Birth
from tests.support.random_tables import DOMAINS, NAMES, random_tables

ON = date(2026, 11, 24)
people = st.lists(st.tuples(*(st.sampled_from([None, *domain]) for domain in DOMAINS)), max_size=12)
KINDS = dict(zip(NAMES, (pl.Int64, pl.Date, pl.String, pl.Boolean), strict=True))
days = st.dates(date(1920, 1, 1), date(2030, 1, 1))
by_type = {
    bool: st.booleans(),
    int: st.integers(0, 200_000),
    str: st.sampled_from(["UCS", "SSS", "x"]),
    date: days,
}
facts = st.fixed_dictionaries(
    {fact: st.none() | (days if FACT_TYPES[fact] is Birth else by_type[FACT_TYPES[fact]]) for fact in Fact}
)


def _as_row(found):
    amount = found.amount
    return (
        found.outcome.value,
        amount and amount.baht,
        amount and amount.period,
        " ".join(found.reasons),
        " ".join(found.missing),
        found.gap and found.gap.value,
    )


@given(random_tables, people)
def test_a_batch_gives_what_one_by_one_gives(table, rows):
    frame = pl.DataFrame(rows, schema=KINDS, orient="row")
    one_by_one = [_as_row(decide(table, dict(zip(NAMES, row, strict=True)))) for row in rows]
    assert decide_batch(table, frame, ON).rows() == one_by_one


@pytest.mark.parametrize("path", sorted(TABLES.glob("*.dmn")), ids=lambda path: path.stem)
@settings(deadline=None)  # the first of a table's decisions works out its classes
@given(rows=st.lists(facts, min_size=1, max_size=8))
def test_the_projects_tables_in_bulk_with_ages_from_births(path, rows):
    table = parse_table(path.read_bytes(), path.name)
    dtypes = {bool: pl.Boolean, int: pl.Int64, str: pl.String, date: pl.Date, Birth: pl.Date}
    frame = pl.DataFrame(rows, schema={fact.value: dtypes[FACT_TYPES[fact]] for fact in Fact})
    expected = []
    for row in rows:
        known = {fact: value for fact, value in row.items() if value is not None}
        if birth := known.get(Fact.BIRTH):
            known[Fact.BIRTH] = Birth(year=birth.year, month=birth.month, day=birth.day)
        values = {column.name: input_value(column.name, known, ON) for column in table.inputs}
        expected.append(_as_row(decide(table, values)))
    assert decide_batch(table, frame, ON).rows() == expected


def test_a_column_of_another_type_is_refused():
    table = parse_table((TABLES / "old_age_allowance.dmn").read_bytes(), "t")
    with pytest.raises(TableError):
        decide_batch(table, pl.DataFrame({"person.age_years": ["60"]}), ON)


def test_facts_the_table_does_not_ask_leave_everybody_undecided():
    table = parse_table((TABLES / "old_age_allowance.dmn").read_bytes(), "t")
    assert decide_batch(table, pl.DataFrame({"other": [1, 2]}), ON)["outcome"].to_list() == ["undecided"] * 2


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_the_command_counts_and_writes(tmp_path, ending):
    frame = pl.DataFrame(
        {
            "registry.alive": [True, True],
            "registry.thai_national": [True, None],
            "registry.birth": [date(1950, 1, 1), date(1960, 1, 1)],
            "registry.domicile_registered": [True, True],
            "comptroller.state_pension": [False, False],
        }
    )
    source, out = tmp_path / f"facts.{ending}", tmp_path / f"out.{ending}"
    frame.write_csv(source) if ending == "csv" else frame.write_parquet(source)
    asked = ["--table", "old_age_allowance", "--facts", str(source), "--on", "2026-11-24", "--out", str(out)]
    done = CliRunner().invoke(command, asked)
    assert done.exit_code == 0, done.output
    counted = json.loads(done.stdout)
    assert (counted["eligible"], counted["undecided"], counted["on"]) == (1, 1, "2026-11-24")
    written = pl.read_csv(out) if ending == "csv" else pl.read_parquet(out)
    assert written["amount_baht"].to_list() == [700, None]
    assert written["missing"].to_list()[1] == "registry.thai_national"


def test_the_command_says_in_one_line_what_is_wrong(tmp_path):
    (tmp_path / "facts.csv").write_text("a\n1\n")
    done = CliRunner().invoke(command, ["--table", "nothing", "--facts", str(tmp_path / "facts.csv")])
    assert done.exit_code == 1
    assert done.output.startswith("Error: ")
