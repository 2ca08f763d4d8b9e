"""What every provider of facts must do, whatever it speaks: one suite for the real adapters and for the fake."""

import asyncio
from collections.abc import Mapping
from datetime import date
from typing import Protocol

import pytest

from backend.linkage.facts import FACT_TYPES, Fact, FactValue
from backend.linkage.ports import NotKnown, Provider
from contracts.card import Birth
from contracts.decision import NotKnownCause
from tests.support.linkage_agencies import subject

KNOWN: Mapping[Fact, FactValue] = {
    Fact.ALIVE: True,
    Fact.INCOME_YEAR_BAHT: 84_000,
    Fact.NEWBORN_BIRTH: date(2025, 2, 28),
    Fact.BIRTH: Birth(year=1953),
    Fact.HEALTH_SCHEME: "UCS",
}
DEADLINE_S = 0.4


class Stage(Protocol):
    """Puts a provider of ``KNOWN`` into a situation. ``absent``: Fact.ALIVE is False, nothing else is said."""

    provider: Provider

    def set_up(self, situation: str) -> None: ...


class ProviderContract:
    """Inherit and give a ``stage`` fixture."""

    def ask(self, stage: Stage, *facts: Fact) -> Mapping[Fact, FactValue] | NotKnown:
        async def run() -> Mapping[Fact, FactValue] | NotKnown:
            try:
                return await stage.provider.ask(subject(), frozenset(facts), DEADLINE_S)
            finally:
                transport = getattr(stage, "transport", None)
                if transport is not None:
                    await transport.aclose()

        return asyncio.run(run())

    def test_offers_what_it_can_yield(self, stage: Stage) -> None:
        assert stage.provider.offers == frozenset(KNOWN)

    def test_gives_known_facts_in_their_types(self, stage: Stage) -> None:
        stage.set_up("known")
        answer = self.ask(stage, *KNOWN)
        assert answer == KNOWN
        assert all(type(answer[fact]) is FACT_TYPES[fact] for fact in answer)

    def test_gives_nothing_that_was_not_asked(self, stage: Stage) -> None:
        stage.set_up("known")
        assert self.ask(stage, Fact.ALIVE) == {Fact.ALIVE: True}

    def test_says_what_absence_means(self, stage: Stage) -> None:
        stage.set_up("absent")
        assert self.ask(stage, *KNOWN) == {Fact.ALIVE: False}

    def test_absence_that_means_nothing_is_no_record(self, stage: Stage) -> None:
        stage.set_up("absent")
        answer = self.ask(stage, Fact.INCOME_YEAR_BAHT)
        assert answer == NotKnown(NotKnownCause.NO_RECORD, retryable=False)

    @pytest.mark.parametrize(
        ("situation", "cause", "retryable"),
        [
            ("silent", NotKnownCause.TIMEOUT, True),
            ("down", NotKnownCause.UNREACHABLE, True),
            ("overloaded", NotKnownCause.OVERLOADED, True),
            ("garbage", NotKnownCause.BAD_ANSWER, False),
            ("wrong_type", NotKnownCause.BAD_ANSWER, False),
        ],
    )
    def test_faults_are_not_known_with_their_cause(
        self, stage: Stage, situation: str, cause: NotKnownCause, retryable: bool
    ) -> None:
        stage.set_up(situation)
        answer = self.ask(stage, *KNOWN)
        assert isinstance(answer, NotKnown)
        assert (answer.cause, answer.retryable) == (cause, retryable)
