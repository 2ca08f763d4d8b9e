"""The rulebook: versions by date, words complete, silent agencies named, directories refused whole."""

import json
import shutil
from datetime import date

import pytest

from backend.eligibility.derive import age_months, age_years, assumed_birth_date, input_value, kind_of_input
from backend.eligibility.errors import NotInEffectError, TableError, UnknownServiceError
from backend.eligibility.loading import TABLES, load_rulebook
from backend.linkage.facts import Fact
from contracts.card import Birth
from contracts.decision import NotKnownCause, Outcome

ON = date(2026, 11, 23)


@pytest.fixture
def rules():
    return load_rulebook()


@pytest.fixture
def copy(tmp_path):
    return shutil.copytree(TABLES, tmp_path / "tables")


def _reasons(verdict):
    return [(reason.code, reason.words.en) for reason in verdict.reasons]


def test_each_silent_agency_is_named_once_with_its_facts(rules):
    causes = {Fact.STATE_PENSION: NotKnownCause.BREAKER_OPEN, Fact.BIRTH: NotKnownCause.TIMEOUT}
    facts = {Fact.ALIVE: True, Fact.THAI_NATIONAL: True}
    verdict = rules.decide("old_age_allowance", facts, ON, causes)
    assert _reasons(verdict) == [
        (
            "unknown.civil_registry.timeout",
            "The Department of Provincial Administration has not answered yet (date of birth).",
        ),
        (
            "unknown.civil_registry",
            "The Department of Provincial Administration has not answered yet (house registration).",
        ),
        (
            "unknown.comptroller_general.breaker_open",
            "The Comptroller General's Department has not answered yet (state pension or regular payment).",
        ),
    ]
    assert verdict.reasons[2].words.th == "ยังไม่ได้รับข้อมูลจากกรมบัญชีกลาง (การรับบำนาญหรือเงินประจำจากรัฐ)"
    assert verdict.next_step.en == "You have not lost any right. Please check again later."
    assert verdict.missing == (Fact.BIRTH, Fact.DOMICILE_REGISTERED, Fact.STATE_PENSION)


@pytest.mark.parametrize(
    ("cause", "reason", "step"),
    [
        (NotKnownCause.NO_RECORD, "has no record of you", "contact the Revenue Department"),
        (NotKnownCause.NOT_PERMITTED, "is not permitted to ask the Revenue Department", "ask the staff"),
        (NotKnownCause.MAINTENANCE, "The Revenue Department has closed its system", "check again later"),
        (NotKnownCause.OVERLOADED, "has not answered yet", "check again later"),
    ],
)
def test_a_cause_is_put_by_what_the_citizen_can_do(rules, cause, reason, step):
    facts = {Fact.ALIVE: True, Fact.THAI_NATIONAL: True, Fact.BIRTH: Birth(year=1980)}
    causes = dict.fromkeys(rules.needed_facts("state_welfare"), cause)
    verdict = rules.decide("state_welfare", facts, ON, causes)
    assert len(verdict.reasons) == 1
    assert verdict.reasons[0].code == f"unknown.revenue.{cause}"
    assert reason in verdict.reasons[0].words.en
    assert step in verdict.next_step.en


def test_a_failed_condition_brings_its_own_next_step(rules):
    verdict = rules.decide("old_age_allowance", {Fact.BIRTH: Birth(year=2000)}, ON)
    assert verdict.next_step.en == "Please register with your local authority when you are about to turn 60."


def test_the_menu_names_what_is_asked_and_of_whom(rules):
    services = rules.services()
    assert [service.id for service in services] == [
        "state_welfare",
        "old_age_allowance",
        "disability_allowance",
        "newborn_grant",
        "health_coverage",
        "social_security",
        "driving_licence",
        "house_registration_extract",
        "card_status",
        "student_loan",
        "directorships",
        "groundwater_permit",
    ]
    allowance = services[1]
    assert [(asked.fact.en, asked.agency.en) for asked in allowance.facts][-1] == (
        "state pension or regular payment",
        "Comptroller General's Department",
    )
    assert rules.agencies()["revenue"].th == "กรมสรรพากร"


def test_unknown_services_and_days_before_any_version_are_refused(rules):
    with pytest.raises(UnknownServiceError) as unknown:
        rules.decide("free_lunch", {}, ON)
    assert unknown.value.service == "free_lunch"
    with pytest.raises(NotInEffectError) as early:
        rules.decide("state_welfare", {}, date(2017, 4, 2))
    assert (early.value.service, early.value.on) == ("state_welfare", date(2017, 4, 2))
    assert rules.decide("state_welfare", {}, date(2017, 4, 3)).outcome is Outcome.UNDECIDED


def _add_version(copy, version, first_day, *, limit="70"):
    text = (copy / "old_age_allowance.dmn").read_text()
    text = text.replace('version="2560.1"', f'version="{version}"').replace("2016-10-01", first_day)
    (copy / f"old_age_allowance.{version}.dmn").write_text(text.replace("&lt; 60", f"&lt; {limit}"))
    shutil.copy(copy / "old_age_allowance.words.json", copy / f"old_age_allowance.{version}.words.json")


