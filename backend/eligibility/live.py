"""The rulebook in force as it grows: a version approved on one worker decides on all of them, without a restart."""

import time
from collections.abc import Callable, Mapping
from datetime import date, timedelta

from backend.eligibility.rulebook import Rulebook, Verdict
from backend.eligibility.versions import RuleVersions
from backend.linkage.facts import Fact, FactValue
from contracts.decision import Explanation, NotKnownCause, Service


class LiveRulebook:
    """Asks the store now and then whether more has been approved, and reads it only then.

    Args:
        versions: Where they are.
        kept_s: How long an answer of the store is believed, in seconds: an approval takes hold after that long.
        monotonic: Clock for that.
    """

    def __init__(
        self, versions: RuleVersions, kept_s: float = 1.0, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._versions = versions
        self._kept_s = kept_s
        self._monotonic = monotonic
        self._held: tuple[int, Rulebook] = (-1, versions.files)
        self._asked_s = float("-inf")

    def services(self) -> tuple[Service, ...]:
        """Return every service as the menu shows it."""
        return self._current().services()

    def needed_facts(self, service_id: str, on: date | None = None) -> tuple[Fact, ...]:
        """Return the facts a service asks."""
        return self._current().needed_facts(service_id, on)

    def decide(
        self,
        service_id: str,
        facts: Mapping[Fact, FactValue],
        on: date,
        unknown_causes: Mapping[Fact, NotKnownCause],
        /,
    ) -> Verdict:
        """Decide by the version in effect on the day."""
        return self._current().decide(service_id, facts, on, unknown_causes)

    def stale_facts(self, service_id: str, on: date, ages: Mapping[Fact, timedelta], /) -> frozenset[Fact]:
        """Return those facts that are older than the version in effect accepts."""
        return self._current().stale_facts(service_id, on, ages)

    def freshness(self, service_id: str, on: date, /) -> Mapping[Fact, timedelta]:
        """Return how old each fact may be by the version in effect."""
        return self._current().freshness(service_id, on)

    def explanation(
        self,
        service_id: str,
        facts: Mapping[Fact, FactValue],
        on: date,
        ages: Mapping[Fact, timedelta],
        causes: Mapping[Fact, NotKnownCause],
        /,
    ) -> Explanation:
        """Say how a decision came about, by the version in effect on the day."""
        return self._current().explanation(service_id, facts, on, ages, causes)

    def _current(self) -> Rulebook:
        held, rules = self._held
        now_s = self._monotonic()
        if now_s - self._asked_s < self._kept_s:
            return rules
        approved = self._versions.approved()
        if approved != held:
            rules = self._versions.rulebook()
            self._held = (approved, rules)  # one assignment: threads see the old pair or the new one
        self._asked_s = now_s
        return rules
