"""Takes versions of tables through their life, and gives the rulebook with those that were approved."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import polars as pl
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.eligibility.checks import Fault, Issue, check_table
from backend.eligibility.errors import LifeError, TableError
from backend.eligibility.examples import Difference, differences
from backend.eligibility.life import State, Step, next_state, require_approval
from backend.eligibility.models import RuleVersionRow
from backend.eligibility.programme import parse_table
from backend.eligibility.replay import PastCases, Replay, replay, replay_on_cases
from backend.eligibility.rulebook import Rulebook, WordedTable
from backend.eligibility.table import Table
from backend.eligibility.words import Example, TableWords
from backend.store import Store
from contracts.decision import RuleVersion
from contracts.message import Words

_THAILAND = ZoneInfo("Asia/Bangkok")
_REFUSED = frozenset({Fault.OVERLAP, Fault.NEVER_APPLIES, Fault.NEVER_SPEAKS})
"""Faults that stop a version. A gap only warns: whoever falls into it is told that it cannot be decided."""


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """A version in the store, as written, and how far it has come."""

    number: int
    service_id: str
    version: str
    effective_from: date
    state: State
    author: str
    approver: str
    dmn: bytes
    words: bytes
    findings: Mapping[str, object]


class RuleVersions:
    """Rule versions in the store, over the rulebook of files.

    Args:
        store: Where they are kept.
        files: The rulebook that comes with the project.
    """

    def __init__(self, store: Store, files: Rulebook) -> None:
        self._store, self._files = store, files

    @property
    def files(self) -> Rulebook:
        """The rulebook that comes with the project."""
        return self._files

    def approved(self) -> int:
        """Return how many versions are approved: it only ever grows."""
        with self._store.reading() as session:
            counted = select(func.count()).select_from(RuleVersionRow).filter_by(state=State.APPROVED.value)
            return session.scalar(counted) or 0

    def submit(self, dmn: bytes, words: bytes, author: str, now: datetime) -> int:
        """Keep a new draft, or change one that is not approved yet; returns its number.

        Whoever changes it is one of its writers from then on; its author stays who began it.

        Raises:
            TableError: The file or its words cannot be used.
            LifeError: ``exists``: this version is approved already.
        """
        worded = read_worded(dmn, words)
        self._files.with_versions([worded])  # its service is known and every reason has words
        rule = worded.table.rule
        with self._store.transaction() as session:
            wanted = select(RuleVersionRow).filter_by(service_id=rule.table, version=rule.version)
            row = session.scalar(wanted) or RuleVersionRow(
                service_id=rule.table, version=rule.version, state="draft", author=author
            )
            if row.state == State.APPROVED:
                raise LifeError("submit", "exists")
            row.state = next_state(State(row.state), Step.CHANGE)
            row.effective_from, row.changed_at = rule.effective_from, now
            row.writers = sorted({*_writers(row), author})
            row.dmn, row.words, row.findings = dmn.decode(), words.decode(), {}
            session.add(row)
            session.flush()
            return row.id

    def check(self, number: int) -> tuple[Issue, ...]:
        """Look for faults; those that would leave it to chance who gets what keep it a draft."""
        with self._store.transaction() as session:
            row = _get(session, number, Step.CHECK)
            issues = check_table(_worded(row).table)
            if not any(issue.fault in _REFUSED for issue in issues):
                row.state = next_state(State(row.state), Step.CHECK)
        return issues

    def try_examples(self, number: int, examples: Iterable[Example]) -> dict[Words, tuple[Difference, ...]]:
        """Decide on worked examples; returns what came out otherwise, by what each example shows."""
        with self._store.transaction() as session:
            row = _get(session, number, Step.TRY)
            row.state = next_state(State(row.state), Step.TRY)
            return self._try(_worded(row), examples)

    def replay(self, number: int, people: pl.DataFrame) -> Replay:
        """Decide on people by the version and by the one it would supersede; only counts are kept."""
        with self._store.transaction() as session:
            row = _get(session, number, Step.REPLAY)
            row.state = next_state(State(row.state), Step.REPLAY)
            before = self._rulebook(session).table_on(row.service_id, row.effective_from)
            found = replay(before, _worded(row).table, people, row.effective_from)
            row.findings = row.findings | {"replay": found.model_dump(mode="json")}
            return found

    def replay_on_cases(self, number: int, cases: PastCases) -> Iterator[tuple[int, int] | Replay]:
        """Decide on past cases by a version and by the one it would supersede; nothing is stored."""
        stored = self.read(number)
        table = read_worded(stored.dmn, stored.words).table
        yield from replay_on_cases(self.superseded_by(table), table, cases, table.rule.effective_from)

    def keep_replay(self, number: int, found: Replay) -> None:
        """Note what a replay run elsewhere found; takes the version on as :meth:`replay` does."""
        with self._store.transaction() as session:
            row = _get(session, number, Step.REPLAY)
            row.state = next_state(State(row.state), Step.REPLAY)
            row.findings = row.findings | {"replay": found.counts_alone().model_dump(mode="json")}

    def keep_reason(self, number: int, otherwise: Mapping[Words, tuple[Difference, ...]], reason: str) -> None:
        """Note which worked examples no longer hold, and why that is right."""
        with self._store.transaction() as session:
            row = _get(session, number, Step.TRY)
            kept = [
                {"says": says.model_dump(), "otherwise": [(one.about, one.got, one.wanted) for one in what]}
                for says, what in otherwise.items()
            ]
            row.findings = row.findings | {"otherwise": kept, "reason": reason}

    def superseded_by(self, table: Table) -> Table:
        """Return the version that decides on a table's first day without it."""
        return self.rulebook(without=table.rule).table_on(table.rule.table, table.rule.effective_from)

    def compare_examples(
        self, dmn: bytes, words: bytes, examples: Iterable[Example]
    ) -> dict[Words, tuple[Difference, ...]]:
        """Decide on worked examples by a version as written; what came out otherwise, by what each shows."""
        return self._try(read_worded(dmn, words), examples)

    def _try(self, worded: WordedTable, examples: Iterable[Example]) -> dict[Words, tuple[Difference, ...]]:
        """Decide on examples, each on its own day, as if the version had been in force since ever."""
        rule = worded.table.rule.model_copy(update={"effective_from": date.min})
        rules = self._files.with_only(WordedTable(replace(worded.table, rule=rule), worded.words))
        return {one.says: differences(rules, rule.table, one) for one in examples}

    def list_stored(self) -> tuple[StoredVersion, ...]:
        """Return every version in the store."""
        with self._store.reading() as session:
            return tuple(map(_stored, session.scalars(select(RuleVersionRow))))

    def read(self, number: int) -> StoredVersion:
        """Return one version.

        Raises:
            LifeError: ``unknown``.
        """
        with self._store.reading() as session:
            return _stored(_get(session, number, Step.CHECK))

    def approve(self, number: int, approver: str, now: datetime) -> None:
        """Approve a version as a second person.

        Raises:
            LifeError: ``state``, ``same_person``, ``too_early`` or ``unknown``.
            TableError: Another version takes effect on the same day.
        """
        with self._store.transaction() as session:
            row = _get(session, number, Step.APPROVE)
            state = next_state(State(row.state), Step.APPROVE)
            require_approval(_writers(row), approver, row.effective_from, now.astimezone(_THAILAND).date())
            self._rulebook(session).with_versions([_worded(row)])
            row.state, row.approver, row.approved_at = state, approver, now

    def state(self, number: int) -> State:
        """Return how far a version has come."""
        with self._store.reading() as session:
            return State(_get(session, number, Step.CHECK).state)

    def rulebook(self, without: RuleVersion | None = None) -> Rulebook:
        """Return the files' rulebook with every approved version but one; each decides from its first day."""
        with self._store.reading() as session:
            return self._rulebook(session, without)

    def _rulebook(self, session: Session, without: RuleVersion | None = None) -> Rulebook:
        approved = session.scalars(select(RuleVersionRow).filter_by(state=State.APPROVED.value))
        worded = [_worded(row) for row in approved]
        return self._files.with_versions([one for one in worded if one.table.rule != without])


def _get(session: Session, number: int, step: Step) -> RuleVersionRow:
    row = session.get(RuleVersionRow, number)
    if row is None:
        raise LifeError(step.value, "unknown")
    return row


def _writers(row: RuleVersionRow) -> Sequence[str]:
    return row.writers or [row.author]


def _stored(row: RuleVersionRow) -> StoredVersion:
    return StoredVersion(
        row.id,
        row.service_id,
        row.version,
        row.effective_from,
        State(row.state),
        row.author,
        row.approver or "",
        row.dmn.encode(),
        row.words.encode(),
        row.findings,
    )


def _worded(row: RuleVersionRow) -> WordedTable:
    return read_worded(row.dmn.encode(), row.words.encode())


def read_worded(dmn: bytes, words: bytes) -> WordedTable:
    """Read a version as written.

    Raises:
        TableError: The file or its words cannot be used.
    """
    table = parse_table(dmn, "upload")
    try:
        return WordedTable(table, TableWords.model_validate_json(words))
    except ValueError as error:
        raise TableError(table.rule.table, "words", "not of the expected form") from error
