"""Many persons in one request: each keeps his own outcome, and a half answer tells apart who is missing."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from prometheus_client import REGISTRY

from backend.linkage.adapters.together import TogetherProvider
from backend.linkage.directory import Directory
from backend.linkage.facts import Fact
from backend.linkage.gather import FactGatherer
from backend.linkage.gathered import Gathered
from backend.linkage.ports import Facts, NotKnown
from backend.linkage.transport import HttpTransport
from contracts.decision import NotKnownCause
from tests.support.linkage_agencies import AgencyServer, drops, says, subject
from tests.support.linkage_stages import RECORD, TOGETHER, lines_say

NUMBERS = [f"1{n:011d}7" for n in range(25)]
ALIVE = frozenset({Fact.ALIVE})


@pytest.fixture
def server() -> Iterator[AgencyServer]:
    with AgencyServer() as running:
        yield running


def line(number: str, **changes: object) -> dict[str, Any]:
    return {"found": True, **RECORD, "number": number, **changes}


def ask(server: AgencyServer, *numbers: str) -> list[Facts | NotKnown]:
    async def run() -> list[Facts | NotKnown]:
        transport = HttpTransport()
        assert TOGETHER.bulk is not None
        provider = TogetherProvider(server.base_url, TOGETHER, TOGETHER.bulk, transport)
        try:
            return await asyncio.gather(*(provider.ask(subject(number), ALIVE, 2.0) for number in numbers))
        finally:
            await transport.aclose()

    return asyncio.run(run())


def sent(server: AgencyServer) -> list[list[str]]:
    return [[one["citizen_number"] for one in json.loads(seen["body"])["persons"]] for seen in server.seen]


def counted(outcome: str) -> float:
    return REGISTRY.get_sample_value("baidiao_bulk_question_persons_total", {"outcome": outcome}) or 0.0


def test_they_travel_together_and_never_too_many(server: AgencyServer) -> None:
    server.behaviour = lines_say(*(line(number, alive=place % 2 == 0) for place, number in enumerate(NUMBERS)))
    assert ask(server, *NUMBERS) == [{Fact.ALIVE: place % 2 == 0} for place in range(25)]
    assert sorted(sent(server)) == [NUMBERS[:10], NUMBERS[10:20], NUMBERS[20:]]


def test_a_half_answer_tells_apart_who_is_missing(server: AgencyServer) -> None:
    answered, left_out = counted("answered"), counted("left_out")
    a, b, c, d, e, f = NUMBERS[:6]
    wrong = line(d) | {"alive": "yes"}
    server.behaviour = lines_say(line(a), {"number": b, "found": False}, wrong, line(e), line(e), line(NUMBERS[20]))
    told = ask(server, a, b, c, d, e, f)
    assert told[:2] == [{Fact.ALIVE: True}, {Fact.ALIVE: False}]
    missing = [one for one in told[2:] if isinstance(one, NotKnown)]
    assert [one.detail for one in missing] == ["left_out", "wrong_type:registry.alive", "person_twice", "left_out"]
    assert all(one.cause is NotKnownCause.BAD_ANSWER and not one.retryable for one in missing)
    assert (counted("answered") - answered, counted("left_out") - left_out) == (4, 2)


def test_the_same_person_twice_is_asked_about_once(server: AgencyServer) -> None:
    server.behaviour = lines_say(line(NUMBERS[0]))
    assert ask(server, NUMBERS[0], NUMBERS[0]) == [{Fact.ALIVE: True}] * 2
    assert sent(server) == [[NUMBERS[0]]]


@pytest.mark.parametrize(
    ("answer", "detail"),
    [
        ({"persons": {}}, "bulk_list"),
        ([], "bulk_list"),
        ({"persons": [1]}, "bulk_list"),
        ({"persons": []}, "left_out"),
        ({"persons": [{"number": 1}]}, "left_out"),
    ],
)
def test_an_answer_that_is_no_list_of_lines_answers_for_nobody(
    server: AgencyServer, answer: object, detail: str
) -> None:
    server.behaviour = says(answer)
    told = ask(server, *NUMBERS[:2])
    assert [one.detail for one in told if isinstance(one, NotKnown)] == [detail] * 2


def directory(server: AgencyServer, **changes: object) -> Directory:
    entry = TOGETHER.model_dump(mode="json", by_alias=True, exclude_defaults=True) | changes
    agency = {"id": "registry", "name": {"th": "ก", "en": "A"}, "adapter": "rest", "base_url": server.base_url}
    return Directory.model_validate({"version": 1, "agencies": [agency | {"requests": [entry]}]})


def test_a_request_that_failed_counts_once_against_the_agency(server: AgencyServer) -> None:
    server.behaviour = drops
    gatherer = FactGatherer.from_directory(directory(server))

    def one(number: str) -> Gathered:
        *_, last = gatherer.for_batches().gather(subject(number), ALIVE, tell_progress=False)
        assert isinstance(last, Gathered)
        return last

    async def all_at_once() -> list[Gathered]:
        return await asyncio.gather(*(asyncio.to_thread(one, number) for number in NUMBERS[:5]))

    try:
        told = asyncio.run(all_at_once())
        assert [one.causes for one in told] == [{Fact.ALIVE: NotKnownCause.UNREACHABLE}] * 5
        requests = {tuple(persons) for persons in sent(server)}  # each was tried twice
        assert gatherer._agencies[0].breaker.failures == len(requests) < 5
        server.behaviour = says(line(NUMBERS[0]))
        *_, single = gatherer.gather(subject(NUMBERS[0]), ALIVE, tell_progress=False)
        assert isinstance(single, Gathered)
        assert single.facts[Fact.ALIVE].value is True
        assert json.loads(server.seen[-1]["body"]) == {"citizen_number": NUMBERS[0]}, "a kiosk's question goes alone"
    finally:
        gatherer.close()


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"whose": ""}, "needs 'whose'"),
        ({"method": "GET", "number_in_url": True}, "asked by POST"),
        ({"fixed": {"persons": 1}}, "stands in 'fixed' too"),
    ],
)
def test_an_entry_that_cannot_work_is_refused(server: AgencyServer, changes: dict[str, object], problem: str) -> None:
    assert directory(server).most_at_once == 10
    with pytest.raises(ValueError, match=problem):
        directory(server, **changes)
