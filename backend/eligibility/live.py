"""The rulebook in force as it grows: a version approved on one worker decides on all of them, without a restart."""

from collections.abc import Mapping
from datetime import date

from backend.eligibility.rulebook import Rulebook, Verdict
from backend.eligibility.versions import RuleVersions
from backend.linkage.facts import Fact, FactValue
from contracts.decision import NotKnownCause, Service


class LiveRulebook:
    """Asks the store whether more has been approved before each use, which is one small query; reads it only then."""

    def __init__(self, versions: RuleVersions) -> None:
        self._versions = versions
        self._held: tuple[int, Rulebook] = (-1, versions.files)

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

    def _current(self) -> Rulebook:
        approved = self._versions.approved()
        held, rules = self._held
        if approved != held:
            rules = self._versions.rulebook()
            self._held = (approved, rules)  # one assignment: threads see the old pair or the new one
        return rules
