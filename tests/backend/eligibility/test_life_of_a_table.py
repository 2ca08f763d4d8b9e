"""An officer raises the allowance for 80-89: checked, tried, replayed, approved by another, in force from its day."""

import json
from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest
from click.testing import CliRunner

from backend.eligibility.errors import LifeError, TableError
from backend.eligibility.examples import EXAMPLES
from backend.eligibility.life import State, Step, next_state
from backend.eligibility.live import LiveRulebook
from backend.eligibility.loading import TABLES, load_rulebook
from backend.eligibility.model.writing import change_cells
from backend.eligibility.models import RuleVersionRow
from backend.eligibility.versions import RuleVersions
from backend.linkage.facts import Fact
from backend.migrations import runner
from backend.rules_cli import rules
from backend.store import Store
from contracts.card import Birth

NOW = datetime(2026, 11, 24, 5, tzinfo=UTC)
TODAY, TOMORROW = date(2026, 11, 24), date(2026, 11, 25)
DMN = (TABLES / "old_age_allowance.dmn").read_bytes()
WORDS = (TABLES / "old_age_allowance.words.json").read_bytes()
RAISED = change_cells(
    DMN, {"rule_8_amount_baht": "900"}, {"baidiao:version": "2570.1", "baidiao:effectiveFrom": TOMORROW.isoformat()}
)
ALIKE = {"registry.alive": True, "registry.thai_national": True, "registry.domicile_registered": True}
PEOPLE = pl.DataFrame(
    [
        ALIKE | {"registry.birth": birth, "comptroller.state_pension": pension}
        for birth, pension in (
            (date(1941, 1, 1), False),
            (date(1942, 1, 1), False),
            (date(1942, 1, 1), True),
            (date(1960, 1, 1), False),
        )
    ]
)
OF_85 = {
    Fact.ALIVE: True,
    Fact.THAI_NATIONAL: True,
    Fact.DOMICILE_REGISTERED: True,
    Fact.BIRTH: Birth(year=1941),
    Fact.STATE_PENSION: False,
}


@pytest.fixture
def versions(tmp_path):
    store = Store(f"sqlite:///{tmp_path / 'rules.sqlite3'}")
    RuleVersionRow.metadata.create_all(store.engine, tables=[RuleVersionRow.__table__])
    yield RuleVersions(store, load_rulebook())
    store.close()


def _up_to_replay(versions):
    number = versions.submit(RAISED, WORDS, "writer@example.org", NOW)
    assert versions.check(number) == ()
    examples = EXAMPLES.validate_json((TABLES / "old_age_allowance.examples.json").read_bytes())
    tried = versions.try_examples(number, examples)
    return number, tried, versions.replay(number, PEOPLE)


def test_a_raised_allowance_decides_tomorrow_and_not_today(versions):
    number, tried, replayed = _up_to_replay(versions)
    otherwise = {says.en: [str(one) for one in what] for says, what in tried.items() if what}
    assert otherwise == {says: ["amount_baht: 900, not 800"] for says in ("80 years old today", "89 years old")}
    assert (replayed.people, replayed.changed, replayed.more_baht) == (4, 2, 200)
    move = replayed.moves[0]
    assert (move.before_baht, move.after_baht, move.people) == (800, 900, 2)
    assert versions.rulebook().decide("old_age_allowance", OF_85, TOMORROW).amount.baht == 800
    versions.approve(number, "second@example.org", NOW)
    grown = versions.rulebook()
    today, tomorrow = (grown.decide("old_age_allowance", OF_85, day) for day in (TODAY, TOMORROW))
    assert (today.amount.baht, today.rule.version) == (800, "2560.1")
    assert (tomorrow.amount.baht, tomorrow.rule.version) == (900, "2570.1")
    assert versions.state(number) is State.APPROVED


def test_nobody_approves_his_own_nor_for_a_day_that_has_begun(versions):
    number, _, _ = _up_to_replay(versions)
    for person, at, cause in (
        ("Writer@example.org", NOW, "same_person"),
        ("second@example.org", datetime(2026, 11, 24, 17, 30, tzinfo=UTC), "too_early"),  # past midnight in Thailand
    ):
        with pytest.raises(LifeError) as caught:
            versions.approve(number, person, at)
        assert caught.value.cause == cause
    assert versions.state(number) is State.REPLAYED


