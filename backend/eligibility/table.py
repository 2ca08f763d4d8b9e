"""A decision table and what it decides when some inputs are not known.

Source: OMG DMN 1.3 clause 8.2.10 (hit policies). A decision that holds only for some values of what is not known is no
decision: :func:`decide` answers *undecided* unless every row that might apply says the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from backend.eligibility.sfeel import Kind, Truth, UnaryTests, Value, all_of, evaluate
from contracts.decision import Amount, Outcome, RuleVersion


class HitPolicy(StrEnum):
    """How rows that apply together are settled, under DMN's names.

    ``UNIQUE``: at most one applies. ``FIRST``: the first that applies. ``PRIORITY``: the one whose outcome stands first
    in the output's list of values. ``OUTPUT ORDER``: as PRIORITY, and every row with that outcome gives its reasons.
    """

    UNIQUE = "UNIQUE"
    FIRST = "FIRST"
    PRIORITY = "PRIORITY"
    OUTPUT_ORDER = "OUTPUT ORDER"


@dataclass(frozen=True, slots=True)
class Input:
    """A column.

    Attributes:
        name: A fact's name or a derived one.
        kind: FEEL type of its cells.
    """

    name: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Row:
    """A rule: its cells in the order of the inputs, and what it says.

    Attributes:
        cells: One test per input.
        outcome: Eligible or not eligible; tables never say *undecided*, missing facts do.
        reasons: Codes of the reasons it gives.
        amount: What is paid, for an eligible row.
    """

    cells: tuple[UnaryTests, ...]
    outcome: Outcome
    reasons: tuple[str, ...]
    amount: Amount | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """One dated version of one programme's rules.

    Attributes:
        rule: Name, version and first day in effect.
        hit_policy: How rows are settled.
        priorities: Outcomes, strongest first.
        inputs: Columns.
        rows: Rules in the table's order.
    """

    rule: RuleVersion
    hit_policy: HitPolicy
    priorities: tuple[Outcome, ...]
    inputs: tuple[Input, ...]
    rows: tuple[Row, ...]


class Gap(StrEnum):
    """A fault of the table itself, found while deciding. The citizen gets *undecided*, never a guess."""

    NO_ROW = "rule.gap"
    CONFLICT = "rule.conflict"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a table says.

    Attributes:
        outcome: One of the three answers.
        reasons: Reason codes of the rows that surely apply and say ``outcome``; empty when undecided.
        amount: What is paid, when eligible.
        missing: Inputs whose values would settle an undecided answer, in the table's order.
        gap: The table's fault, when that is why nothing was decided.
    """

    outcome: Outcome
    reasons: tuple[str, ...] = ()
    amount: Amount | None = None
    missing: tuple[str, ...] = ()
    gap: Gap | None = None


_Match = tuple[Row, Truth]
_UNDECIDED: Final = Outcome.UNDECIDED


def decide(table: Table, values: Mapping[str, Value]) -> Finding:
    """Decide on inputs of which some may be absent or None (not known).

    Sound: a decided answer is the one every completion of the missing inputs would get.
    """
    matches = [(row, _row_truth(table, row, values)) for row in table.rows]
    settled = _settle(table, matches)
    if not settled:
        missing = _missing(table, matches, values)
        return Finding(_UNDECIDED, missing=missing, gap=None if missing else Gap.NO_ROW)
    sure, possible = settled
    first = sure[0]
    if any((row.outcome, row.amount) != (first.outcome, first.amount) for row in possible):
        missing = _missing(table, matches, values)
        return Finding(_UNDECIDED, missing=missing, gap=None if missing else Gap.CONFLICT)
    reasons = dict.fromkeys(code for row in sure for code in row.reasons)
    return Finding(first.outcome, tuple(reasons), first.amount)


def _row_truth(table: Table, row: Row, values: Mapping[str, Value]) -> Truth:
    return all_of(evaluate(cell, values.get(column.name)) for column, cell in zip(table.inputs, row.cells, strict=True))


def _settle(table: Table, matches: Sequence[_Match]) -> tuple[Sequence[Row], Sequence[Row]] | None:
    """Return the rows that surely speak and all that may; None when no row surely applies."""
    sure = [row for row, truth in matches if truth]
    if not sure:
        return None
    possible = [row for row, truth in matches if truth is not False]
    match table.hit_policy:
        case HitPolicy.UNIQUE:
            return sure, possible
        case HitPolicy.FIRST:
            return sure[:1], possible[: possible.index(sure[0]) + 1]
        case _:
            return _settle_by_priority(table, sure, possible)


def _settle_by_priority(table: Table, sure: Iterable[Row], possible: Iterable[Row]) -> tuple[list[Row], list[Row]]:
    rank = {outcome: place for place, outcome in enumerate(table.priorities)}
    best = min(rank[row.outcome] for row in sure)
    speaking = [row for row in sure if rank[row.outcome] == best]
    only_one = table.hit_policy is HitPolicy.PRIORITY
    return (speaking[:1] if only_one else speaking), [row for row in possible if rank[row.outcome] <= best]


def _missing(table: Table, matches: Iterable[_Match], values: Mapping[str, Value]) -> tuple[str, ...]:
    """Return the inputs whose cells are not known in rows that may apply."""
    names = {
        column.name
        for row, truth in matches
        if truth is None
        for column, cell in zip(table.inputs, row.cells, strict=True)
        if evaluate(cell, values.get(column.name)) is None
    }
    return tuple(column.name for column in table.inputs if column.name in names)
