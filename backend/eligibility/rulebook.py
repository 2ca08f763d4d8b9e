"""The rules of every service in all their versions, and the one question put to them: may this person, on this day?"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from backend.eligibility.derive import Facts, facts_behind, input_value
from backend.eligibility.errors import NotInEffectError, TableError, UnknownServiceError
from backend.eligibility.explain import Causes, explain, reason_words
from backend.eligibility.explain import Explanation as Explained
from backend.eligibility.table import Finding, Table, decide
from backend.eligibility.trace import Passed, facts_used, passed_rows, row_words, trace_passed
from backend.eligibility.words import Catalogue, CommonWords, ServiceEntry, TableWords
from backend.linkage.facts import Fact
from contracts.decision import (
    Amount,
    Explanation,
    FactAsked,
    FactMissing,
    Outcome,
    Reason,
    RowExplained,
    RuleVersion,
    Service,
)
from contracts.message import Words

_NO_CAUSES: Final[Causes] = MappingProxyType({})
_ASKED_JUST_NOW: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer for one service.

    Attributes:
        service: Service id.
        outcome: Eligible, not eligible, or undecided.
        reasons: Every failed condition, or every kept one, or every agency whose facts are missing.
        amount: What an eligible person receives, where the programme pays.
        next_step: What to do now.
        rule: The version that decided.
        missing: Facts that an undecided answer waits for; empty otherwise.
    """

    service: str
    outcome: Outcome
    reasons: tuple[Reason, ...]
    amount: Amount | None
    next_step: Words
    rule: RuleVersion
    missing: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class WordedTable:
    """A version of a table with its words."""

    table: Table
    words: TableWords

    def __hash__(self) -> int:
        """Hash by the table: words are no keys."""
        return hash(self.table)


