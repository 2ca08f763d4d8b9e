"""A broker stands for many sources: one request, and each source's own outcome."""

import json

import pytest

from backend.linkage.directory import Directory
from backend.linkage.facts import Fact
from backend.linkage.gather import FactGatherer
from backend.linkage.gathered import Gathered
from contracts.decision import AskState, NotKnownCause
from tests.support.linkage_agencies import NUMBER, AgencyServer, says, subject

SOURCES = ("rights", "hospital", "pension")
FACTS = frozenset({Fact.SOCIAL_SECURITY_INSURED, Fact.HOSPITAL_REGISTERED, Fact.STATE_PENSION})


def directory(base_url: str) -> Directory:
    readings = {
        "rights": {"social_security.insured": {"at": "insured", "as": "bool"}},
        "hospital": {"health.hospital_registered": {"at": "hospital", "as": "present"}},
        "pension": {"comptroller.state_pension": {"at": "pension", "as": "bool"}},
    }
    send = {"citizen_number": "citizen_number"}
    agency = {
        "id": "health_broker",
        "name": {"th": "ศูนย์กลาง", "en": "Broker"},
        "adapter": "broker",
        "base_url": base_url,
        "deadline_ms": 400,
        "sources": {source: {"th": "ก", "en": source} for source in SOURCES},
        "requests": [
            {"path": "/ask", "source": source, "send": send, "facts": facts, "absent": dict.fromkeys(facts, False)}
            for source, facts in readings.items()
        ],
    }
    return Directory.model_validate({"version": 1, "agencies": [agency]})


def gather(server: AgencyServer, facts: frozenset[Fact] = FACTS, times: int = 1) -> Gathered:
    gatherer = FactGatherer.from_directory(directory(server.base_url))
    try:
        for _ in range(times):
            *_, gathered = gatherer.gather(subject(), facts, tell_progress=False)
    finally:
        gatherer.close()
    assert isinstance(gathered, Gathered)
    return gathered


def test_all_sources_travel_in_one_request_and_each_has_its_outcome() -> None:
    answers = [
        {"source": "rights", "status": "ok", "record": {"insured": True}},
        {"source": "hospital", "status": "not_found"},
        {"source": "pension", "status": "failed", "cause": "timeout"},
    ]
    with AgencyServer(says({"answers": answers})) as server:
        gathered = gather(server)
        (seen,) = server.seen
    assert json.loads(seen["body"]) == {"citizen_number": NUMBER, "sources": sorted(SOURCES)}
    assert {fact: (known.value, known.agency_id) for fact, known in gathered.facts.items()} == {
        Fact.SOCIAL_SECURITY_INSURED: (True, "rights"),
        Fact.HOSPITAL_REGISTERED: (False, "hospital"),
    }
    assert gathered.causes == {Fact.STATE_PENSION: NotKnownCause.TIMEOUT}
    assert {one.agency_id: (one.state, one.cause) for one in gathered.sources} == {
        "rights": (AskState.ANSWERED, None),
        "hospital": (AskState.ANSWERED, None),
        "pension": (AskState.NOT_KNOWN, NotKnownCause.TIMEOUT),
    }


def test_only_the_sources_that_are_needed_are_asked() -> None:
    with AgencyServer(says({"answers": []})) as server:
        gathered = gather(server, frozenset({Fact.STATE_PENSION}))
        assert json.loads(server.seen[0]["body"])["sources"] == ["pension"]
    assert gathered.causes == {Fact.STATE_PENSION: NotKnownCause.BAD_ANSWER}


@pytest.mark.parametrize(
    "answers",
    ["x", [1], [{"source": "pension", "status": "ok", "record": {"pension": True}}] * 2, [{"source": ["pension"]}]],
)
def test_a_brokers_nonsense_makes_every_source_not_known(answers: object) -> None:
    with AgencyServer(says({"answers": answers})) as server:
        gathered = gather(server)
    assert gathered.facts == {}
    assert set(gathered.causes.values()) == {NotKnownCause.BAD_ANSWER}


def test_a_source_in_trouble_opens_its_own_breaker_alone() -> None:
    answers = [
        {"source": "rights", "status": "ok", "record": {"insured": True}},
        {"source": "hospital", "status": "ok", "record": {}},
        {"source": "pension", "status": "failed", "cause": "unreachable"},
    ]
    with AgencyServer(says({"answers": answers})) as server:
        gathered = gather(server, times=6)
        assert json.loads(server.seen[-1]["body"])["sources"] == ["hospital", "rights"]
    assert gathered.causes == {Fact.STATE_PENSION: NotKnownCause.BREAKER_OPEN}
    assert len(gathered.facts) == 2