def test_nobody_who_wrote_on_it_approves_it_whoever_was_the_last(versions):
    _up_to_replay(versions)
    assert versions.submit(RAISED, WORDS, "helpful@example.org", NOW) == 1
    number, _, _ = _up_to_replay(versions)
    versions.submit(RAISED, WORDS, "helpful@example.org", NOW)
    assert versions.check(number) == ()
    versions.try_examples(number, EXAMPLES.validate_json((TABLES / "old_age_allowance.examples.json").read_bytes()))
    versions.replay(number, PEOPLE)
    assert versions.read(number).author == "writer@example.org"
    for person in ("writer@example.org", "HELPFUL@example.org"):
        with pytest.raises(LifeError) as caught:
            versions.approve(number, person, NOW)
        assert caught.value.cause == "same_person"
    versions.approve(number, "second@example.org", NOW)
    assert versions.state(number) is State.APPROVED


def test_a_change_makes_it_a_draft_again_and_an_approved_one_stays(versions):
    number, _, _ = _up_to_replay(versions)
    assert versions.submit(RAISED, WORDS, "writer@example.org", NOW) == number
    assert versions.state(number) is State.DRAFT
    with pytest.raises(LifeError):
        versions.approve(number, "second@example.org", NOW)
    _up_to_replay(versions)
    versions.approve(number, "second@example.org", NOW)
    with pytest.raises(LifeError) as caught:
        versions.submit(RAISED, WORDS, "writer@example.org", NOW)
    assert caught.value.cause == "exists"


def test_a_faulty_version_stays_a_draft_and_an_unusable_one_is_not_kept(versions):
    overlapping = change_cells(RAISED, {"rule_8_person_age_years": "[79..89]"})
    number = versions.submit(overlapping, WORDS, "writer@example.org", NOW)
    (issue,) = versions.check(number)
    assert issue.rows == (7, 8)
    assert issue.example["person.age_years"] == 79
    assert versions.state(number) is State.DRAFT
    with pytest.raises(TableError):
        versions.submit(RAISED, b"{}", "writer@example.org", NOW)
    with pytest.raises(LifeError):
        versions.check(999)


@pytest.mark.parametrize("state", list(State))
def test_no_state_skips_a_step(state):
    allowed = {step for step in Step if _may(state, step)}
    expected = {
        State.DRAFT: {Step.CHECK, Step.CHANGE},
        State.CHECKED: {Step.CHECK, Step.TRY, Step.CHANGE},
        State.TRIED: {Step.TRY, Step.REPLAY, Step.CHANGE},
        State.REPLAYED: {Step.REPLAY, Step.APPROVE, Step.CHANGE},
        State.APPROVED: set(),
    }
    assert allowed == expected[state]


def _may(state, step):
    try:
        next_state(state, step)
    except LifeError:
        return False
    return True


def test_what_is_approved_decides_without_a_restart(versions):
    now_s = [100.0]
    live = LiveRulebook(versions, kept_s=1.0, monotonic=lambda: now_s[0])
    assert live.decide("old_age_allowance", OF_85, TOMORROW, {}).amount.baht == 800
    number, _, _ = _up_to_replay(versions)
    versions.approve(number, "second@example.org", NOW)
    assert live.decide("old_age_allowance", OF_85, TOMORROW, {}).amount.baht == 800  # the store was asked just now
    now_s[0] += 1.0
    assert live.decide("old_age_allowance", OF_85, TOMORROW, {}).amount.baht == 900
    assert Fact.STATE_PENSION in live.needed_facts("old_age_allowance", TOMORROW)
    assert len(live.services()) == 12


def test_the_officers_commands_walk_a_version_to_approval(tmp_path, monkeypatch):
    database = f"sqlite:///{tmp_path / 'centre.sqlite3'}"
    monkeypatch.setenv("BAIDIAO_CENTRE_DATABASE_URL", database)
    store = Store(database)
    runner.upgrade(store.engine)
    store.close()
    (tmp_path / "t.dmn").write_bytes(
        change_cells(RAISED, {}, {"baidiao:effectiveFrom": (datetime.now(UTC) + timedelta(days=9)).date().isoformat()})
    )
    PEOPLE.write_parquet(tmp_path / "people.parquet")
    words, examples = TABLES / "old_age_allowance.words.json", TABLES / "old_age_allowance.examples.json"

    def run(*words_given):
        done = CliRunner().invoke(rules, [str(word) for word in words_given])
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, done.output.strip()

    assert run("submit", tmp_path / "t.dmn", words, "--author", "a@example.org") == (0, "1")
    assert run("check", 1) == (0, "no gap, no overlap, every rule can speak\nnow: checked")
    assert run("try", 1, examples)[0] == 0
    assert json.loads(run("replay", 1, tmp_path / "people.parquet")[1])["changed"] == 2
    assert run("approve", 1, "--approver", "a@example.org") == (
        1,
        "Error: approve is refused: the author cannot approve what he wrote",
    )
    assert run("approve", 1, "--approver", "b@example.org") == (0, "approved")
