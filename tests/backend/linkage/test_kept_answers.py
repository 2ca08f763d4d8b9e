"""Answers are kept only as long as directory and rules allow, under their own date, and nothing readable of them."""

import asyncio
import gc
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from prometheus_client import REGISTRY

from backend.linkage.directory import Directory, Request
from backend.linkage.facts import Fact
from backend.linkage.gather import FactGatherer
from backend.linkage.gathered import Gathered
from backend.linkage.kept import KeepingProvider, KeptAnswers, Limits
from backend.linkage.ports import DatedFacts, NotKnown
from contracts.card import Birth
from contracts.decision import CardEvidence, NotKnownCause, Subject
from tests.support.linkage_agencies import NUMBER, AgencyServer, drops, says, subject
from tests.support.linkage_fakes import FakeProvider

OTHER = "1101700207030"
KNOWN = {
    Fact.ALIVE: True,
    Fact.INCOME_YEAR_BAHT: 8_412_345,
    Fact.NEWBORN_BIRTH: date(2025, 2, 28),
    Fact.BIRTH: Birth(year=1953),
    Fact.HEALTH_SCHEME: "SCHEME-OF-HERS",
}
ALL = frozenset(KNOWN)


def request(**changes: object) -> Request:
    facts = {"registry.alive": {"at": "alive", "as": "bool"}}
    told: dict[str, Any] = {"send": {"id": "citizen_number"}, "facts": facts}
    return Request.model_validate(told | {"cache_s": 60} | changes)


def any_age() -> dict[Fact, timedelta]:
    return {}


class Shelf:
    """A keeping provider in front of a fake one."""

    def __init__(self, **changes: object) -> None:
        self.fake = FakeProvider(KNOWN)
        self.kept = KeptAnswers(most=3)
        self.provider = KeepingProvider(self.fake, request(**changes), "agency/0", self.kept)

    async def ask(self, about: Subject | None = None, facts: frozenset[Fact] = ALL) -> DatedFacts:
        answer = await self.provider.ask(about or subject(), facts, 1.0)
        assert isinstance(answer, DatedFacts)
        return answer

    def recall(
        self, about: Subject | None = None, facts: frozenset[Fact] = ALL, limits: Limits = any_age
    ) -> DatedFacts | None:
        return self.provider.recall(about or subject(), facts, limits)


def run(work: Callable[[], Awaitable[None]]) -> None:
    async def main() -> None:
        await work()

    asyncio.run(main())


def test_what_was_answered_is_given_again_in_its_types_and_under_its_date() -> None:
    async def work() -> None:
        shelf = Shelf()
        shelf.fake.delay_s = 0.05
        before = datetime.now(UTC)
        first = await shelf.ask()
        again = shelf.recall()
        assert again is not None
        assert dict(again) == KNOWN
        assert {fact: type(value) for fact, value in again.items()} == {f: type(v) for f, v in KNOWN.items()}
        assert before <= again.as_of == first.as_of <= datetime.now(UTC) - timedelta(seconds=0.05)
        assert shelf.recall(facts=frozenset({Fact.ALIVE})) == {Fact.ALIVE: True}
        old = shelf.fake.as_of = before - timedelta(days=3)
        await shelf.ask()
        dated = shelf.recall()
        assert dated is not None
        assert dated.as_of == old, "an agency's own date stays"

    run(work)


def test_only_what_was_asked_is_there_and_only_for_the_same_question() -> None:
    async def work() -> None:
        shelf = Shelf(send={"id": "citizen_number", "card": "laser_number"})
        await shelf.ask(facts=frozenset({Fact.ALIVE}))
        assert shelf.recall(facts=frozenset({Fact.ALIVE}))
        assert shelf.recall(facts=frozenset({Fact.ALIVE, Fact.BIRTH})) is None
        assert shelf.recall(subject(OTHER), frozenset({Fact.ALIVE})) is None
        same = subject()
        assert same.card is not None
        card = CardEvidence.model_validate(same.card.model_dump() | {"laser_number": "JT1000000000"})
        assert shelf.recall(same.model_copy(update={"card": card}), frozenset({Fact.ALIVE})) is None, "another card"
        shelf.fake.fault = NotKnown(NotKnownCause.UNREACHABLE, retryable=True)
        assert isinstance(await shelf.provider.ask(subject(OTHER), ALL, 1.0), NotKnown)
        assert shelf.recall(subject(OTHER)) is None, "trouble is not kept"

    run(work)


@pytest.mark.parametrize(
    ("age", "limit", "found"),
    [
        (timedelta(), timedelta(days=1), True),
        (timedelta(hours=23), timedelta(days=1), True),
        (timedelta(hours=23, minutes=59, seconds=30), timedelta(days=1), False),
        (timedelta(days=2), timedelta(days=1), False),
        (timedelta(), timedelta(), False),
        (timedelta(days=400), None, True),
    ],
)
def test_a_rule_s_limit_ends_it_sooner(age: timedelta, limit: timedelta | None, found: bool) -> None:
    async def work() -> None:
        shelf = Shelf()
        shelf.fake.as_of = datetime.now(UTC) - age
        await shelf.ask()
        limits = {} if limit is None else {Fact.ALIVE: limit}
        assert (shelf.recall(limits=lambda: limits) is not None) is found
        assert shelf.recall(facts=frozenset({Fact.BIRTH}), limits=lambda: limits), "the limit is another fact's"

    run(work)


