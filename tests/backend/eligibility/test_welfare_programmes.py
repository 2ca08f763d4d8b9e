"""The tables that come with the project, at each of their boundaries, with everything known and with facts missing."""

from datetime import date
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.eligibility.loading import load_rulebook
from backend.linkage.facts import FACT_TYPES, Fact
from contracts.card import Birth
from contracts.decision import Amount, NotKnownCause, Outcome, RuleVersion

RULES = load_rulebook()
ON = date(2026, 11, 23)
E, N, U = Outcome.ELIGIBLE, Outcome.NOT_ELIGIBLE, Outcome.UNDECIDED


def _born(age, *, days_ago=0):
    return Birth(year=ON.year - age, month=ON.month, day=ON.day - days_ago)


PERSON = {Fact.ALIVE: True, Fact.THAI_NATIONAL: True}
GOOD = {
    "state_welfare": {
        **PERSON,
        Fact.BIRTH: _born(18),
        Fact.INCOME_YEAR_BAHT: 100_000,
        Fact.FINANCIAL_ASSETS_BAHT: 100_000,
        Fact.HOUSE_SQUARE_WAH: 25,
        Fact.FLAT_SQUARE_METRES: 35,
        Fact.FARM_LAND_RAI: 10,
        Fact.OTHER_LAND_RAI: 1,
    },
    "old_age_allowance": {
        **PERSON,
        Fact.BIRTH: _born(60),
        Fact.DOMICILE_REGISTERED: True,
        Fact.STATE_PENSION: False,
    },
    "disability_allowance": {**PERSON, Fact.DOMICILE_REGISTERED: True, Fact.DISABILITY_CARD_VALID: True},
    "newborn_grant": {
        **PERSON,
        Fact.NEWBORN_REGISTERED: True,
        Fact.NEWBORN_BIRTH: date(2023, 11, 24),
        Fact.HOUSEHOLD_INCOME_PER_HEAD_YEAR_BAHT: 36_000,
    },
    "health_coverage": {**PERSON, Fact.HEALTH_SCHEME: "UCS", Fact.HOSPITAL_REGISTERED: True},
}
AMOUNTS = {"old_age_allowance": 600, "disability_allowance": 800, "newborn_grant": 600}


@pytest.mark.parametrize("service", GOOD)
def test_who_keeps_every_condition_is_eligible(service):
    verdict = RULES.decide(service, GOOD[service], ON)
    assert verdict.outcome is E
    baht = AMOUNTS.get(service)
    assert verdict.amount == (Amount(baht=baht, period="month") if baht else None)
    assert "national.thai" in [reason.code for reason in verdict.reasons]
    assert verdict.missing == ()
    assert verdict.service == service


@pytest.mark.parametrize("service", GOOD)
def test_the_facts_a_service_needs_are_those_its_table_names(service):
    assert set(RULES.needed_facts(service)) == set(GOOD[service])


FAILURES = [
    *((service, {Fact.ALIVE: False}, "alive.no") for service in GOOD),
    *((service, {Fact.THAI_NATIONAL: False}, "national.not_thai") for service in GOOD),
    ("state_welfare", {Fact.BIRTH: Birth(year=2008, month=11, day=24)}, "age.under_18"),
    ("state_welfare", {Fact.INCOME_YEAR_BAHT: 100_001}, "income.over"),
    ("state_welfare", {Fact.FINANCIAL_ASSETS_BAHT: 100_001}, "assets.over"),
    ("state_welfare", {Fact.HOUSE_SQUARE_WAH: 26}, "house.over"),
    ("state_welfare", {Fact.FLAT_SQUARE_METRES: 36}, "flat.over"),
    ("state_welfare", {Fact.FARM_LAND_RAI: 11}, "farm_land.over"),
    ("state_welfare", {Fact.OTHER_LAND_RAI: 2}, "other_land.over"),
    ("old_age_allowance", {Fact.BIRTH: Birth(year=1966, month=11, day=24)}, "age.under_60"),
    ("old_age_allowance", {Fact.DOMICILE_REGISTERED: False}, "domicile.none"),
    ("old_age_allowance", {Fact.STATE_PENSION: True}, "pension.receives"),
    ("disability_allowance", {Fact.DOMICILE_REGISTERED: False}, "domicile.none"),
    ("disability_allowance", {Fact.DISABILITY_CARD_VALID: False}, "disability_card.none"),
    ("newborn_grant", {Fact.NEWBORN_REGISTERED: False}, "newborn.not_registered"),
    ("newborn_grant", {Fact.NEWBORN_BIRTH: date(2023, 11, 23)}, "newborn.aged_3"),
    ("newborn_grant", {Fact.HOUSEHOLD_INCOME_PER_HEAD_YEAR_BAHT: 36_001}, "household_income.over"),
    ("health_coverage", {Fact.HEALTH_SCHEME: "CSMBS"}, "scheme.csmbs"),
    ("health_coverage", {Fact.HEALTH_SCHEME: "SSS"}, "scheme.sss"),
    ("health_coverage", {Fact.HEALTH_SCHEME: "NONE"}, "scheme.none"),
]


