"""A decision table and what it decides when some inputs are not known.

Source: OMG DMN 1.3 clause 8.2.10 (hit policies). A decision that holds only for some values of what is not known is no
decision: :func:`decide` answers *undecided* unless everything that may be true comes to the same.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache, reduce
from operator import and_
from typing import Final

from backend.eligibility.classes import Column, compile_column, points_of, value_of_class
from backend.eligibility.completions import deciding, reachable, representatives
from backend.eligibility.feel.cells import Value
from backend.eligibility.feel.nodes import Tests
from backend.eligibility.feel.values import Kind
from contracts.decision import Amount, Outcome, RuleVersion


class HitPolicy(StrEnum):
    """How rows that apply together are settled, under DMN's names.

    ``UNIQUE``: at most one applies. ``ANY``: several may, if they say the same. ``FIRST``: the first that applies.
    ``PRIORITY``: the one whose outcome stands first in the output's list of values. ``OUTPUT ORDER``: as PRIORITY, and
    every row with that outcome gives its reasons.
    """

    UNIQUE = "UNIQUE"
    ANY = "ANY"
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
        note: The officer's annotation: in Thai, then after " / " in English.
    """

    cells: tuple[Tests, ...]
    outcome: Outcome
    reasons: tuple[str, ...]
    amount: Amount | None = None
    note: str = ""


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

    def __hash__(self) -> int:
        """Hash by name and version: what is worked out from a table is kept by it, and hashing every cell is slow."""
        return hash((self.rule.table, self.rule.version))


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


_UNDECIDED: Final = Outcome.UNDECIDED


@dataclass(frozen=True, slots=True)
class Settled:
    """What a set of rows that apply together comes to: an outcome with its amount, or a fault of the table."""

    outcome: Outcome
    amount: Amount | None = None
    gap: Gap | None = None


def decide(table: Table, values: Mapping[str, Value]) -> Finding:
    """Decide on inputs of which some may be absent or None (not known).

    Exact for independent inputs: decided if and only if every completion of the missing inputs gets that answer; and an
    input is named as missing if and only if two of its values can make two answers.
    """
    return find(table, *standing(table, values))


@lru_cache(maxsize=65_536)
def find(table: Table, known: int, unknown: tuple[int, ...]) -> Finding:
    """Decide on the rows that the known inputs leave standing, and the places of those that are not known."""
    classes = [classes_of(table, place) for place in unknown]
    masks = reachable(known, classes)
    results = {settle(table, mask) for mask in masks}
    if len(results) > 1:
        places = deciding(known, classes, lambda mask: settle(table, mask))
        return Finding(_UNDECIDED, missing=tuple(table.inputs[unknown[place]].name for place in places))
    (result,) = results
    if result.gap:
        return Finding(_UNDECIDED, gap=result.gap)
    return Finding(result.outcome, _common_reasons(table, masks, result), result.amount)


def _common_reasons(table: Table, masks: Iterable[int], result: Settled) -> tuple[str, ...]:
    """Return the reasons that hold whatever the missing inputs are: those of the rows that surely apply, if any do."""
    if sure := _surely_saying(table, masks, result):
        return tuple(dict.fromkeys(code for row in speaking(table, sure) for code in row.reasons))
    spoken = [dict.fromkeys(code for row in speaking(table, mask) for code in row.reasons) for mask in masks]
    return tuple(code for code in spoken[0] if all(code in codes for codes in spoken))


def _surely_saying(table: Table, masks: Iterable[int], result: Settled) -> int:
    """Return the rows that apply whatever the missing inputs are and say what was decided."""
    sure = reduce(and_, masks)
    said = (result.outcome, result.amount)
    return sum(1 << n for n, row in enumerate(table.rows) if sure >> n & 1 and (row.outcome, row.amount) == said)


def standing(table: Table, values: Mapping[str, Value]) -> tuple[int, tuple[int, ...]]:
    """Return the rows that the known inputs leave standing, and the places of the inputs that are not known."""
    known = (1 << len(table.rows)) - 1
    unknown: list[int] = []
    for place, column in enumerate(columns_of(table)):
        value = values.get(column.name)
        if value is None:
            unknown.append(place)
        else:
            known &= column.rows(value)
    return known, tuple(unknown)


@lru_cache(maxsize=256)
def columns_of(table: Table) -> tuple[Column, ...]:
    """Return a table's columns, compiled."""
    pairs = enumerate(table.inputs)
    return tuple(compile_column(one.name, one.kind, [row.cells[place] for row in table.rows]) for place, one in pairs)


@lru_cache(maxsize=4096)
def classes_of(table: Table, place: int) -> frozenset[int]:
    """Return what every possible value of one column leaves standing, each set once."""
    return frozenset(columns_of(table)[place].rows(value) for value in values_of(table, place))


def values_of(table: Table, place: int) -> tuple[Value, ...]:
    """Return a value of each class of one column that facts can fall into: numbers among them are whole."""
    column = columns_of(table)[place]
    if column.kind is Kind.BOOLEAN:
        return (False, True)
    points = points_of(column.kind, column.cells)
    return representatives(points) if points else (value_of_class(0, points, column.kind),)


@lru_cache(maxsize=65_536)
def settle(table: Table, mask: int) -> Settled:
    """Return what the rows in a mask come to under the table's hit policy."""
    rows = speaking(table, mask)
    if not rows:
        return Settled(_UNDECIDED, gap=Gap.NO_ROW)
    first = rows[0]
    if any((row.outcome, row.amount) != (first.outcome, first.amount) for row in rows):
        return Settled(_UNDECIDED, gap=Gap.CONFLICT)
    return Settled(first.outcome, first.amount)


@lru_cache(maxsize=65_536)
def speaking_places(table: Table, mask: int) -> tuple[int, ...]:
    """Return which rows of a mask, counted from 0, the hit policy lets speak."""
    places = tuple(place for place in range(len(table.rows)) if mask >> place & 1)
    if not places or table.hit_policy in {HitPolicy.UNIQUE, HitPolicy.ANY}:
        return places
    if table.hit_policy is HitPolicy.FIRST:
        return places[:1]
    best = min(table.priorities.index(table.rows[place].outcome) for place in places)
    strongest = tuple(place for place in places if table.rows[place].outcome is table.priorities[best])
    return strongest[:1] if table.hit_policy is HitPolicy.PRIORITY else strongest


def speaking(table: Table, mask: int) -> tuple[Row, ...]:
    """Return those rows of a mask that the hit policy lets speak."""
    return tuple(table.rows[place] for place in speaking_places(table, mask))


@lru_cache(maxsize=65_536)
def deciding_rows(table: Table, known: int, unknown: tuple[int, ...]) -> frozenset[int]:
    """Return the rows, counted from 0, that give the decision whatever the missing inputs are; none when undecided."""
    masks = reachable(known, [classes_of(table, place) for place in unknown])
    results = {settle(table, mask) for mask in masks}
    if len(results) > 1:
        return frozenset()
    return frozenset(speaking_places(table, _surely_saying(table, masks, *results)))
