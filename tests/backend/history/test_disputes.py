"""A dispute runs from the citizen to the steward and back, each step by whom it belongs to, each a leaf."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from backend.evidence.models import EvidenceLeaf
from backend.evidence.records import parse_record
from backend.history.dispute_finder import DisputeFinder
from backend.history.dispute_query import DisputeQuery
from backend.history.dispute_states import TABLE, DisputeStep, opened, take_step
from backend.history.errors import DisputeError, EntryUnknownError
from contracts.history import DisputeReason, DisputeState
from tests.support.history import ask, dispute, history_of, look
from tests.support.linkage_agencies import subject
from tests.support.linkage_decisions import Centre

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def walk(*steps: DisputeStep, days: float = 1):
    standing, now = opened(NOW), NOW
    for step in steps:
        now += timedelta(days=days)
        standing = take_step(standing, step, now)
        if standing is None:
            return None
    return standing


def test_the_way_through():
    assert walk(DisputeStep.TAKE).due_at == opened(NOW).due_at == NOW + timedelta(days=30)
    answered = walk(DisputeStep.TAKE, DisputeStep.ANSWER)
    assert (answered.state, answered.due_at) == (DisputeState.ANSWERED, NOW + timedelta(days=32))
    objected = walk(DisputeStep.ANSWER, DisputeStep.OBJECT)
    assert (objected.state, objected.due_at) == (DisputeState.OBJECTED, NOW + timedelta(days=17))
    last = walk(DisputeStep.ANSWER, DisputeStep.OBJECT, DisputeStep.ANSWER)
    assert last.state is DisputeState.ANSWERED_AGAIN
    assert walk(DisputeStep.ANSWER, DisputeStep.OBJECT, DisputeStep.ANSWER, DisputeStep.OBJECT) is None
    assert walk(DisputeStep.ANSWER, DisputeStep.LAPSE) is None  # not before its time
    closed = walk(DisputeStep.ANSWER, DisputeStep.ACCEPT)
    assert (closed.state, closed.due_at) == (DisputeState.CLOSED, None)


@given(st.lists(st.sampled_from(DisputeStep), max_size=8), st.integers(0, 60))
def test_whatever_is_tried_it_ends_or_has_a_time(steps, days):
    standing, now = opened(NOW), NOW
    for step in steps:
        now += timedelta(days=days)
        standing = take_step(standing, step, now) or standing
        assert (standing.state is DisputeState.CLOSED) is (standing.due_at is None)
        assert standing.state is DisputeState.CLOSED or any(state is standing.state for state, _ in TABLE)


def test_overdue_and_reminded():
    standing = opened(NOW)
    assert [standing.wants_reminder(NOW + timedelta(days=day)) for day in (22, 24, 31)] == [False, True, True]
    assert [standing.is_overdue(NOW + timedelta(days=day)) for day in (30, 31)] == [False, True]
    assert not walk(DisputeStep.ANSWER).is_overdue(NOW + timedelta(days=300))


def test_from_the_citizen_to_the_steward_and_back(centre: Centre) -> None:
    ask(centre, "old_age_allowance")
    entry = dispute(centre, 0)
    assert entry.dispute is not None
    assert (entry.dispute.state, entry.dispute.due_at) == (DisputeState.OPEN, centre.now + timedelta(days=30))
    assert dispute(centre, 0, reason=DisputeReason.OTHER).dispute == entry.dispute  # opened once
    stewards = history_of(centre).disputes
    reference = entry.dispute.reference
    stewards.take(reference, DisputeStep.TAKE, "steward-1")
    stewards.take(reference, DisputeStep.ANSWER, "steward-1", "คำขอนี้มาจากตู้บริการที่ท่านเสียบบัตร")
    seen = look(centre).entries[-1].dispute
    assert seen is not None
    assert (seen.state, seen.answer, seen.may_object) == (
        DisputeState.ANSWERED,
        "คำขอนี้มาจากตู้บริการที่ท่านเสียบบัตร",
        True,
    )
    assert dispute(centre, 0, "object").dispute.state is DisputeState.OBJECTED  # type: ignore[union-attr]
    stewards.take(reference, DisputeStep.ANSWER, "steward-1", "ยืนยัน")
    assert dispute(centre, 0, "accept").dispute.state is DisputeState.CLOSED  # type: ignore[union-attr]
    with centre.store.reading() as session:
        leaves = [json.loads(leaf) for leaf in session.scalars(select(EvidenceLeaf.content))]
    assert [(leaf["state"], leaf["by"]) for leaf in leaves if leaf.get("kind") == "dispute"] == [
        ("open", "citizen"),
        ("under_review", "steward"),
        ("answered", "steward"),
        ("objected", "citizen"),
        ("answered_again", "steward"),
        ("closed", "citizen"),
    ]


def test_only_an_entry_of_ones_own_can_be_disputed(centre: Centre) -> None:
    ask(centre, "old_age_allowance")
    stranger = subject().model_copy(update={"citizen_number": "3100600123450"})
    for index, about in ((0, stranger), (5, subject())):
        with pytest.raises(EntryUnknownError):
            dispute(centre, index, about=about)
    with pytest.raises(EntryUnknownError):
        dispute(centre, 0, "object")  # nothing to object to
    look(centre)
    with pytest.raises(EntryUnknownError):
        dispute(centre, 1)  # his own look
    assert DisputeFinder(centre.store).find(DisputeQuery(), centre.now) == []


def test_a_step_that_the_table_lacks_changes_nothing_and_is_not_logged(centre: Centre) -> None:
    ask(centre, "old_age_allowance")
    entry = dispute(centre, 0)
    stewards, size = history_of(centre).disputes, centre.log.size()
    for step, answer, reason in (
        (DisputeStep.ACCEPT, "", "state"),
        (DisputeStep.LAPSE, "", "state"),
        (DisputeStep.ANSWER, " ", "answer"),
        (DisputeStep.ANSWER, "x" * 2001, "answer"),
    ):
        with pytest.raises(DisputeError) as caught:
            stewards.take(entry.dispute.reference, step, "steward-1", answer)  # type: ignore[union-attr]
        assert caught.value.reason == reason
    assert centre.log.size() == size


def test_what_is_let_rest_closes_and_what_waits_is_first(centre: Centre) -> None:
    ask(centre, "old_age_allowance", "health_coverage")
    first, second = dispute(centre, 0), dispute(centre, 1)
    stewards = history_of(centre).disputes
    stewards.take(first.dispute.reference, DisputeStep.ANSWER, "steward-1", "a")  # type: ignore[union-attr]
    assert stewards.close_lapsed() == 0
    centre.now += timedelta(days=31)
    assert stewards.close_lapsed() == 1
    assert stewards.close_lapsed() == 0
    found = DisputeFinder(centre.store).find(DisputeQuery(), centre.now)
    assert [(row.index, row.state) for row in found] == [(1, "open"), (0, "closed")]
    assert second.dispute is not None


def test_every_leaf_of_it_is_read_by_the_verifier(centre: Centre) -> None:
    ask(centre, "old_age_allowance")
    dispute(centre, 0)
    look(centre)
    with centre.store.reading() as session:
        contents = session.scalars(select(EvidenceLeaf.content)).all()
    identities = {parse_record(content).identity for content in contents}
    assert len(identities) == len(contents) == 3