def test_it_is_gone_when_its_time_is_over_and_never_too_many() -> None:
    async def work() -> None:
        shelf = Shelf()
        await shelf.ask()
        shelf.kept.put(b"brief", b"answer", 0.05)
        assert shelf.kept.find(b"brief") == b"answer"
        await asyncio.sleep(0.08)
        assert shelf.kept.find(b"brief") is None
        assert len(shelf.kept) == 1, "not only not given: dropped"
        for number in range(5):
            shelf.kept.put(b"%d" % number, b"answer", 60)
        assert len(shelf.kept) == 3
        assert [shelf.kept.find(b"%d" % n) for n in range(5)] == [None, None, b"answer", b"answer", b"answer"]
        assert shelf.recall() is None

    run(work)


def reachable(root: object) -> Iterator[object]:
    """Everything that hangs on an object, but for classes, modules and functions."""
    seen, waiting = set[int](), [root]
    while waiting:
        one = waiting.pop()
        if id(one) in seen or isinstance(one, type(gc) | type) or callable(one):
            continue
        seen.add(id(one))
        yield one
        waiting += gc.get_referents(one)


def test_nothing_readable_is_kept() -> None:
    async def work() -> None:
        shelf = Shelf()
        await shelf.ask()
        assert shelf.recall()
        (key,), (entry,) = shelf.kept._entries, shelf.kept._entries.values()
        found = list(reachable([key, entry.sealed, entry.until_s]))
        assert len(key) == 32
        assert len(entry.sealed) > 150
        kept = b"|".join(one for one in found if isinstance(one, bytes))
        for readable in (NUMBER, "SCHEME-OF-HERS", "8412345", "2025-02-28", "1953", "registry", "alive", "agency"):
            assert readable.encode() not in kept, readable
        assert entry.dropping._args == (key,), "nor does its timer hold more"
        assert set(type(entry).__slots__) == {"sealed", "until_s", "dropping"}
        stranger = KeptAnswers()
        stranger._entries = shelf.kept._entries
        assert stranger.find(shelf.provider._about(subject())) is None, "another process's key opens nothing"

    run(work)


def looked_up(outcome: str) -> float:
    return REGISTRY.get_sample_value("baidiao_kept_answers_looked_up_total", {"outcome": outcome}) or 0.0


def directory(url: str, **changes: object) -> Directory:
    entry = request(**changes).model_dump(mode="json", by_alias=True, exclude_defaults=True)
    agency = {"id": "registry", "name": {"th": "ก", "en": "A"}, "adapter": "rest", "base_url": url}
    return Directory.model_validate({"version": 1, "agencies": [agency | {"requests": [entry]}]})


def ask(gatherer: FactGatherer, limits: Limits | None) -> Gathered:
    *_, last = gatherer.gather(subject(), frozenset({Fact.ALIVE}), tell_progress=False, limits=limits)
    assert isinstance(last, Gathered)
    return last


def test_the_agency_is_spared_and_its_failure_is_bridged() -> None:
    with AgencyServer(says({"found": True, "alive": True})) as server:
        gatherer = FactGatherer.from_directory(directory(server.base_url))
        used = looked_up("used")
        try:
            first = ask(gatherer, any_age)
            server.behaviour = drops
            again = ask(gatherer, any_age)
            assert len(server.seen) == 1
            assert again.facts == first.facts
            assert first.times.keys() == {"registry"}
            assert again.times == {}, "nobody was asked"
            assert looked_up("used") == used + 1
            assert ask(gatherer, None).causes, "who states no limits is told nothing kept"
            assert ask(gatherer, lambda: {Fact.ALIVE: timedelta()}).causes == {Fact.ALIVE: NotKnownCause.UNREACHABLE}
        finally:
            gatherer.close()


def test_without_permission_nothing_is_kept() -> None:
    with AgencyServer(says({"found": True, "alive": True})) as server:
        gatherer = FactGatherer.from_directory(directory(server.base_url, cache_s=0))
        try:
            ask(gatherer, any_age)
            ask(gatherer, any_age)
        finally:
            gatherer.close()
        assert len(server.seen) == 2


def test_the_directory_holds_it_to_the_catalogue() -> None:
    fact = {"name": "registry.alive", "type": "bool", "label": {"th": "ก", "en": "a"}, "source": "registry"}
    told = directory("http://127.0.0.1:1", cache_s=86_400).model_dump(mode="json", by_alias=True, exclude_defaults=True)
    assert Directory.model_validate(told | {"version": 1, "facts": [fact | {"fresh_for_days": 1}]})
    with pytest.raises(ValueError, match="'cache_s' is longer"):
        Directory.model_validate(told | {"version": 1, "facts": [fact | {"fresh_for_days": 0}]})