@pytest.mark.parametrize(("service", "change", "reason"), FAILURES)
def test_one_failed_condition_refuses_and_is_the_only_one_named(service, change, reason):
    verdict = RULES.decide(service, GOOD[service] | change, ON)
    assert (verdict.outcome, [one.code for one in verdict.reasons], verdict.amount) == (N, [reason], None)
    assert verdict.next_step.th
    assert verdict.next_step.en


@pytest.mark.parametrize(("service", "change", "reason"), FAILURES)
def test_a_failed_condition_refuses_whatever_else_is_not_known(service, change, reason):
    known = dict(change)
    if reason == "newborn.aged_3":
        known[Fact.NEWBORN_REGISTERED] = True
    verdict = RULES.decide(service, known, ON)
    assert (verdict.outcome, [one.code for one in verdict.reasons]) == (N, [reason])


@pytest.mark.parametrize("service", GOOD)
def test_each_fact_alone_leaves_the_answer_open_when_it_is_missing(service):
    for fact in GOOD[service]:
        known = {name: value for name, value in GOOD[service].items() if name is not fact}
        verdict = RULES.decide(service, known, ON, {fact: NotKnownCause.TIMEOUT})
        if fact is Fact.HOSPITAL_REGISTERED:
            assert verdict.outcome is E  # having a hospital is told, not asked for
            continue
        assert (verdict.outcome, verdict.missing, verdict.amount) == (U, (fact,), None)
        assert len(verdict.reasons) == 1
        assert verdict.reasons[0].code.endswith(".timeout")


@pytest.mark.parametrize(
    ("birth", "baht"),
    [
        (_born(60), 600),
        (_born(69, days_ago=20), 600),
        (Birth(year=1956, month=11, day=24), 600),
        (_born(70), 700),
        (Birth(year=1946, month=11, day=24), 700),
        (_born(80), 800),
        (Birth(year=1936, month=11, day=24), 800),
        (_born(90), 1000),
        (_born(105), 1000),
        (Birth(year=1966), 600),  # the year alone counts from 1 January
        (Birth(year=1966, month=11), 600),  # the month alone from its first
    ],
)
def test_the_old_age_allowance_rises_with_each_decade(birth, baht):
    verdict = RULES.decide("old_age_allowance", GOOD["old_age_allowance"] | {Fact.BIRTH: birth}, ON)
    assert verdict.amount == Amount(baht=baht, period="month")


def test_every_failed_condition_is_named():
    facts = {
        Fact.ALIVE: True,
        Fact.THAI_NATIONAL: False,
        Fact.BIRTH: Birth(year=2000),
        Fact.DOMICILE_REGISTERED: False,
        Fact.STATE_PENSION: True,
    }
    verdict = RULES.decide("old_age_allowance", facts, ON)
    codes = [reason.code for reason in verdict.reasons]
    assert codes == ["national.not_thai", "age.under_60", "domicile.none", "pension.receives"]


def test_a_child_born_before_the_programme_has_no_grant_even_while_under_three():
    known = GOOD["newborn_grant"] | {Fact.NEWBORN_BIRTH: date(2015, 9, 30)}
    assert [one.code for one in RULES.decide("newborn_grant", known, date(2017, 5, 1)).reasons] == [
        "newborn.born_before"
    ]
    known[Fact.NEWBORN_BIRTH] = date(2015, 10, 1)
    assert RULES.decide("newborn_grant", known, date(2017, 5, 1)).outcome is E


def test_a_birth_that_lies_ahead_is_no_known_age():
    known = GOOD["newborn_grant"] | {Fact.NEWBORN_BIRTH: date(2027, 1, 1)}
    verdict = RULES.decide("newborn_grant", known, ON)
    assert (verdict.outcome, verdict.missing) == (U, (Fact.NEWBORN_BIRTH,))