class Rulebook:
    """Every service's tables. Immutable once built; safe to share between threads.

    Args:
        tables: All versions, in any order.
        common: Words shared by all tables.
        catalogue: Names; each service in it must have a table.

    Raises:
        TableError: A reason code has no words, a service no table, two versions the same first day, or a fact no name.
    """

    def __init__(self, tables: Iterable[WordedTable], common: CommonWords, catalogue: Catalogue) -> None:
        self._common = common
        self._catalogue = catalogue
        self._entries = {entry.id: entry for entry in catalogue.services}
        self._decided = lru_cache(maxsize=4096)(self._explain_decided)
        self._rows = lru_cache(maxsize=1024)(self._explain_rows)
        self._versions: dict[str, list[WordedTable]] = {entry.id: [] for entry in catalogue.services}
        for worded in tables:
            self._add(worded)
        for service, versions in self._versions.items():
            versions.sort(key=lambda worded: worded.table.rule.effective_from)
            days = [worded.table.rule.effective_from for worded in versions]
            if not days:
                raise TableError(service, "services.json", "the service has no table")
            if len(set(days)) != len(days):
                raise TableError(service, "definitions", "two versions take effect on the same day")

    def _add(self, worded: WordedTable) -> None:
        name = worded.table.rule.table
        if name not in self._versions:
            raise TableError(name, "decision", "no service in services.json has this id")
        codes = {code for row in worded.table.rows for code in row.reasons}
        mute = sorted(code for code in codes if reason_words(code, worded.words, self._common) is None)
        if mute:
            raise TableError(name, "words", f"no words for {', '.join(mute)}")
        if len(worded.words.next_steps) != len(Outcome) - 1:
            raise TableError(name, "words", "next_steps must have eligible and not_eligible")
        for fact in _facts_of(worded.table):
            entry = self._catalogue.facts.get(fact)
            if entry is None or entry.agency not in self._catalogue.agencies:
                raise TableError(name, fact, "the fact or its agency has no name in services.json")
        self._versions[name].append(worded)

    def decide(self, service_id: str, facts: Facts, on: date, unknown_causes: Causes = _NO_CAUSES) -> Verdict:
        """Decide on what is known.

        Args:
            service_id: Which service.
            facts: Known facts; an absent one is not known, never False or zero.
            on: The day of the decision in Thailand: picks the version, counts the ages.
            unknown_causes: Why absent facts are absent, for the words.

        Raises:
            UnknownServiceError: No such service.
            NotInEffectError: No version was in effect on that day.
        """
        worded = self._in_effect(service_id, on)
        table = worded.table
        finding = decide(table, {column.name: input_value(column.name, facts, on) for column in table.inputs})
        if finding.outcome is Outcome.UNDECIDED:
            told = explain(finding, worded.words, self._common, self._catalogue, unknown_causes)
        else:
            told = self._decided(worded, finding)
        return Verdict(
            service_id, finding.outcome, told.reasons, finding.amount, told.next_step, table.rule, told.missing
        )

    def _explain_decided(self, worded: WordedTable, finding: Finding) -> Explained:
        return explain(finding, worded.words, self._common, self._catalogue, _NO_CAUSES)

    def _explain_rows(self, table: Table, passed: Passed) -> tuple[RowExplained, ...]:
        rows = [(row, row_words(row, self._catalogue)) for row in trace_passed(table, passed)]
        return tuple(
            RowExplained(row=row.row, applies=row.speaks, failed=row.failed, waiting=row.open, words=words)
            for row, words in rows
        )

    def stale_facts(self, service_id: str, on: date, ages: Mapping[Fact, timedelta]) -> frozenset[Fact]:
        """Return those facts that are older than the version's freshness limits accept: they count as not known.

        Args:
            service_id: Which service.
            on: The day of the decision.
            ages: How old each known fact is, as far as that was noted.

        Raises:
            UnknownServiceError: No such service.
            NotInEffectError: No version was in effect on that day.
        """
        limits = self.freshness(service_id, on)
        return frozenset(
            fact for fact, age in ages.items() if fact in limits and age > (limits[fact] or _ASKED_JUST_NOW)
        )

    def freshness(self, service_id: str, on: date) -> Mapping[Fact, timedelta]:
        """Return how old each fact may be for a service; one that is not named may be of any age.

        Nothing (0 days) means that it must have been asked for this very decision.

        Raises:
            UnknownServiceError: No such service.
            NotInEffectError: No version was in effect on that day.
        """
        return _limits_of(self._in_effect(service_id, on))

    def explanation(
        self, service_id: str, facts: Facts, on: date, ages: Mapping[Fact, timedelta], causes: Causes = _NO_CAUSES
    ) -> Explanation:
        """Say what became of every row, which facts were used, and what is missing of whom.

        Args:
            service_id: Which service.
            facts: Known facts, as decided on.
            on: The day of the decision.
            ages: How old each fact is, as far as that was noted.
            causes: Why absent facts are absent.

        Raises:
            UnknownServiceError: No such service.
            NotInEffectError: No version was in effect on that day.
        """
        table, names = self._in_effect(service_id, on).table, self._catalogue
        values = {column.name: input_value(column.name, facts, on) for column in table.inputs}
        waited = dict.fromkeys(fact for name in decide(table, values).missing for fact in facts_behind(name))
        return Explanation(
            service=service_id,
            rows=self._rows(table, passed_rows(table, values)),
            facts=facts_used(table, values, names, ages),
            missing=tuple(
                FactMissing(
                    fact=fact.value,
                    words=names.facts[fact].words,
                    agency_id=names.facts[fact].agency,
                    agency=names.agencies[names.facts[fact].agency],
                    cause=causes.get(fact),
                )
                for fact in waited
            ),
        )

    def with_versions(self, more: Iterable[WordedTable]) -> "Rulebook":
        """Return a rulebook that holds these versions as well.

        Raises:
            TableError: As when a rulebook is built.
        """
        own = [worded for versions in self._versions.values() for worded in versions]
        return Rulebook([*own, *more], self._common, self._catalogue)

    def with_only(self, worded: WordedTable) -> "Rulebook":
        """Return a rulebook in which this version is its service's only one.

        Raises:
            TableError: As when a rulebook is built.
        """
        name = worded.table.rule.table
        others = [one for service, versions in self._versions.items() if service != name for one in versions]
        return Rulebook([*others, worded], self._common, self._catalogue)

    @property
    def catalogue(self) -> Catalogue:
        """Names of services, agencies and facts."""
        return self._catalogue

    @property
    def common(self) -> CommonWords:
        """Words shared by all tables."""
        return self._common

    def table_on(self, service_id: str, on: date) -> Table:
        """Return the version in effect on a day.

        Raises:
            UnknownServiceError: No such service.
            NotInEffectError: No version was in effect on that day.
        """
        return self._in_effect(service_id, on).table

    def needed_facts(self, service_id: str, on: date | None = None) -> tuple[Fact, ...]:
        """Return the facts the service asks, in the table's order.

        Args:
            service_id: Which service.
            on: Under the version in effect on that day; under the newest when None.

        Raises:
            UnknownServiceError: No such service.
            NotInEffectError: No version was in effect on that day.
        """
        return _facts_of(self._in_effect(service_id, on).table)

    def services(self) -> tuple[Service, ...]:
        """Return every service as the menu and the consent screen show it, in the catalogue's order."""
        return tuple(self.service(service_id) for service_id in self._entries)

    def service(self, service_id: str) -> Service:
        """Return one service as the menu shows it.

        Raises:
            UnknownServiceError: No such service.
        """
        asked = tuple(self._fact_asked(fact) for fact in self.needed_facts(service_id))
        entry: ServiceEntry = self._entries[service_id]
        return Service(id=entry.id, name=entry.name, agency=entry.agency, summary=entry.summary, facts=asked)

    def _fact_asked(self, fact: Fact) -> FactAsked:
        entry = self._catalogue.facts[fact]
        return FactAsked(fact=entry.words, agency=self._catalogue.agencies[entry.agency])

    def agencies(self) -> Mapping[str, Words]:
        """Return the agencies' names by id."""
        return dict(self._catalogue.agencies)

    def _in_effect(self, service_id: str, on: date | None) -> WordedTable:
        versions = self._versions.get(service_id)
        if versions is None:
            raise UnknownServiceError(service_id)
        begun = [worded for worded in versions if on is None or worded.table.rule.effective_from <= on]
        if not begun:
            raise NotInEffectError(service_id, on or date.max)
        return begun[-1]


@lru_cache(maxsize=1024)
def _limits_of(worded: WordedTable) -> Mapping[Fact, timedelta]:
    found: dict[Fact, timedelta] = {}
    for name, days in worded.words.about.freshness_days.items():
        for fact in facts_behind(name):
            found[fact] = min(found.get(fact, timedelta.max), timedelta(days=days))
    return MappingProxyType(found)


def _facts_of(table: Table) -> tuple[Fact, ...]:
    return tuple(dict.fromkeys(fact for column in table.inputs for fact in facts_behind(column.name)))
