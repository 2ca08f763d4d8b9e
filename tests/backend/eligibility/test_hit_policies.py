"""Hit policies when some inputs are not known: decided only when every completion agrees."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.eligibility.programme import parse_table
from backend.eligibility.table import Gap, decide
from contracts.decision import Outcome
from tests.support.eligibility_tables import table_xml
from tests.support.random_tables import DOMAINS, NAMES, hits, random_tables, speaking

E, N, U = Outcome.ELIGIBLE, Outcome.NOT_ELIGIBLE, Outcome.UNDECIDED
INPUTS = [("registry.alive", "boolean"), ("person.age_years", "number")]


def _table(policy, *rows, values=None):
    said = {"e": '"eligible"', "n": '"not_eligible"'}
    made = [(cells, [said[outcome], f'"{reason}"']) for cells, outcome, reason in rows]
    return parse_table(table_xml(INPUTS, made, policy=f'hitPolicy="{policy}"', values=values), "x")


def _decide(table, alive, age):
    return decide(table, {"registry.alive": alive, "person.age_years": age})


FIRST = _table("FIRST", (["false", "-"], "n", "dead"), (["-", ">= 60"], "e", "old"), (["-", "-"], "n", "young"))


@pytest.mark.parametrize(
    ("alive", "age", "outcome", "reasons", "missing"),
    [
        (False, 70, N, ("dead",), ()),
        (True, 70, E, ("old",), ()),
        (True, 50, N, ("young",), ()),
        (False, None, N, ("dead",), ()),
        (None, 50, N, ("young",), ()),
        (None, 70, U, (), ("registry.alive",)),
        (True, None, U, (), ("person.age_years",)),
        (None, None, U, (), ("registry.alive", "person.age_years")),
    ],
)
def test_first(alive, age, outcome, reasons, missing):
    found = _decide(FIRST, alive, age)
    assert (found.outcome, found.reasons, found.missing, found.gap) == (outcome, reasons, missing, None)


def test_rows_behind_the_first_that_surely_applies_do_not_matter():
    table = _table("FIRST", (["true", "-"], "e", "a"), (["-", "< 5"], "n", "b"))
    assert _decide(table, True, None).outcome is E


def test_unique_rows_that_apply_together_are_a_conflict_and_never_an_answer():
    table = _table("UNIQUE", (["true", "-"], "e", "a"), (["-", "< 5"], "n", "b"))
    assert _decide(table, True, 9).outcome is E
    found = _decide(table, True, 3)
    assert (found.outcome, found.gap, found.reasons) == (U, Gap.CONFLICT, ())
    assert _decide(table, True, None).missing == ("person.age_years",)


def test_no_row_is_a_gap_and_never_an_answer():
    found = _decide(_table("UNIQUE", (["true", "-"], "e", "a")), False, 1)
    assert (found.outcome, found.gap) == (U, Gap.NO_ROW)


PRIORITY_ROWS = [
    (["true", "[0..99]"], "e", "fine"),
    (["false", "-"], "n", "dead"),
    (["-", "< 60"], "n", "young"),
]
VALUES = '"not_eligible", "eligible"'


@pytest.mark.parametrize(
    ("policy", "alive", "age", "outcome", "reasons"),
    [
        ("OUTPUT ORDER", False, 5, N, ("dead", "young")),
        ("OUTPUT ORDER", True, 5, N, ("young",)),
        ("OUTPUT ORDER", True, 60, E, ("fine",)),
        ("OUTPUT ORDER", None, 5, N, ("young",)),
        ("OUTPUT ORDER", False, None, N, ("dead",)),
        ("OUTPUT ORDER", None, 60, U, ()),
        ("PRIORITY", False, 5, N, ("dead",)),
        ("PRIORITY", None, 5, N, ("young",)),
    ],
)
def test_the_strongest_outcome_wins_and_gives_its_reasons(policy, alive, age, outcome, reasons):
    found = _decide(_table(policy, *PRIORITY_ROWS, values=VALUES), alive, age)
    assert (found.outcome, found.reasons) == (outcome, reasons)


@pytest.mark.parametrize("policy", ["OUTPUT ORDER", "ANY"])
def test_only_reasons_that_hold_whatever_is_not_known_are_given(policy):
    rows = [(["false", "-"], "n", "dead"), (["-", "< 5"], "n", "young"), (["-", ">= 5"], "n", "old")]
    assert _decide(_table(policy, *rows, values=VALUES), False, None).reasons == ("dead",)
    assert _decide(_table(policy, *rows, values=VALUES), None, 4).reasons == ("young",)
    assert _decide(_table(policy, *rows, values=VALUES), None, None).reasons == ()


def test_a_reason_is_given_once():
    table = _table("OUTPUT ORDER", (["true", "-"], "e", "a b"), (["-", "1"], "e", "b c"), values=VALUES)
    assert _decide(table, True, 1).reasons == ("a", "b", "c")


def _said(table, values):
    full = decide(table, dict(zip(NAMES, values, strict=True)))
    return full.outcome, full.amount, full.gap


@settings(deadline=None)  # tries every input there is
@given(random_tables, st.tuples(*(st.sampled_from([None, *domain]) for domain in DOMAINS)))
def test_undecided_exactly_where_what_is_missing_matters(table, known):
    found = decide(table, dict(zip(NAMES, known, strict=True)))
    domains = [(value,) if value is not None else domain for value, domain in zip(known, DOMAINS, strict=True)]
    said = {values: _said(table, values) for values in product(*domains)}
    if len(set(said.values())) == 1:
        assert {(found.outcome, found.amount, found.gap)} == set(said.values())
        for values in said:  # a reason given holds whatever the missing inputs are
            applying = {code for row in hits(table, values) if row.outcome is found.outcome for code in row.reasons}
            assert set(found.reasons) <= applying
        return
    assert (found.outcome, found.gap) == (U, None)
    matters = {
        name
        for place, name in enumerate(NAMES)
        for values, answer in said.items()
        for other in domains[place]
        if said[(*values[:place], other, *values[place + 1 :])] != answer
    }
    assert set(found.missing) == matters


@given(random_tables, st.tuples(*(st.sampled_from(domain) for domain in DOMAINS)))
def test_with_everything_known_rows_speak_as_the_hit_policy_says(table, values):
    applying = hits(table, values)
    found = decide(table, dict(zip(NAMES, values, strict=True)))
    if not applying:
        assert found.gap is Gap.NO_ROW
        return
    heard = speaking(table, applying)
    if len({(row.outcome, row.amount) for row in heard}) > 1:
        assert found.gap is Gap.CONFLICT
    else:
        assert (found.outcome, found.amount) == (heard[0].outcome, heard[0].amount)
        assert set(found.reasons) == {code for row in heard for code in row.reasons}
