"""The gatherer over its real loop thread: with fakes for its own rules, with real sockets for the whole path."""

import threading
import time
from collections.abc import Iterator

import pytest

from backend.linkage.breaker import FAILURES_TO_OPEN
from backend.linkage.directory import Directory
from backend.linkage.errors import LoopStoppedError
from backend.linkage.facts import Fact
from backend.linkage.gather import FactGatherer
from backend.linkage.gathered import Gathered
from backend.linkage.linked import LinkedAgency
from backend.linkage.loop import AgencyLoop
from backend.linkage.ports import Facts, NotKnown
from contracts.decision import AskState, NotKnownCause, Progress, Subject
from contracts.message import Words
from tests.support.linkage_agencies import AgencyServer, drops, hangs, says, subject
from tests.support.linkage_fakes import FakeProvider

UNREACHABLE = NotKnown(NotKnownCause.UNREACHABLE, retryable=True)


def agency(name: str, *providers: FakeProvider, deadline_s: float = 0.3, max_in_flight: int = 10) -> LinkedAgency:
    return LinkedAgency(name, Words(th=name, en=name), deadline_s, max_in_flight, providers)


@pytest.fixture
def made() -> Iterator[list[FactGatherer]]:
    gatherers: list[FactGatherer] = []
    yield gatherers
    for gatherer in gatherers:
        gatherer.close()


def gather(made: list[FactGatherer], *agencies: LinkedAgency) -> FactGatherer:
    gatherer = FactGatherer(agencies, AgencyLoop())
    made.append(gatherer)
    return gatherer


def result(gatherer: FactGatherer, *facts: Fact) -> Gathered:
    last = list(gatherer.gather(subject(), frozenset(facts)))[-1]
    assert isinstance(last, Gathered)
    return last


def test_tells_who_is_asked_and_who_answered(made: list[FactGatherer]) -> None:
    registry = agency("registry", FakeProvider({Fact.ALIVE: True, Fact.THAI_NATIONAL: False}))
    revenue = agency("revenue", FakeProvider({Fact.INCOME_YEAR_BAHT: 5}, fault=UNREACHABLE))
    other = agency("other", FakeProvider({Fact.STATE_PENSION: True}))
    gatherer = gather(made, registry, revenue, other)
    wanted = frozenset({Fact.ALIVE, Fact.INCOME_YEAR_BAHT})
    *told, last = gatherer.gather(subject(), wanted)
    assert isinstance(last, Gathered)
    assert {fact: (known.value, known.agency_id) for fact, known in last.facts.items()} == {
        Fact.ALIVE: (True, "registry")
    }
    assert last.causes == {Fact.INCOME_YEAR_BAHT: NotKnownCause.UNREACHABLE}
    assert [(s.agency_id, s.state, s.cause) for s in last.sources] == [
        ("registry", AskState.ANSWERED, None),
        ("revenue", AskState.NOT_KNOWN, NotKnownCause.UNREACHABLE),
    ]
    states: dict[str, list[AskState]] = {}
    for progress in told:
        assert isinstance(progress, Progress)
        states.setdefault(progress.agency_id, []).append(progress.state)
    assert states == {
        "registry": [AskState.ASKING, AskState.ANSWERED],
        "revenue": [AskState.ASKING, AskState.NOT_KNOWN],
    }


def test_agencies_are_asked_at_once_and_deadlines_are_their_own(made: list[FactGatherer]) -> None:
    slow = [
        agency(f"a{n}", FakeProvider({fact: True}, delay_s=0.8), deadline_s=5)
        for n, fact in enumerate((Fact.ALIVE, Fact.STATE_PENSION))
    ]
    silent = agency("silent", FakeProvider({Fact.DISABILITY_CARD_VALID: True}, delay_s=60), deadline_s=0.1)
    started = time.monotonic()
    got = result(gather(made, *slow, silent), Fact.ALIVE, Fact.STATE_PENSION, Fact.DISABILITY_CARD_VALID)
    assert time.monotonic() - started < 1.5  # one after the other they would take 1.6 s
    assert set(got.facts) == {Fact.ALIVE, Fact.STATE_PENSION}
    assert got.causes == {Fact.DISABILITY_CARD_VALID: NotKnownCause.TIMEOUT}


def test_a_silent_request_takes_nothing_from_the_agencys_other(made: list[FactGatherer]) -> None:
    person = FakeProvider({Fact.ALIVE: True})
    card = FakeProvider({Fact.CARD_STATUS: "normal"}, delay_s=60)
    got = result(gather(made, agency("registry", person, card)), Fact.ALIVE, Fact.CARD_STATUS)
    assert set(got.facts) == {Fact.ALIVE}
    assert got.sources[0].cause is NotKnownCause.TIMEOUT


def test_facts_an_answer_left_out_have_no_record(made: list[FactGatherer]) -> None:
    provider = FakeProvider(
        {Fact.NEWBORN_REGISTERED: True, Fact.NEWBORN_BIRTH: True}, {Fact.NEWBORN_REGISTERED: False}, found=False
    )
    got = result(gather(made, agency("welfare", provider)), Fact.NEWBORN_REGISTERED, Fact.NEWBORN_BIRTH)
    assert set(got.facts) == {Fact.NEWBORN_REGISTERED}
    assert got.causes == {Fact.NEWBORN_BIRTH: NotKnownCause.NO_RECORD}
    assert got.sources[0].state is AskState.ANSWERED


