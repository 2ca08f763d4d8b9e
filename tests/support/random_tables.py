"""Random decision tables over four small inputs of every kind, small enough to try every input there is."""

from datetime import date

from hypothesis import strategies as st

from backend.eligibility.feel.cells import holds
from backend.eligibility.feel.text import Names, parse_cell
from backend.eligibility.feel.values import Kind
from backend.eligibility.table import HitPolicy, Input, Row, Table
from contracts.decision import Amount, Outcome, RuleVersion

NAMES = ("a", "b", "c", "d")
KINDS = (Kind.NUMBER, Kind.DATE, Kind.STRING, Kind.BOOLEAN)
DOMAINS = (
    (-1, 0, 1, 2, 3),
    tuple(date(2026, 2, 28).replace(month=month, day=day) for month, day in ((2, 28), (3, 1), (3, 2), (3, 3), (3, 4))),
    ("", "a", "aa", "b", "c"),
    (True, False),
)
"""Of each kind a value before, at, between and after the literals that cells name."""
_LITERALS = {
    Kind.NUMBER: ("0", "1", "2"),
    Kind.DATE: ('date("2026-03-01")', '@"2026-03-03"'),
    Kind.STRING: ('"a"', '"b"'),
}


def _cells(kind):
    """Cells as an officer writes them: values, comparisons, intervals with every bracket, lists, and their negation."""
    if kind is Kind.BOOLEAN:
        texts = st.sampled_from(["-", "-", "true", "false", "not(true)", "true, false"])
        return texts.map(lambda text: parse_cell(text, Names(())))
    literals = _LITERALS[kind]
    literal = st.sampled_from(literals)
    ends = st.sampled_from([(one, other) for n, one in enumerate(literals) for other in literals[n:]])
    one = st.one_of(
        literal,
        st.builds("{}{}".format, st.sampled_from(["<", "<=", ">", ">="]), literal),
        st.builds(
            lambda both, start, end: f"{start}{both[0]}..{both[1]}{end}",
            ends,
            st.sampled_from("[(]"),
            st.sampled_from("])["),
        ),
    )
    many = st.lists(one, min_size=1, max_size=2).map(", ".join)
    texts = st.one_of(st.just("-"), st.just("-"), many, many.map("not({})".format))  # many rows apply together
    return texts.map(lambda text: parse_cell(text, Names(())))


cells = st.tuples(*map(_cells, KINDS))


def hits(table, values):
    """Return the rows whose every cell holds: asked one by one."""
    return [
        row
        for row in table.rows
        if all(holds(cell, value) is True for cell, value in zip(row.cells, values, strict=True))
    ]


def speaking(table, applying):
    """Return which of the rows that apply the hit policy lets speak: the standard's words, written anew."""
    match table.hit_policy:
        case HitPolicy.UNIQUE | HitPolicy.ANY:
            return applying
        case HitPolicy.FIRST:
            return applying[:1]
        case _:
            best = next(one for one in table.priorities if any(row.outcome is one for row in applying))
            strongest = [row for row in applying if row.outcome is best]
            return strongest[:1] if table.hit_policy is HitPolicy.PRIORITY else strongest


amounts = st.sampled_from([None, Amount(baht=1, period="month"), Amount(baht=2, period="month")])
rows = st.one_of(
    st.builds(Row, cells, st.just(Outcome.ELIGIBLE), st.sampled_from([("p",), ("q",), ("p", "q")]), amounts),
    st.builds(Row, cells, st.just(Outcome.NOT_ELIGIBLE), st.sampled_from([("s",), ("t",)])),
)
random_tables = st.builds(
    Table,
    st.just(RuleVersion(table="t", version="1", effective_from="2020-01-01")),
    st.sampled_from(list(HitPolicy)),
    st.sampled_from([(Outcome.NOT_ELIGIBLE, Outcome.ELIGIBLE), (Outcome.ELIGIBLE, Outcome.NOT_ELIGIBLE)]),
    st.just(tuple(Input(name, kind) for name, kind in zip(NAMES, KINDS, strict=True))),
    st.lists(rows, min_size=1, max_size=5).map(tuple),
)
