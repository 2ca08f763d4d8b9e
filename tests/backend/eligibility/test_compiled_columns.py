"""A compiled column passes exactly the rows that its cells pass one by one, whatever the value."""

from datetime import date
from decimal import Decimal

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from backend.eligibility.bulk import decide_batch
from backend.eligibility.classes import compile_column, rows_passed
from backend.eligibility.feel.text import Names, parse_cell
from backend.eligibility.feel.values import Kind
from backend.eligibility.table import HitPolicy, Input, Row, Table, decide
from contracts.decision import Outcome, RuleVersion

LITERALS = {
    Kind.NUMBER: st.sampled_from(["-1", "0", "1", "1.5", "2", "3"]),
    Kind.STRING: st.sampled_from(['""', '"a"', '"ab"', '"b"', '"ก"']),
    Kind.DATE: st.sampled_from([f'date("{day}")' for day in ("2026-02-28", "2026-03-01", "2026-03-05")]),
}
VALUES = {
    Kind.NUMBER: st.one_of(st.integers(-3, 5), st.decimals(-3, 5, places=2), st.just(True), st.just("1")),
    Kind.STRING: st.one_of(st.text("ab\x00ก", max_size=3), st.just(1)),
    Kind.DATE: st.one_of(st.dates(date(2026, 2, 25), date(2026, 3, 8)), st.just("2026-03-01")),
    Kind.BOOLEAN: st.one_of(st.booleans(), st.just(1)),
}


def _tests(kind):
    literal = LITERALS[kind]
    one = st.one_of(
        literal,
        st.builds("{} {}".format, st.sampled_from(["<", "<=", ">", ">="]), literal),
        st.builds("{}{}..{}{}".format, st.sampled_from("[("), literal, literal, st.sampled_from("])")),
    )
    many = st.lists(one, min_size=1, max_size=2).map(", ".join)
    return st.one_of(st.just("-"), many, many.map("not({})".format))


def _cells(kind):
    texts = st.sampled_from(["-", "true", "false", "not(true)"]) if kind is Kind.BOOLEAN else _tests(kind)
    return st.lists(texts.map(lambda text: parse_cell(text, Names(()))), min_size=1, max_size=5)


columns = st.sampled_from(list(VALUES)).flatmap(lambda kind: st.tuples(st.just(kind), _cells(kind), VALUES[kind]))


@given(columns)
def test_one_search_finds_what_every_cell_says(column):
    kind, cells, value = column
    assert compile_column("x", kind, cells).rows(value) == rows_passed(cells, value)


def test_points_at_both_ends_of_a_class_and_beyond():
    cells = [parse_cell(text, Names(())) for text in ("[1..2)", "1.5", "> 2", "not(2)")]
    column = compile_column("x", Kind.NUMBER, cells)
    assert column.points == (1, Decimal("1.5"), 2)
    assert [column.rows(value) for value in (0, 1, 2, 3)] == [0b1000, 0b1001, 0b0000, 0b1100]
    assert column.rows(Decimal("1.5")) == 0b1011


@given(st.lists(_tests(Kind.STRING), min_size=1, max_size=4), st.lists(st.text("abก", max_size=3), max_size=8))
def test_strings_in_their_order_are_decided_in_bulk_as_one_by_one(texts, people):
    cells = [parse_cell(text, Names(())) for text in [*texts, "-"]]
    rows = tuple(Row((cell,), Outcome.ELIGIBLE, (f"r{place}",)) for place, cell in enumerate(cells))
    rule = RuleVersion(table="t", version="1", effective_from="2020-01-01")
    table = Table(rule, HitPolicy.FIRST, (Outcome.ELIGIBLE, Outcome.NOT_ELIGIBLE), (Input("a", Kind.STRING),), rows)
    batch = decide_batch(table, pl.DataFrame({"a": people}, schema={"a": pl.String}), date(2026, 11, 24))
    assert batch["reasons"].to_list() == [" ".join(decide(table, {"a": one}).reasons) for one in people]
