"""Decisions explained to those who may see it, and facts too old to decide on."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from backend.decisions.models import AnsweredQuestion
from backend.linkage.facts import Fact
from backend.mandates.file import DEMO_MANDATES, load_mandates
from contracts.decision import NotKnownCause, Outcome
from tests.support.linkage_decisions import NOW, TOWN, Centre, TestDevice, body_of, question

DEVICE = TestDevice()
SERVICE = "old_age_allowance"


@pytest.fixture
def explaining(tmp_path):
    given = load_mandates(DEMO_MANDATES)
    own = next(one for one in given if (one.agency_id, one.service_id, one.purpose) == (TOWN, SERVICE, "eligibility"))
    centre = Centre(tmp_path, (*given, replace(own, purpose="explanation")))
    yield centre
    centre.close()


def _ask(centre, asked):
    return centre.service.ask(DEVICE, asked, body_of(asked))


def test_a_mandate_for_it_brings_every_row_and_the_facts_ages(explaining):
    explaining.gatherer.as_of = {Fact.STATE_PENSION: NOW - timedelta(days=3)}
    asked = question(SERVICE, "disability_allowance")
    answer = _ask(explaining, asked)
    (told,) = answer.explanations  # of the one service that the mandate covers
    assert told.service == SERVICE
    assert [row.row for row in told.rows if row.applies] == [7]
    assert told.rows[5].failed == (("person.age_years", "[60..69]"),)
    ages = {used.fact: used.age_s for used in told.facts}
    assert ages["comptroller.state_pension"] == timedelta(days=3).total_seconds()
    assert ages["registry.alive"] is None
    assert "hidden" in repr(answer) or "explanations" not in repr(answer)


def test_an_explanation_is_never_stored_nor_given_again(explaining):
    asked = question(SERVICE)
    first = _ask(explaining, asked)
    with explaining.store.reading() as session:
        (stored,) = session.scalars(select(AnsweredQuestion.answer))
    assert "[60..69]" not in stored
    again = _ask(explaining, asked)
    assert again.explanations == ()
    assert again.decisions == first.decisions


def test_without_the_mandate_there_are_only_the_citizens_sentences(centre):
    answer = _ask(centre, question(SERVICE))
    assert answer.explanations == ()
    assert answer.decisions[0].reasons


def test_a_fact_older_than_the_limit_is_not_known_for_that_reason(explaining):
    explaining.gatherer.as_of = {Fact.STATE_PENSION: NOW - timedelta(days=30, seconds=1)}
    answer = _ask(explaining, question(SERVICE))
    (decision,), (told,) = answer.decisions, answer.explanations
    assert decision.outcome is Outcome.UNDECIDED
    assert decision.reasons[0].code == "unknown.comptroller_general.stale"
    assert "older than the rules accept" in decision.reasons[0].words.en
    assert [(one.fact, one.cause) for one in told.missing] == [("comptroller.state_pension", NotKnownCause.STALE)]
    explaining.gatherer.as_of = {Fact.STATE_PENSION: NOW - timedelta(days=30)}
    assert _ask(explaining, question(SERVICE)).decisions[0].outcome is Outcome.ELIGIBLE