def test_coverage_without_a_hospital_says_how_to_choose_one():
    verdict = RULES.decide("health_coverage", GOOD["health_coverage"] | {Fact.HOSPITAL_REGISTERED: False}, ON)
    assert [reason.code for reason in verdict.reasons] == ["national.thai", "scheme.ucs", "hospital.none"]
    assert "1330" in verdict.next_step.en


def test_a_scheme_the_table_does_not_know_is_left_to_an_officer():
    verdict = RULES.decide("health_coverage", GOOD["health_coverage"] | {Fact.HEALTH_SCHEME: "LGO"}, ON)
    assert (verdict.outcome, [reason.code for reason in verdict.reasons]) == (U, ["rule.gap"])


def test_a_fact_of_the_wrong_type_is_not_known():
    verdict = RULES.decide("disability_allowance", GOOD["disability_allowance"] | {Fact.ALIVE: 1}, ON)
    assert (verdict.outcome, verdict.missing) == (U, (Fact.ALIVE,))


def test_the_version_that_decided_is_named():
    verdict = RULES.decide("state_welfare", {}, ON)
    assert verdict.rule == RuleVersion(table="state_welfare", version="2560.1", effective_from=date(2017, 4, 3))


# Brute force: values on both sides of each boundary in the tables.
SIDES = {
    Fact.BIRTH: [_born(age) for age in (17, 18, 59, 60, 69, 70, 79, 80, 89, 90)],
    Fact.INCOME_YEAR_BAHT: [0, 100_000, 100_001],
    Fact.FINANCIAL_ASSETS_BAHT: [0, 100_000, 100_001],
    Fact.HOUSE_SQUARE_WAH: [25, 26],
    Fact.FLAT_SQUARE_METRES: [35, 36],
    Fact.FARM_LAND_RAI: [10, 11],
    Fact.OTHER_LAND_RAI: [1, 2],
    Fact.NEWBORN_BIRTH: [date(2015, 9, 30), date(2015, 10, 1), date(2023, 11, 23), date(2023, 11, 24)],
    Fact.HOUSEHOLD_INCOME_PER_HEAD_YEAR_BAHT: [36_000, 36_001],
    Fact.HEALTH_SCHEME: ["UCS", "CSMBS", "SSS", "NONE"],
}


def _sides(fact):
    return [True, False] if FACT_TYPES[fact] is bool else SIDES[fact]


@st.composite
def partly_known(draw):
    service = draw(st.sampled_from(sorted(GOOD)))
    facts = {}
    for fact in RULES.needed_facts(service):
        # mostly the good value, so that answers other than a flat no are reached
        value = draw(st.sampled_from([None, GOOD[service][fact], GOOD[service][fact], *_sides(fact)]))
        if value is not None:
            facts[fact] = value
    if Fact.NEWBORN_REGISTERED not in facts:
        facts.pop(Fact.NEWBORN_BIRTH, None)  # the register gives no birth without a registration
    return service, facts


@settings(max_examples=150, deadline=None)
@given(partly_known())
def test_what_is_decided_with_facts_missing_is_decided_so_whatever_they_are(case):
    service, known = case
    verdict = RULES.decide(service, known, ON)
    missing = [fact for fact in RULES.needed_facts(service) if fact not in known]
    outcomes = set()
    for values in product(*(_sides(fact) for fact in missing)):
        full = RULES.decide(service, known | dict(zip(missing, values, strict=True)), ON)
        outcomes.add((full.outcome, full.amount))
        assert full.outcome is not U
        if len(outcomes) > 1:
            break
    if verdict.outcome is U:
        assert len(outcomes) > 1  # undecided only when it really is open
    else:
        assert outcomes == {(verdict.outcome, verdict.amount)}


@pytest.mark.parametrize("service", GOOD)
def test_both_languages_say_everything_and_machines_can_match_it(service):
    for facts in ({}, GOOD[service], GOOD[service] | {Fact.ALIVE: False}):
        verdict = RULES.decide(service, facts, ON)
        for words in (verdict.next_step, *(reason.words for reason in verdict.reasons)):
            assert any("\u0e00" <= letter <= "\u0e7f" for letter in words.th)
            assert words.en.isascii() or "’" in words.en
            assert "{" not in words.th + words.en
