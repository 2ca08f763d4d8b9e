"""Turns what a table found into words: every failed condition of a no, every kept one of a yes, every silent agency."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from backend.eligibility.derive import facts_behind
from backend.eligibility.table import Finding
from backend.eligibility.words import Catalogue, CommonWords, ReasonWords, TableWords, UnknownWords
from backend.linkage.facts import Fact
from contracts.decision import NotKnownCause, Outcome, Reason
from contracts.message import Words

Causes = Mapping[Fact, NotKnownCause]
"""Why a fact is absent. A fact absent without a cause counts as not answered."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What the citizen reads.

    Attributes:
        reasons: In the table's order.
        next_step: What to do now.
        missing: Facts an undecided answer waits for.
    """

    reasons: tuple[Reason, ...]
    next_step: Words
    missing: tuple[Fact, ...] = ()


def reason_words(code: str, words: TableWords, common: CommonWords) -> ReasonWords | None:
    """Return a code's words, the table's own before the common ones; None when nobody wrote any."""
    return words.reasons.get(code) or common.reasons.get(code)


def explain(finding: Finding, words: TableWords, common: CommonWords, names: Catalogue, causes: Causes) -> Explanation:
    """Put a finding into both languages.

    Args:
        finding: What the table said.
        words: The table's words.
        common: Words shared by all tables; together they must cover the table's codes (checked when it was loaded).
        names: Names of agencies and facts.
        causes: Why facts are absent.
    """
    if finding.outcome is Outcome.UNDECIDED:
        return _explain_undecided(finding, common, names, causes)
    found = [(code, reason_words(code, words, common)) for code in finding.reasons]
    reasons = tuple(Reason(code=code, words=_words_only(said)) for code, said in found if said)
    own_steps = [said.next_step for _, said in found if said and said.next_step]
    general = words.next_steps[Outcome(finding.outcome)]  # type: ignore[index]  # undecided has returned above
    return Explanation(reasons, own_steps[0] if own_steps else general)


def _words_only(said: Words) -> Words:
    return Words(th=said.th, en=said.en)


def _explain_undecided(finding: Finding, common: CommonWords, names: Catalogue, causes: Causes) -> Explanation:
    if finding.gap:
        said = common.unknown.table
        return Explanation((Reason(code=finding.gap.value, words=said.reason),), said.next_step)
    missing = tuple(dict.fromkeys(fact for name in finding.missing for fact in facts_behind(name)))
    groups: dict[tuple[str, NotKnownCause | None], list[Fact]] = {}
    for fact in missing:
        groups.setdefault((names.facts[fact].agency, causes.get(fact)), []).append(fact)
    reasons, steps = [], []
    for (agency_id, cause), facts in groups.items():
        said = _words_for(cause, common)
        code = ".".join(("unknown", agency_id, *([cause.value] if cause else [])))
        reasons.append(Reason(code=code, words=_fill(said.reason, agency_id, facts, names)))
        steps.append(_fill(said.next_step, agency_id, facts, names))
    return Explanation(tuple(reasons), _join(steps), missing)


def _words_for(cause: NotKnownCause | None, common: CommonWords) -> UnknownWords:
    match cause:
        case NotKnownCause.NO_RECORD:
            return common.unknown.no_record
        case NotKnownCause.NOT_PERMITTED:
            return common.unknown.not_permitted
        case NotKnownCause.MAINTENANCE:
            return common.unknown.maintenance
        case NotKnownCause.STALE:
            return common.unknown.stale
        case _:
            return common.unknown.no_answer


def _fill(said: Words, agency_id: str, facts: Iterable[Fact], names: Catalogue) -> Words:
    agency, listed = names.agencies[agency_id], [names.facts[fact].words for fact in facts]
    return Words(
        th=said.th.format(agency=agency.th, facts=" ".join(one.th for one in listed)),
        en=said.en.format(agency=agency.en, facts=", ".join(one.en for one in listed)),
    )


def _join(steps: Iterable[Words]) -> Words:
    """Join next steps, each said once."""
    once = list(dict.fromkeys((step.th, step.en) for step in steps))
    return Words(th=" ".join(th for th, _ in once), en=" ".join(en for _, en in once))