def test_nobody_to_ask(made: list[FactGatherer]) -> None:
    assert result(gather(made, agency("agency_a", FakeProvider({Fact.ALIVE: True}))), Fact.STATE_PENSION).sources == ()


def test_an_agency_that_keeps_failing_is_left_alone(made: list[FactGatherer]) -> None:
    provider = FakeProvider({Fact.ALIVE: True}, fault=UNREACHABLE)
    gatherer = gather(made, agency("agency_a", provider))
    for _ in range(FAILURES_TO_OPEN):
        result(gatherer, Fact.ALIVE)
    got = result(gatherer, Fact.ALIVE)
    assert got.causes == {Fact.ALIVE: NotKnownCause.BREAKER_OPEN}
    assert provider.asked == FAILURES_TO_OPEN


def test_bad_answers_and_missing_records_do_not_open_the_breaker(made: list[FactGatherer]) -> None:
    provider = FakeProvider({Fact.ALIVE: True}, fault=NotKnown(NotKnownCause.BAD_ANSWER, retryable=False))
    gatherer = gather(made, agency("agency_a", provider))
    for _ in range(FAILURES_TO_OPEN * 2):
        result(gatherer, Fact.ALIVE)
    assert provider.asked == FAILURES_TO_OPEN * 2


def test_too_many_questions_under_way_are_not_asked(made: list[FactGatherer]) -> None:
    gatherer = gather(made, agency("agency_a", FakeProvider({Fact.ALIVE: True}, delay_s=0.2), max_in_flight=2))
    got: list[Gathered] = []
    threads = [threading.Thread(target=lambda: got.append(result(gatherer, Fact.ALIVE))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    causes = [one.causes.get(Fact.ALIVE) for one in got]
    assert causes.count(None) == 2
    assert causes.count(NotKnownCause.OVERLOADED) == 4


class Broken(FakeProvider):
    async def ask(self, subject: Subject, facts: frozenset[Fact], deadline_s: float) -> Facts | NotKnown:
        raise RuntimeError("a bug of ours")


def test_a_bug_in_one_adapter_spares_the_others(made: list[FactGatherer]) -> None:
    broken, well = (
        agency("agency_b", Broken({Fact.ALIVE: True})),
        agency("agency_w", FakeProvider({Fact.STATE_PENSION: False})),
    )
    got = result(gather(made, broken, well), Fact.ALIVE, Fact.STATE_PENSION)
    assert got.causes == {Fact.ALIVE: NotKnownCause.BAD_ANSWER}
    assert set(got.facts) == {Fact.STATE_PENSION}


def test_giving_up_in_the_middle_cancels_the_questions(made: list[FactGatherer]) -> None:
    linked = agency("agency_a", FakeProvider({Fact.ALIVE: True}, delay_s=60), deadline_s=30)
    running = gather(made, linked).gather(subject(), frozenset({Fact.ALIVE}))
    assert isinstance(next(running), Progress)
    assert linked.in_flight == 1
    running.close()  # type: ignore[attr-defined]
    until = time.monotonic() + 2
    while linked.in_flight and time.monotonic() < until:
        time.sleep(0.01)
    assert linked.in_flight == 0


def test_a_stopped_loop_says_so() -> None:
    gatherer = FactGatherer([agency("agency_a", FakeProvider({Fact.ALIVE: True}))], AgencyLoop())
    gatherer.close()
    with pytest.raises(LoopStoppedError):
        result(gatherer, Fact.ALIVE)


def directory(*urls: str) -> Directory:
    facts = ["registry.alive", "comptroller.state_pension", "disability.card_valid"]
    return Directory.model_validate(
        {
            "version": 1,
            "agencies": [
                {
                    "id": f"agency_{number}",
                    "name": {"th": "หน่วยงาน", "en": "Agency"},
                    "adapter": "rest",
                    "base_url": url,
                    "deadline_ms": 300,
                    "requests": [
                        {
                            "path": "/v1/ask",
                            "send": {"citizen_number": "citizen_number"},
                            "facts": {fact: {"at": "yes", "as": "bool"}},
                        }
                    ],
                }
                for number, (url, fact) in enumerate(zip(urls, facts, strict=False))
            ],
        }
    )


def test_over_real_sockets_connections_are_kept_and_faults_stay_apart(made: list[FactGatherer]) -> None:
    with (
        AgencyServer(says({"found": True, "yes": True})) as good,
        AgencyServer(hangs) as silent,
        AgencyServer(drops) as bad,
    ):
        gatherer = FactGatherer.from_directory(directory(good.base_url, silent.base_url, bad.base_url))
        made.append(gatherer)
        wanted = (Fact.ALIVE, Fact.STATE_PENSION, Fact.DISABILITY_CARD_VALID)
        for _ in range(3):
            got = result(gatherer, *wanted)
            assert got.facts[Fact.ALIVE].value is True
            assert got.causes == {
                Fact.STATE_PENSION: NotKnownCause.TIMEOUT,
                Fact.DISABILITY_CARD_VALID: NotKnownCause.UNREACHABLE,
            }
        assert len(good.connections) == 1
        assert len(good.seen) == 3
        gatherer.close()


def test_a_bug_in_the_gatherer_reaches_the_thread_that_waits(made: list[FactGatherer]) -> None:
    nameless = agency("", FakeProvider({Fact.ALIVE: True}))
    with pytest.raises(LoopStoppedError, match="broken off"):
        result(gather(made, nameless), Fact.ALIVE)
