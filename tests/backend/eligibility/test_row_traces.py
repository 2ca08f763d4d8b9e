"""What became of each row, as data and in words."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from backend.eligibility.derive import input_value
from backend.eligibility.loading import TABLES
from backend.eligibility.programme import parse_table
from backend.eligibility.table import decide
from backend.eligibility.trace import FactUsed, facts_used, row_words, trace
from backend.eligibility.words import Catalogue
from backend.linkage.facts import Fact
from contracts.card import Birth
from contracts.decision import Outcome
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
    assert row_words(rows[6], CATALOGUE).en == "Rule 7: applies."
    assert row_words(rows[5], CATALOGUE).en == "Rule 6: does not apply, because date of birth is not [60..69]."
    assert row_words(rows[5], CATALOGUE).th == "ข้อ 6 60–69 ปี: ไม่ใช้ เพราะวันเกิดไม่ตรงกับ [60..69]"


def test_a_row_waits_for_what_is_not_known():
    rows = trace(TABLE, _values({**WOMAN, Fact.STATE_PENSION: None}))
    assert not any(row.speaks for row in rows)
    assert rows[6].open == ("comptroller.state_pension",)
    assert row_words(rows[6], CATALOGUE).en == "Rule 7: cannot be told without state pension or regular payment."


def test_facts_used_name_their_source_and_age():
    now = datetime(2026, 11, 24, 3, tzinfo=UTC)
    told = {Fact.ALIVE: now - timedelta(minutes=2)}
    used = facts_used(TABLE, _values(WOMAN), CATALOGUE, told, now)
    assert used[0] == FactUsed(Fact.ALIVE, "civil_registry", 120.0)
    assert used[-1] == FactUsed(Fact.STATE_PENSION, "comptroller_general", None)


@given(random_tables, st.tuples(*(st.sampled_from([None, *domain]) for domain in DOMAINS)))
def test_rows_that_speak_say_the_decision_and_all_others_have_a_cause(table, known):
    values = dict(zip(NAMES, known, strict=True))
    found = decide(table, values)
    for row, traced in zip(table.rows, trace(table, values), strict=True):
        if traced.speaks and found.outcome is not Outcome.UNDECIDED:
            assert row.outcome is found.outcome
            assert not traced.failed
            assert set(row.reasons) <= set(found.reasons)