def test_the_day_picks_the_version(copy):
    _add_version(copy, "2570.1", "2026-10-01")
    rules = load_rulebook(copy)
    facts = {Fact.BIRTH: Birth(year=1960)}
    assert rules.decide("old_age_allowance", facts, date(2026, 9, 30)).rule.version == "2560.1"
    assert rules.decide("old_age_allowance", facts, date(2026, 9, 30)).outcome is Outcome.UNDECIDED
    verdict = rules.decide("old_age_allowance", facts, date(2026, 10, 1))
    assert (verdict.rule.version, verdict.outcome) == ("2570.1", Outcome.NOT_ELIGIBLE)
    assert rules.needed_facts("old_age_allowance", date(2026, 9, 30)) == rules.needed_facts("old_age_allowance")


def test_a_limit_changed_in_one_row_alone_leaves_people_undecided_rather_than_wrong(copy):
    path = copy / "state_welfare.dmn"
    path.write_text(path.read_text().replace("&gt; 100000", "&gt; 120000"))
    facts = {
        **dict.fromkeys((Fact.ALIVE, Fact.THAI_NATIONAL), True),
        Fact.BIRTH: Birth(year=1980),
        Fact.INCOME_YEAR_BAHT: 110_000,
        Fact.FINANCIAL_ASSETS_BAHT: 0,
        **dict.fromkeys((Fact.HOUSE_SQUARE_WAH, Fact.FLAT_SQUARE_METRES, Fact.FARM_LAND_RAI, Fact.OTHER_LAND_RAI), 0),
    }
    verdict = load_rulebook(copy).decide("state_welfare", facts, ON)
    assert (verdict.outcome, verdict.reasons[0].code) == (Outcome.UNDECIDED, "rule.gap")


def _edit(path, change):
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


BREAKAGES = {
    "words missing": lambda d: _edit(d / "newborn_grant.words.json", lambda c: c["reasons"].pop("newborn.aged_3")),
    "next step missing": lambda d: _edit(d / "newborn_grant.words.json", lambda c: c["next_steps"].pop("eligible")),
    "words file missing": lambda d: (d / "newborn_grant.words.json").unlink(),
    "words not json": lambda d: (d / "newborn_grant.words.json").write_text("{"),
    "service without table": lambda d: (d / "newborn_grant.dmn").unlink(),
    "table without service": lambda d: _edit(d / "services.json", lambda c: c["services"].pop()),
    "fact without name": lambda d: _edit(d / "services.json", lambda c: c["facts"].pop("health.scheme")),
    "agency without name": lambda d: _edit(d / "services.json", lambda c: c["agencies"].pop("revenue")),
    "same day twice": lambda d: _add_version(d, "2560.2", "2016-10-01"),
    "bad table": lambda d: (d / "newborn_grant.dmn").write_text("<definitions/>"),
}


@pytest.mark.parametrize("breakage", BREAKAGES)
def test_a_directory_that_is_not_whole_is_refused_whole(copy, breakage):
    load_rulebook(copy)
    BREAKAGES[breakage](copy)
    with pytest.raises(TableError):
        load_rulebook(copy)


@pytest.mark.parametrize(
    ("born", "on", "years", "months"),
    [
        (date(2000, 6, 15), date(2020, 6, 14), 19, 239),
        (date(2000, 6, 15), date(2020, 6, 15), 20, 240),
        (date(2000, 6, 15), date(2020, 5, 20), 19, 239),
        (date(2000, 2, 29), date(2023, 2, 28), 22, 275),
        (date(2000, 2, 29), date(2023, 3, 1), 23, 276),
        (date(2000, 12, 31), date(2001, 1, 1), 0, 0),
        (date(2000, 1, 1), date(2000, 1, 1), 0, 0),
        (date(2000, 1, 2), date(2000, 1, 1), None, None),
    ],
)
def test_ages_are_completed_years_and_months(born, on, years, months):
    assert (age_years(born, on), age_months(born, on)) == (years, months)
    known = {Fact.NEWBORN_BIRTH: born}
    assert input_value("child.age_years", known, on) == years
    assert input_value("child.age_months", known, on) == months


def test_unknown_parts_of_a_birth_count_as_first():
    assert assumed_birth_date(Birth(year=1950)) == date(1950, 1, 1)
    assert assumed_birth_date(Birth(year=1950, day=9)) == date(1950, 1, 1)
    assert assumed_birth_date(Birth(year=1950, month=6)) == date(1950, 6, 1)
    assert assumed_birth_date(Birth(year=1950, month=6, day=9)) == date(1950, 6, 9)


def test_a_day_that_never_was_gives_no_age():
    assert input_value("person.age_years", {Fact.BIRTH: Birth(year=1950, month=6, day=31)}, ON) is None


def test_absent_facts_give_no_derived_input():
    for name in ("person.age_years", "child.age_years", "child.age_months", Fact.HEALTH_SCHEME):
        assert input_value(name, {}, ON) is None
    assert kind_of_input("registry.birth") is None
