"""Random decision tables over three small inputs, small enough to try every input there is."""

from hypothesis import strategies as st

from backend.eligibility.feel.text import Names, parse_cell
from backend.eligibility.feel.values import Kind
from backend.eligibility.table import HitPolicy, Input, Row, Table
from contracts.decision import Amount, Outcome, RuleVersion

NAMES = ("a", "b", "c")
KINDS = (Kind.NUMBER, Kind.NUMBER, Kind.BOOLEAN)
number_cells = st.one_of(
    st.just("-"),
    st.builds(
        lambda sign, literal, negated: f"not({sign}{literal})" if negated else f"{sign}{literal}",
        st.sampled_from(["", "<", "<=", ">", ">="]),
        st.integers(0, 2),
        st.booleans(),
    ),
).map(lambda text: parse_cell(text, Names(())))
bool_cells = st.sampled_from(["-", "true", "false"]).map(lambda text: parse_cell(text, Names(())))
amounts = st.sampled_from([None, Amount(baht=1, period="month"), Amount(baht=2, period="month")])
cells = st.tuples(number_cells, number_cells, bool_cells)
rows = st.one_of(
    st.builds(
        Row, st.tuples(number_cells, number_cells, bool_cells), st.just(Outcome.ELIGIBLE), st.just(("r",)), amounts
    ),
    st.builds(Row, cells, st.just(Outcome.NOT_ELIGIBLE), st.just(("s",))),
)
random_tables = st.builds(
    Table,
    st.just(RuleVersion(table="t", version="1", effective_from="2020-01-01")),
    st.sampled_from(list(HitPolicy)),
    st.sampled_from([(Outcome.NOT_ELIGIBLE, Outcome.ELIGIBLE), (Outcome.ELIGIBLE, Outcome.NOT_ELIGIBLE)]),
    st.just(tuple(Input(name, kind) for name, kind in zip(NAMES, KINDS, strict=True))),
    st.lists(rows, min_size=1, max_size=5).map(tuple),
)
DOMAINS = ((-1, 0, 1, 2, 3), (-1, 0, 1, 2, 3), (True, False))
