"""Past cases: kept under a mandate alone, nameless and unreadable at rest, gone in time, replayed by reference."""

import os
import re
import threading
from dataclasses import replace
from datetime import date, timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import event, func, select

from backend.cases.building import build_cases
from backend.cases.models import PastCaseRow
from backend.cases.recorder import MOST_WAITING
from backend.eligibility.loading import TABLES, load_rulebook
from backend.eligibility.model.writing import change_cells
from backend.eligibility.replay import Replay, replay_on_cases
from backend.eligibility.versions import RuleVersions
from backend.linkage.facts import Fact
from backend.mandates.book import MandateBook, seed_mandates
from backend.mandates.check import GrantState, Proof
from backend.mandates.file import DEMO_MANDATES, load_mandates
from backend.mandates.models import MandateRow
from backend.mandates.quota import Period
from backend.migrations import runner
from backend.rules_cli import rules
from backend.store import Store
from contracts.card import Assurance, Birth
from contracts.decision import Outcome
from contracts.subject import SubjectKind
from tests.support.linkage_agencies import NUMBER, subject
from tests.support.linkage_decisions import NOW, TOWN, Centre, TestDevice, body_of, question

DEVICE = TestDevice()
SERVICE = "old_age_allowance"
DMN = (TABLES / f"{SERVICE}.dmn").read_bytes()
WORDS = (TABLES / f"{SERVICE}.words.json").read_bytes()
FIRST = {"baidiao:version": "2570.1", "baidiao:effectiveFrom": "2026-11-25"}
RULES = load_rulebook()
OTHER_NUMBER = "1101700203450"


class Kept:
    """A centre that keeps cases, or would if it might."""

    def __init__(self, folder, **mandate):
        given = load_mandates(DEMO_MANDATES)
        own = next(m for m in given if (m.agency_id, m.service_id, m.purpose) == (TOWN, SERVICE, "eligibility"))
        more = (replace(own, purpose="replay", quota=None, assurance=frozenset(), **mandate),) if mandate else ()
        self.centre = Centre(folder, (*given, *more))
        self.store = self.centre.store
        book = MandateBook(self.store, kept_s=0)
        self.recorder, self.shelf = build_cases(self.store, book, b"c" * 32, 90, lambda: self.centre.now, os.urandom)
        service = self.centre.restart()
        service._parts = replace(service._parts, cases=self.recorder)

    def ask(self, **changes):
        asked = question(SERVICE, subject=changes.pop("subject", None) or subject(**changes))
        return self.centre.service.ask(DEVICE, asked, body_of(asked))

    def rows(self):
        with self.store.reading() as session:
            return session.scalars(select(PastCaseRow)).all()


@pytest.fixture
def keep(tmp_path):
    made = []

    def make(**mandate):
        made.append(Kept(tmp_path, **mandate))
        return made[-1]

    yield make
    for one in made:
        one.recorder.close()
        one.centre.close()


UNDER = {"subjects": frozenset({SubjectKind.PERSON})}


def test_nothing_is_kept_without_a_mandate_for_it(keep):
    kept = keep()
    assert kept.ask().decisions[0].outcome is Outcome.ELIGIBLE
    kept.recorder.work_once()
    assert kept.rows() == []


def test_a_kept_case_names_nobody_and_says_nothing(keep, tmp_path):
    kept = keep(**UNDER)
    kept.ask()
    kept.ask()  # the same person again: one case, the newer
    kept.recorder.work_once()
    (row,) = kept.rows()
    assert row.expires_at == NOW + timedelta(days=90)
    assert len(row.sealed) % 128 == 12 + 16  # nonce and tag around contents filled up: their length tells nothing
    kept.store.close()
    at_rest = b"".join(file.read_bytes() for file in tmp_path.iterdir() if file.is_file())
    assert at_rest.count(row.reference.encode()) >= 1
    for told in (NUMBER, "บุญเรือน", "แสงทองดี", "1953", "registry.birth", "state_pension"):
        cases = bytes(row.sealed) + row.pseudonym.encode() + row.reference.encode()
        assert told.encode() not in cases
    for told in (NUMBER, "บุญเรือน", "แสงทองดี", "55010312143"):
        assert told.encode() not in at_rest


def test_only_the_facts_of_the_table_and_the_mandate_are_kept(keep):
    kept = keep(**UNDER, facts=frozenset({Fact.BIRTH, Fact.ALIVE, Fact.CARD_STATUS, Fact.HEALTH_SCHEME}))
    kept.ask()
    kept.recorder.work_once()
    (frame,) = kept.shelf.frames(SERVICE, [Fact.BIRTH, Fact.ALIVE, Fact.THAI_NATIONAL, Fact.HEALTH_SCHEME])
    assert frame.drop("case").row(0) == (date(1953, 1, 1), True, None, None)


