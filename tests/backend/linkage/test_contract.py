"""One contract for every adapter and the fake: the same tests, each before a real socket or file."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from backend.linkage.facts import FACT_TYPES, Fact
from backend.linkage.gather import FactGatherer
from backend.linkage.gathered import Gathered
from backend.linkage.linked import LinkedAgency
from backend.linkage.loop import AgencyLoop
from backend.linkage.ports import DatedFacts, Facts, NotKnown
from contracts.decision import NotKnownCause
from contracts.message import Words
from tests.support.linkage_agencies import NUMBER, AgencyServer, misbehaviours, subject
from tests.support.linkage_contract import AS_OF, DEADLINE_S, KNOWN
from tests.support.linkage_fakes import FakeProvider
from tests.support.linkage_stages import (
    HTTP_STAGES,
    NAMES,
    SITUATIONS,
    FakeStage,
    HostedStage,
    HttpStage,
    SqlStage,
    Stage,
    faults_of,
)

FAULTS = [(name, situation) for name in NAMES for situation in faults_of(name)]
PUBLIC = {"ask", "offers", "close"}
PATIENT_S = 5.0
"""A deadline that is not what ends the question, on a machine that has much else to do."""


@pytest.fixture
def open_stage(tmp_path: Path) -> Iterator[object]:
    with ExitStack() as stack:

        def make(name: str) -> Stage:
            if name == "fake":
                return FakeStage()
            stage: Stage
            if name == "sql":
                stage = SqlStage(tmp_path / "agency.sqlite3")
            elif name == "hosted":
                stage = HostedStage(tmp_path)
            else:
                stage = HTTP_STAGES[name](stack.enter_context(AgencyServer()))
            stack.callback(stage.close)
            return stage

        yield make


@pytest.fixture(params=NAMES)
def stage(request, open_stage) -> Stage:
    return open_stage(request.param)


def ask(stage: Stage, *facts: Fact, deadline_s: float = PATIENT_S) -> Facts | NotKnown:
    async def run() -> Facts | NotKnown:
        try:
            return await stage.provider.ask(subject(), frozenset(facts or KNOWN), deadline_s)
        finally:
            if isinstance(stage, HttpStage):
                await stage.transport.aclose()

    return asyncio.run(run())


def test_offers_what_it_can_yield(stage: Stage) -> None:
    assert stage.provider.offers == frozenset(KNOWN)


@pytest.mark.parametrize("situation", ["known", "slow"])
def test_gives_known_facts_in_their_types(stage: Stage, situation: str) -> None:
    stage.set_up(situation)
    answer = ask(stage)
    assert answer == KNOWN
    assert all(type(answer[fact]) is FACT_TYPES[fact] for fact in answer)


def test_says_since_when_it_knows_it(stage: Stage) -> None:
    stage.set_up("known")
    answer = ask(stage, Fact.ALIVE)
    assert isinstance(answer, DatedFacts)
    assert answer.as_of == AS_OF


def test_gives_nothing_that_was_not_asked(stage: Stage) -> None:
    stage.set_up("known")
    assert ask(stage, Fact.ALIVE) == {Fact.ALIVE: True}


def test_says_what_absence_means(stage: Stage) -> None:
    stage.set_up("absent")
    assert ask(stage) == {Fact.ALIVE: False}


def test_absence_that_means_nothing_is_no_record(stage: Stage) -> None:
    stage.set_up("absent")
    assert ask(stage, Fact.INCOME_YEAR_BAHT) == NotKnown(NotKnownCause.NO_RECORD, retryable=False)


@pytest.mark.parametrize(("name", "situation"), FAULTS)
def test_a_fault_is_told_as_what_it_is_and_hurts_nobody_else(open_stage, name: str, situation: str) -> None:
    stage = open_stage(name)
    stage.set_up(situation)
    other = FakeProvider({Fact.STATE_PENSION: True})
    words, deadline_s = Words(th="ก", en="A"), DEADLINE_S if situation == "silent" else PATIENT_S
    agencies = [
        LinkedAgency("stubborn", words, deadline_s, 8, (stage.provider,)),
        LinkedAgency("good", words, deadline_s, 8, (other,)),
    ]
    transport = stage.transport if isinstance(stage, HttpStage) else None
    gatherer = FactGatherer(agencies, AgencyLoop(), transport)
    started = time.monotonic()
    try:
        *_, gathered = gatherer.gather(subject(), frozenset({*KNOWN, Fact.STATE_PENSION}), tell_progress=False)
    finally:
        gatherer.close()
    assert isinstance(gathered, Gathered)
    cause, retryable = SITUATIONS[situation]
    assert dict.fromkeys(KNOWN, cause) == gathered.causes
    assert {fact: known.value for fact, known in gathered.facts.items()} == {Fact.STATE_PENSION: True}
    assert agencies[0].breaker.failures == int(retryable)
    assert agencies[1].breaker.failures == 0
    assert time.monotonic() - started < deadline_s + 1
    assert NUMBER not in repr(gathered)


def test_only_ever_reads(stage: Stage) -> None:
    stage.set_up("known")
    assert ask(stage) == KNOWN
    assert stage.untouched()
    assert {name for name in dir(stage.provider) if not name.startswith("_")} <= PUBLIC | (
        {"known", "absent", "found", "fault", "delay_s", "asked", "as_of"} if isinstance(stage, FakeStage) else set()
    )


@pytest.mark.parametrize("misbehaviour", misbehaviours())
@pytest.mark.parametrize("name", HTTP_STAGES)
def test_no_misbehaviour_on_the_wire_raises_or_stalls(open_stage, name: str, misbehaviour: str) -> None:
    stage = open_stage(name)
    stage.server.behaviour = misbehaviours()[misbehaviour]
    started = time.monotonic()
    answer = ask(stage, deadline_s=DEADLINE_S)
    assert isinstance(answer, NotKnown)
    assert time.monotonic() - started < DEADLINE_S + 1
    assert NUMBER not in repr(answer)
