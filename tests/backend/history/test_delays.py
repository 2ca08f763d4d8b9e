"""An entry appears later only by a rule of two officers, with a law and an end, and the log says so."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from backend.evidence.models import EvidenceLeaf
from backend.history.delays import DelayProposal, Hiding
from backend.history.errors import DelayError
from contracts.message import Words
from tests.support.history import ask, history_of, look
from tests.support.linkage_decisions import TOWN, Centre

LAW = Words(th="ประมวลกฎหมายวิธีพิจารณาความอาญา มาตรา 131", en="Criminal Procedure Code, section 131")


def proposal(centre: Centre, days: float = 30, service: str | None = "old_age_allowance", basis: Words = LAW):
    return DelayProposal(TOWN, service, None, centre.now, centre.now + timedelta(days=days), basis)


def services(centre: Centre) -> list[str]:
    return [entry.service.en for entry in look(centre).entries if entry.service]


def refusal(act, *arguments) -> str:
    with pytest.raises(DelayError) as caught:
        act(*arguments)
    return caught.value.reason


def test_entries_appear_when_the_delay_ends(centre: Centre) -> None:
    delays = history_of(centre).delays
    reference = delays.propose(proposal(centre), "no-1")
    ask(centre, "old_age_allowance", "health_coverage")
    assert "Old-age allowance" in services(centre)  # merely proposed
    delays.approve(reference, "no-2")
    assert services(centre) == ["Universal health coverage"]
    centre.now += timedelta(days=30)
    assert services(centre) == ["Universal health coverage", "Old-age allowance"]


def test_what_was_withdrawn_hides_nothing(centre: Centre) -> None:
    delays = history_of(centre).delays
    reference = delays.propose(proposal(centre), "no-1")
    delays.approve(reference, "no-2")
    ask(centre, "old_age_allowance")
    assert services(centre) == []
    delays.withdraw(reference, "no-1")
    assert services(centre) == ["Old-age allowance"]
    assert refusal(delays.withdraw, reference, "no-1") == "withdrawn"
    assert refusal(delays.approve, reference, "no-3") == "withdrawn"


def test_entries_of_before_and_of_others_are_not_hidden(centre: Centre) -> None:
    ask(centre, "old_age_allowance")
    centre.now += timedelta(hours=1)
    delays = history_of(centre).delays
    delays.approve(delays.propose(proposal(centre), "no-1"), "no-2")
    ask(centre, "health_coverage")
    assert services(centre) == ["Universal health coverage", "Old-age allowance"]


def test_two_officers_a_law_and_an_end_are_wanted(centre: Centre) -> None:
    delays = history_of(centre).delays
    reference = delays.propose(proposal(centre), "no-1")
    assert refusal(delays.approve, reference, "no-1") == "same_person"
    delays.approve(reference, "no-2")
    assert refusal(delays.approve, reference, "no-3") == "approved"
    assert refusal(delays.approve, "AAAA-AAAA-AA", "no-3") == "unknown"
    assert refusal(delays.propose, proposal(centre, days=400), "no-1") == "too_long"
    assert refusal(delays.propose, proposal(centre, days=-1), "no-1") == "past"
    assert refusal(delays.propose, proposal(centre, basis=Words(th=" ", en="x")), "no-1") == "basis"


def test_every_step_is_a_leaf_with_its_law(centre: Centre) -> None:
    delays = history_of(centre).delays
    reference = delays.propose(proposal(centre), "no-1")
    delays.approve(reference, "no-2")
    delays.withdraw(reference, "no-3")
    with centre.store.reading() as session:
        leaves = [json.loads(content) for content in session.scalars(select(EvidenceLeaf.content))]
    assert [(leaf["kind"], leaf["officer"]) for leaf in leaves] == [
        ("delay_proposed", "no-1"),
        ("delay_approved", "no-2"),
        ("delay_withdrawn", "no-3"),
    ]
    assert {leaf["delay"] for leaf in leaves} == {reference}
    assert leaves[0]["basis"] == LAW.model_dump()
    assert datetime.fromisoformat(leaves[0]["until_at"]).astimezone(UTC) == centre.now + timedelta(days=30)


@pytest.mark.parametrize(
    ("asked_on", "looked_on", "service", "hidden"),
    [
        (1, 2, "a", True),
        (1, 9, "a", True),
        (1, 10, "a", False),
        (0, 2, "a", False),
        (10, 2, "a", False),
        (1, 2, "b", False),
    ],
)
def test_what_a_delay_hides(asked_on: int, looked_on: int, service: str, hidden: bool) -> None:
    days = [datetime(2026, 11, 1, tzinfo=UTC) + timedelta(days=day) for day in range(11)]
    hiding = Hiding(TOWN, "a", None, days[1], days[10])
    assert hiding.hides(TOWN, service, "eligibility", days[asked_on], days[looked_on]) is hidden
    assert not hiding.hides("another", service, "eligibility", days[asked_on], days[looked_on])
