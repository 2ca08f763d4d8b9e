"""What a rule officer does at his desk: list, draft, check, try, replay, compare. The console's way to the rules."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import polars as pl

from backend.eligibility.checks import Issue, check_table
from backend.eligibility.comparison import Comparison, compare
from backend.eligibility.derive import Facts, input_value
from backend.eligibility.errors import LifeError, TableError
from backend.eligibility.examples import EXAMPLES, Difference
from backend.eligibility.explain import reason_words
from backend.eligibility.life import State
from backend.eligibility.model.writing import set_version
from backend.eligibility.programme import parse_table
from backend.eligibility.replay import CASES, INVENTED, PastCases, Replay, replay_in_steps, replay_on_cases
from backend.eligibility.rulebook import Verdict, WordedTable
from backend.eligibility.sources import RuleSource
from backend.eligibility.table import Table
from backend.eligibility.trace import RowTrace, row_words, trace
from backend.eligibility.versions import RuleVersions, StoredVersion, read_worded
from backend.eligibility.words import Catalogue, TableWords
from contracts.message import Words

IN_FILES: Final = "in_files"
"""Who wrote a version that comes with the project."""
_MOST_REASON: Final = 1_000


@dataclass(frozen=True, slots=True)
class Listed:
    """One version in the list.

    Attributes:
        ref: What the console calls it: a number, or ``service@version`` for one that lies in files.
        service_id: Whose rules.
        name: The service's name.
        version: Its version.
        effective_from: Its first day.
        standing: ``draft``, ``checked``, ``tried``, ``replayed``, ``scheduled``, ``in_force`` or ``superseded``.
        author: Who wrote it.
        approver: Who approved it, if anybody.
    """

    ref: str
    service_id: str
    name: Words
    version: str
    effective_from: date
    standing: str
    author: str
    approver: str


@dataclass(frozen=True, slots=True)
class Opened:
    """One version with everything beside it."""

    listed: Listed
    dmn: bytes
    words: bytes
    table: Table
    said: TableWords
    examples: bytes
    findings: Mapping[str, object]

    @property
    def editable(self) -> bool:
        """Whether it is a draft that its author may still change."""
        return self.listed.standing in {state.value for state in State if state is not State.APPROVED}


@dataclass(frozen=True, slots=True)
class Tried:
    """A decision on facts that an officer typed."""

    verdict: Verdict
    rows: tuple[tuple[RowTrace, Words], ...]


class RuleDesk:
    """The desk. Any number of threads may use one.

    Args:
        versions: The versions in the store, over those in files.
        sources: Those in files, as written.
        people: Gives the people that a replay decides on.
        today: The day in Thailand.
        cases: Past cases to replay on; None where none are kept.
    """

    def __init__(
        self,
        versions: RuleVersions,
        sources: tuple[RuleSource, ...],
        people: Callable[[], pl.DataFrame],
        today: Callable[[], date],
        cases: PastCases | None = None,
    ) -> None:
        self._versions, self._people, self._today, self._cases = versions, people, today, cases
        self._sources = {f"{one.rule.table}@{one.rule.version}": one for one in sources}

    @property
    def catalogue(self) -> Catalogue:
        """Names of services, agencies and facts."""
        return self._versions.files.catalogue

    def reason_words(self, ref: str) -> Callable[[str], tuple[Words, ...]]:
        """Return what puts a version's reason codes into words; a code without words stands for itself."""
        said, common = self.open(ref).said, self._versions.files.common

        def put(codes: str) -> tuple[Words, ...]:
            return tuple(reason_words(code, said, common) or Words(th=code, en=code) for code in codes.split())

        return put

    def list_versions(self) -> tuple[Listed, ...]:
        """Return every version: by service, the newest first day first."""
        files = [
            (ref, one.rule.table, one.rule.version, one.rule.effective_from, State.APPROVED, IN_FILES, "")
            for ref, one in self._sources.items()
        ]
        stored = [
            (str(v.number), v.service_id, v.version, v.effective_from, v.state, v.author, v.approver)
            for v in self._versions.list_stored()
        ]
        rows = [*files, *stored]
        today, names = self._today(), self._names()
        begun: dict[str, date] = {}
        for _, service, _, first, state, *_ in rows:
            if state is State.APPROVED and first <= today:
                begun[service] = max(first, begun.get(service, first))
        listed = [
            Listed(ref, service, names[service], version, first, _standing(state, first, begun.get(service)), a, b)
            for ref, service, version, first, state, a, b in rows
        ]
        order = list(names)
        listed.sort(key=lambda one: one.effective_from, reverse=True)
        return tuple(sorted(listed, key=lambda one: order.index(one.service_id)))

    def open(self, ref: str) -> Opened:
        """Return one version.

        Raises:
            LifeError: ``unknown``.
        """
        listed = next((one for one in self.list_versions() if one.ref == ref), None)
        if listed is None:
            raise LifeError("open", "unknown")
        examples = next((s.examples for s in self._sources.values() if s.rule.table == listed.service_id), b"[]")
        if ref in self._sources:
            source = self._sources[ref]
            dmn, words = source.dmn, source.words
            findings: Mapping[str, object] = {}
        else:
            stored = self._versions.read(int(ref))
            dmn, words, findings = stored.dmn, stored.words, stored.findings
        worded = read_worded(dmn, words)
        return Opened(listed, dmn, words, worded.table, worded.words, examples, findings)

    def draft_from(self, ref: str, version: str, first: date, author: str, now: datetime) -> str:
        """Copy a version into a new draft; returns its ref.

        Raises:
            LifeError: ``unknown``, or ``exists`` when the version's name is taken.
        """
        found = self.open(ref)
        if any(one.service_id == found.listed.service_id and one.version == version for one in self.list_versions()):
            raise LifeError("submit", "exists")
        return str(self._versions.submit(set_version(found.dmn, version, first), found.words, author, now))

    def upload(self, dmn: bytes, version: str, first: date, author: str, now: datetime) -> str:
        """Keep an uploaded file as a draft, with the words of its service's version in files.

        Raises:
            TableError: The file cannot be decided by; it says where.
            LifeError: ``exists``.
        """
        dmn = set_version(dmn, version, first)
        table = parse_table(dmn, "upload")
        words = next((s.words for s in self._sources.values() if s.rule.table == table.rule.table), None)
        if words is None:
            raise TableError(table.rule.table, "decision", "no service has this id")
        return str(self._versions.submit(dmn, words, author, now))

    def save(self, ref: str, dmn: bytes, author: str, now: datetime) -> None:
        """Write a draft anew; it keeps its version and first day, whatever the file says.

        Raises:
            TableError: The file cannot be decided by.
            LifeError: ``exists``: it is approved already; ``unknown``: it lies in files.
        """
        found = self._stored(ref)
        dmn = set_version(dmn, found.version, found.effective_from)
        if parse_table(dmn, "draft").rule.table != found.service_id:
            raise TableError(found.service_id, "decision", "the decision's id is the service's and stays")
        self._versions.submit(dmn, found.words, author, now)

    def check(self, dmn: bytes) -> tuple[Issue, ...]:
        """Look for faults in a file as it stands on the screen.

        Raises:
            TableError: It cannot be decided by.
        """
        return check_table(parse_table(dmn, "draft"))

    def try_facts(self, ref: str, dmn: bytes, facts: Facts) -> Tried:
        """Decide on typed facts by a file as it stands on the screen, as on the version's first day or today.

        Raises:
            TableError: It cannot be decided by.
        """
        opened = self.open(ref)
        worded = WordedTable(parse_table(dmn, "draft"), opened.said)
        on = max(self._today(), worded.table.rule.effective_from)
        rules = self._versions.files.with_only(worded)
        values = {column.name: input_value(column.name, facts, on) for column in worded.table.inputs}
        rows = trace(worded.table, values)
        names = self.catalogue
        verdict = rules.decide(opened.listed.service_id, facts, on)
        return Tried(verdict, tuple((row, row_words(row, names)) for row in rows))

    def try_examples(self, ref: str) -> dict[Words, tuple[Difference, ...]]:
        """Decide on the service's worked examples by a saved version; what came out otherwise, by what each shows."""
        opened = self.open(ref)
        return self._versions.compare_examples(opened.dmn, opened.words, EXAMPLES.validate_json(opened.examples))

    def submit(self, ref: str, source: str = INVENTED, reason: str = "") -> Iterator[tuple[str, int, int] | Replay]:
        """Take a saved draft through check, examples and replay, after which a second person may approve it.

        Args:
            ref: Which version.
            source: On whom to replay it.
            reason: Why it is right that worked examples no longer hold; kept for whoever approves.

        Yields:
            The step with how many of how many people are done, and at last what the replay found.

        Raises:
            LifeError: ``faulty`` when the checks find faults, ``examples`` when worked examples no longer hold and no
                reason is given, or the step does not follow.
        """
        number = self._stored(ref).number
        yield "check", 0, 1
        self._versions.check(number)
        if self._versions.state(number) is State.DRAFT:
            raise LifeError("check", "faulty")
        yield "try", 0, 1
        otherwise = {says: what for says, what in self.try_examples(ref).items() if what}
        if otherwise and not reason.strip():
            raise LifeError("try", "examples")
        self._versions.try_examples(number, EXAMPLES.validate_json(self.open(ref).examples))
        if otherwise:
            self._versions.keep_reason(number, otherwise, reason.strip()[:_MOST_REASON])
        for item in self.replay(ref, source):
            if isinstance(item, Replay):
                self._versions.keep_replay(number, item)
                yield item
            else:
                yield ("replay", *item)

    def past_cases(self, service_id: str) -> int:
        """Return how many past cases of a service a version may be tried on."""
        return self._cases.count(service_id) if self._cases is not None else 0

    def replay(self, ref: str, source: str = INVENTED) -> Iterator[tuple[int, int] | Replay]:
        """Decide on people by a version and by the one it would supersede; nothing is stored.

        Args:
            ref: Which version.
            source: On whom: ``people`` or past ``cases``.

        Yields:
            How many of how many people are done, and at last what was found.
        """
        opened = self.open(ref)
        before, after = self._versions.superseded_by(opened.table), opened.table
        if source == CASES and self._cases is not None:
            yield from replay_on_cases(before, after, self._cases, after.rule.effective_from)
        else:
            yield from replay_in_steps(before, after, self._people(), after.rule.effective_from)

    def approve(self, ref: str, approver: str, now: datetime) -> None:
        """Approve as a second person; see :meth:`RuleVersions.approve`."""
        self._versions.approve(self._stored(ref).number, approver, now)

    def compare(self, before: str, after: str) -> Comparison:
        """Hold two versions side by side."""
        return compare(self.open(before).table, self.open(after).table)

    def _stored(self, ref: str) -> StoredVersion:
        if not ref.isdecimal():
            raise LifeError("change", "unknown")
        return self._versions.read(int(ref))

    def _names(self) -> dict[str, Words]:
        return {service.id: service.name for service in self.catalogue.services}


def _standing(state: State, first: date, in_force: date | None) -> str:
    if state is not State.APPROVED:
        return state.value
    if in_force is None or first > in_force:
        return "scheduled"
    return "in_force" if first == in_force else "superseded"
