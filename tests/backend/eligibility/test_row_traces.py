"""What became of each row, as data and in words."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from backend.eligibility.derive import input_value
from backend.eligibility.loading import TABLES, load_rulebook
from backend.eligibility.programme import parse_table
from backend.eligibility.table import decide
from backend.eligibility.trace import facts_used, row_words, trace
from backend.eligibility.words import Catalogue
from backend.linkage.facts import Fact
from contracts.card import Birth
from contracts.decision import FactUsed, NotKnownCause, Outcome
from tests.support.random_tables import DOMAINS, NAMES, random_tables

ON = date(2026, 11, 24)
TABLE = parse_table((TABLES / "old_age_allowance.dmn").read_bytes(), "t")
CATALOGUE = Catalogue.model_validate_json((TABLES / "services.json").read_bytes())
WOMAN = {
    Fact.ALIVE: True,
    Fact.THAI_NATIONAL: True,
    Fact.BIRTH: Birth(year=1953),
    Fact.DOMICILE_REGISTERED: True,
    Fact.STATE_PENSION: False,
}


def _values(facts):
    return {column.name: input_value(column.name, facts, ON) for column in TABLE.inputs}


def test_the_row_that_applied_and_why_the_others_did_not():
    rows = trace(TABLE, _values(WOMAN))
    assert [row.row for row in rows if row.speaks] == [7]
    assert rows[5].failed == (("person.age_years", "[60..69]"),)
    assert rows[4].failed == (("comptroller.state_pension", "true"),)
    assert row_words(rows[6], CATALOGUE).en == "Rule 7 (aged 70–79): applies."
    assert (
        row_words(rows[5], CATALOGUE).en
        == "Rule 6 (aged 60–69): does not apply, because your age is not from 60 to 69."
    )
    assert row_words(rows[5], CATALOGUE).th == "ข้อ 6 (60–69 ปี): ไม่ใช้ เพราะอายุของท่านไม่อยู่ในช่วง 60–69 ปี"


def test_a_row_waits_for_what_is_not_known():
    rows = trace(TABLE, _values({**WOMAN, Fact.STATE_PENSION: None}))
    assert not any(row.speaks for row in rows)
    assert rows[6].open == ("comptroller.state_pension",)
    assert row_words(rows[6], CATALOGUE).en == (
        "Rule 7 (aged 70–79): cannot be told yet; not known: state pension or regular payment."
    )


def test_facts_used_name_their_source_and_age():
    used = facts_used(TABLE, _values(WOMAN), CATALOGUE, {Fact.ALIVE: timedelta(minutes=2)})
    assert used[0] == FactUsed(fact="registry.alive", agency_id="civil_registry", age_s=120.0)
    assert used[-1] == FactUsed(fact="comptroller.state_pension", agency_id="comptroller_general")


def test_an_undecided_answer_names_who_has_what_would_settle_it():
    known = {fact: value for fact, value in WOMAN.items() if fact is not Fact.STATE_PENSION}
    causes = {Fact.STATE_PENSION: NotKnownCause.TIMEOUT}
    told = load_rulebook().explanation("old_age_allowance", known, ON, {}, causes)
    (missing,) = told.missing
    assert (missing.fact, missing.agency.en, missing.cause) == (
        "comptroller.state_pension",
        "Comptroller General's Department",
        NotKnownCause.TIMEOUT,
    )
    assert [row.row for row in told.rows if row.waiting and not row.failed] == [5, 7]
    assert not any(row.applies for row in told.rows)


def test_a_fact_older_than_the_rules_accept_is_stale():
    rules, day = load_rulebook(), timedelta(days=1)
    ages = {Fact.ALIVE: day, Fact.THAI_NATIONAL: 2 * day, Fact.BIRTH: 31 * day, Fact.STATE_PENSION: 30 * day}
    assert rules.stale_facts("old_age_allowance", ON, ages) == {Fact.THAI_NATIONAL, Fact.BIRTH}
    told = rules.decide("old_age_allowance", {}, ON, {Fact.ALIVE: NotKnownCause.STALE})
    assert any("older than the rules accept" in reason.words.en for reason in told.reasons)


@given(random_tables, st.tuples(*(st.sampled_from([None, *domain]) for domain in DOMAINS)))
def test_rows_that_speak_say_the_decision_and_all_others_have_a_cause(table, known):
    values = dict(zip(NAMES, known, strict=True))
    found = decide(table, values)
    for row, traced in zip(table.rows, trace(table, values), strict=True):
        if traced.speaks and found.outcome is not Outcome.UNDECIDED:
            assert row.outcome is found.outcome
            assert not traced.failed
            assert set(row.reasons) <= set(found.reasons)