def test_cases_of_two_services_or_people_cannot_be_laid_side_by_side(keep):
    sealer = keep().shelf.sealer
    places = {sealer.place(s, a, "person", n) for s in ("x", "y") for a in ("p", "q") for n in ("1", "2")}
    assert len({place.pseudonym for place in places}) == 8
    one = sealer.place("x", "p", "person", "1")
    sealed = sealer.seal({Fact.BIRTH: Birth(year=1953, month=2)}, one)
    assert sealer.open(sealed, one) == {"registry.birth": "1953-02"}
    assert sealer.seal({Fact.BIRTH: Birth(year=1953, month=2)}, one) != sealed


def test_what_is_over_is_deleted_and_never_replayed_before(keep):
    kept = keep(**UNDER, valid_until=(NOW + timedelta(days=10)).date())
    kept.ask()
    kept.recorder.work_once()
    assert kept.rows()[0].expires_at.date() == (NOW + timedelta(days=11)).date()  # the mandate's end comes first
    assert kept.shelf.count(SERVICE) == 1
    kept.centre.now = NOW + timedelta(days=11, hours=1)
    assert kept.shelf.count(SERVICE) == 0
    assert list(kept.shelf.frames(SERVICE, [Fact.BIRTH])) == []
    kept.recorder.work_once()
    assert kept.rows() == []


def test_a_revoked_mandate_takes_its_cases_with_it(keep):
    kept = keep(**UNDER)
    kept.ask()
    kept.recorder.work_once()
    with kept.store.transaction() as session:
        session.scalars(select(MandateRow).filter_by(purpose="replay")).one().state = GrantState.REVOKED
    assert kept.shelf.count(SERVICE) == 0
    assert [one.permitted for one in kept.shelf.list_counts()] == [False]
    assert kept.shelf.purge_due() == 1
    assert kept.rows() == []


def test_what_a_mandate_demands_holds_for_keeping_too(keep):
    kept = keep(**UNDER)
    with kept.store.transaction() as session:
        session.scalars(select(MandateRow).filter_by(purpose="replay")).one().assurance = [Proof.CONFIRMED.value]
    facts = {SERVICE: {Fact.ALIVE: True}}
    kept.recorder.offer(TOWN, subject(), NOW.date(), Assurance.PRESENTED, facts)
    kept.recorder.work_once()
    assert kept.rows() == []
    kept.recorder.offer(TOWN, subject(), NOW.date(), Assurance.CONFIRMED, facts)
    kept.recorder.work_once()
    assert len(kept.rows()) == 1


def test_a_quota_ends_the_keeping(keep):
    kept = keep(**UNDER)
    with kept.store.transaction() as session:
        row = session.scalars(select(MandateRow).filter_by(purpose="replay")).one()
        row.quota_limit, row.quota_period = 1, Period.DAY.value
    for number in (NUMBER, OTHER_NUMBER):
        kept.recorder.offer(TOWN, subject(number), NOW.date(), Assurance.CONFIRMED, {SERVICE: {Fact.ALIVE: True}})
    kept.recorder.work_once()
    assert len(kept.rows()) == 1


def test_a_decision_never_waits_for_its_case_nor_fails_by_it(keep):
    kept = keep(**UNDER)
    facts = {SERVICE: {Fact.ALIVE: True}}
    for _ in range(MOST_WAITING + 3):  # nobody takes them away
        kept.recorder.offer(TOWN, subject(), NOW.date(), Assurance.CONFIRMED, facts)
    assert kept.ask().decisions[0].outcome is Outcome.ELIGIBLE
    kept.recorder.work_once()
    assert len(kept.rows()) == 1

    def fall(*_):
        raise OSError("the disk is full")

    kept.ask(number=OTHER_NUMBER)
    event.listen(kept.store.engine, "before_cursor_execute", fall)
    kept.recorder.work_once()  # says so in the log, and nothing else happens
    event.remove(kept.store.engine, "before_cursor_execute", fall)
    assert kept.ask(number=OTHER_NUMBER).decisions[0].outcome is Outcome.ELIGIBLE

    def broken(_agency):
        raise RuntimeError("no mandates now")

    kept.recorder._mandates.of_agency = broken
    assert kept.ask().decisions[0].outcome is Outcome.ELIGIBLE


def test_the_thread_keeps_and_ends_with_nothing_left(keep):
    kept = keep(**UNDER)
    kept.recorder.start()
    kept.ask()
    kept.recorder.close()
    assert len(kept.rows()) == 1
    assert "cases" not in {thread.name for thread in threading.enumerate()}


