"""Quotas are durable and exact however many workers spend them; the refusal names the quota and when it renews."""

import threading
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from backend.mandates.book import MandateBook, seed_mandates
from backend.mandates.check import AgencyMandates, Asking, GrantState, Mandate, Permitted, Proof, RefusalRule, Refused
from backend.mandates.models import MandateUse
from backend.mandates.quota import Period, Quota, period_start, renews_on
from backend.mandates.uses import UseCounter
from backend.mandates.words import explain_refusal
from backend.store import Store
from contracts.subject import HolderCheck, SubjectKind
from tests.backend.mandates.test_granting import NOW, PROPOSAL, TODAY

GRANTED = replace(PROPOSAL, approvals=1, state=GrantState.GRANTED)
ASKING = Asking("allowance", "eligibility", TODAY)


def put(store: Store, quota: Quota | None) -> Mandate:
    with store.transaction() as session:
        seed_mandates(session, [replace(GRANTED, quota=quota)])
    return MandateBook(store).of_agency("town").mandates[0]


def used(store: Store) -> int:
    with store.reading() as session:
        return sum(session.scalars(select(MandateUse.used)))


def test_a_small_quota_is_exact_over_several_workers_and_restarts(any_store: Store) -> None:
    mandate = put(any_store, Quota(7, Period.DAY))
    granted = 0
    for _restart in range(3):
        workers = [UseCounter(any_store) for _ in range(2)]
        granted += sum(not worker.spend([mandate], NOW, TODAY) for worker in workers * 2)  # killed: never closed
    assert granted == 7
    assert used(any_store) == 7
    assert not UseCounter(any_store).spend([mandate], NOW, TODAY + timedelta(days=1)), "a new day, a new quota"


def test_a_large_quota_is_spent_to_the_last_by_threads_at_once(any_store: Store) -> None:
    mandate = put(any_store, Quota(300, Period.MONTH))
    counters = [UseCounter(any_store), UseCounter(any_store)]
    granted = []

    def spend(counter: UseCounter) -> None:
        granted.append(sum(not counter.spend([mandate], NOW, TODAY) for _ in range(300)))  # till none has a block left

    threads = [threading.Thread(target=spend, args=(counter,)) for counter in counters * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(granted) == 300
    assert used(any_store) == 300


def test_what_was_taken_in_advance_is_given_back_on_closing(any_store: Store) -> None:
    mandate = put(any_store, Quota(10_000, Period.YEAR))
    counter = UseCounter(any_store)
    counter.spend([mandate], NOW, TODAY)
    assert used(any_store) == 200
    counter.spend([mandate], NOW, TODAY)
    counter.give_back([mandate], TODAY)
    counter.close()
    assert used(any_store) == 1


def test_use_without_a_quota_is_counted_and_written_down_now_and_then(any_store: Store) -> None:
    mandate = put(any_store, None)
    counter = UseCounter(any_store)
    for second in range(61):
        assert not counter.spend([mandate], NOW + timedelta(seconds=second), TODAY)
    assert used(any_store) == 61
    counter.spend([mandate], NOW + timedelta(seconds=62), TODAY)
    assert used(any_store) == 61
    counter.close()
    assert used(any_store) == 62


def test_a_spent_quota_refuses_in_words_unless_another_mandate_carries() -> None:
    limited = replace(GRANTED, quota=Quota(500, Period.DAY), id=1)
    answer = AgencyMandates([limited]).check(ASKING, frozenset({1}))
    assert answer == Refused(RefusalRule.QUOTA_SPENT, "allowance", Quota(500, Period.DAY), date(2026, 11, 24))
    assert explain_refusal(answer).en == "The quota of 500 questions a day is spent. It begins anew on 2026-11-24."
    assert "24/11/2569" in explain_refusal(answer).th
    free = replace(GRANTED, id=2)
    assert isinstance(AgencyMandates([limited, free]).check(ASKING, frozenset({1})), Permitted)


def test_every_rule_has_words() -> None:
    for rule in RefusalRule:
        if rule is not RefusalRule.QUOTA_SPENT:
            said = explain_refusal(Refused(rule, "allowance"))
            assert said.th
            assert said.en.endswith(".")


@pytest.mark.parametrize(
    ("period", "first", "renewed"),
    [
        (Period.DAY, date(2026, 12, 31), date(2027, 1, 1)),
        (Period.MONTH, date(2026, 12, 1), date(2027, 1, 1)),
        (Period.YEAR, date(2026, 1, 1), date(2027, 1, 1)),
    ],
)
def test_periods_begin_and_end_with_the_calendar(period: Period, first: date, renewed: date) -> None:
    last_day = date(2026, 12, 31)
    assert (period_start(period, last_day), renews_on(period, last_day)) == (first, renewed)
    assert renews_on(Period.MONTH, date(2028, 1, 31)) == date(2028, 2, 1)


def test_a_mandate_may_demand_that_the_photo_was_compared() -> None:
    own = AgencyMandates([replace(GRANTED, assurance=frozenset({Proof.PHOTO}))])
    assert own.check(ASKING) == Refused(RefusalRule.PHOTO_NOT_CHECKED, "allowance")
    assert isinstance(own.check(ASKING._replace(holder=HolderCheck.PHOTO)), Permitted)


def test_a_mandate_covers_persons_alone_unless_it_says_otherwise() -> None:
    asking = ASKING._replace(subject=SubjectKind.COMPANY)
    assert AgencyMandates([GRANTED]).check(asking) == Refused(RefusalRule.SUBJECT_NOT_COVERED, "allowance")
    companies = replace(GRANTED, subjects=frozenset({SubjectKind.COMPANY}))
    assert isinstance(AgencyMandates([companies]).check(asking), Permitted)