def test_a_replay_says_counts_reasons_and_references_alone(keep):
    kept = keep(**UNDER)
    kept.ask()
    kept.centre.gatherer.known = dict(kept.centre.gatherer.known) | {Fact.STATE_PENSION: True}
    kept.ask(number=OTHER_NUMBER)
    kept.recorder.work_once()
    versions = RuleVersions(kept.store, RULES)
    raised = change_cells(DMN, {"rule_7_amount_baht": "750"}, FIRST)
    number = versions.submit(raised, WORDS, "a@example.org", NOW)
    *steps, found = versions.replay_on_cases(number, kept.shelf)
    assert steps == [(2, 2)]
    assert (found.people, found.changed, found.more_baht, found.source) == (2, 1, 50, "cases")
    (move,) = found.moves
    assert set(move.cases) <= {row.reference for row in kept.rows()}
    assert len(move.cases) == 1
    assert re.fullmatch("[0-9a-f]{10}", move.cases[0])
    versions.check(number)
    versions.try_examples(number, ())
    versions.keep_replay(number, found)
    stored = versions.read(number).findings["replay"]
    assert stored["changed"] == 1
    assert stored["moves"][0]["cases"] == []


def test_facts_no_case_holds_are_said(keep):
    kept = keep(**UNDER, facts=frozenset({Fact.BIRTH, Fact.ALIVE}))
    kept.ask()
    kept.recorder.work_once()
    table = RULES.table_on(SERVICE, NOW.date())
    *_, found = replay_on_cases(table, table, kept.shelf, NOW.date())
    assert isinstance(found, Replay)
    assert found.not_known == ("comptroller.state_pension", "registry.domicile_registered", "registry.thai_national")


def test_cases_moved_or_under_another_key_stay_shut(keep):
    kept = keep(**UNDER)
    for number in (NUMBER, OTHER_NUMBER):
        kept.recorder.offer(TOWN, subject(number), NOW.date(), Assurance.CONFIRMED, {SERVICE: {Fact.ALIVE: True}})
    kept.recorder.work_once()
    with kept.store.transaction() as session:
        one, other = session.scalars(select(PastCaseRow)).all()
        one.sealed = other.sealed
    (frame,) = kept.shelf.frames(SERVICE, [Fact.ALIVE])
    assert frame.get_column("case").to_list() == [other.reference]
    _, stranger = build_cases(kept.store, MandateBook(kept.store), b"d" * 32, 90, lambda: kept.centre.now, os.urandom)
    (shut,) = stranger.frames(SERVICE, [Fact.ALIVE])
    assert shut.height == 0


def test_keeping_works_on_both_databases(store_url):
    store = Store(store_url)
    runner.upgrade(store.engine)
    try:
        book = MandateBook(store, kept_s=0)
        given = load_mandates(DEMO_MANDATES)
        own = next(m for m in given if (m.agency_id, m.service_id, m.purpose) == (TOWN, SERVICE, "eligibility"))
        with store.transaction() as session:
            seed_mandates(session, [replace(own, purpose="replay", quota=None)])
        recorder, shelf = build_cases(store, book, b"c" * 32, 90, lambda: NOW, os.urandom)
        for alive in (True, False):
            recorder.offer(TOWN, subject(), NOW.date(), Assurance.CONFIRMED, {SERVICE: {Fact.ALIVE: alive}})
            recorder.work_once()
        (frame,) = shelf.frames(SERVICE, [Fact.ALIVE])
        assert frame.get_column(Fact.ALIVE.value).to_list() == [False]
        assert shelf.purge(SERVICE, TOWN) == 1
        with store.reading() as session:
            assert session.scalar(select(func.count()).select_from(PastCaseRow)) == 0
    finally:
        store.close()


def test_commands_list_and_purge(keep, tmp_path, monkeypatch):
    kept = keep(**UNDER)
    kept.centre.now = kept.centre.now.replace(year=2099)
    kept.ask()
    kept.recorder.work_once()
    monkeypatch.setenv("BAIDIAO_CENTRE_STATE_DIR", str(tmp_path))
    listed = CliRunner().invoke(rules, ["cases", "list"])
    assert f"{SERVICE}  {TOWN}  1 cases  2099-11-23" in listed.output, listed.output
    assert CliRunner().invoke(rules, ["cases", "purge", "--service", "other"]).output == "0 cases deleted\n"
    assert len(kept.rows()) == 1
    assert CliRunner().invoke(rules, ["cases", "purge", "--service", SERVICE]).output == "1 cases deleted\n"
    assert CliRunner().invoke(rules, ["cases", "list"]).output == "no cases are kept\n"
