"""A table's column, compiled: which rows a value passes is found by one search instead of one test for each row.

The literals that a column's cells name are points on a line. No cell tells apart two values between the same two
points, so each cell is asked once for each point and once for each stretch between two (S-FEEL, OMG DMN 1.3 clause 9).
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from backend.eligibility.feel.cells import Value, holds, literals_of
from backend.eligibility.feel.nodes import Tests
from backend.eligibility.feel.values import Kind

_ANY_VALUE: Final[dict[Kind, Value]] = {
    Kind.NUMBER: Decimal(0),
    Kind.STRING: "",
    Kind.DATE: date(2000, 1, 1),
}
_SURE_TYPES: Final[dict[Kind, frozenset[type]]] = {
    Kind.BOOLEAN: frozenset({bool}),
    Kind.NUMBER: frozenset({int}),
    Kind.STRING: frozenset({str}),
    Kind.DATE: frozenset({date}),
}
"""Types that the points of a column are compared with in Python as in FEEL; all else is put to every cell."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Attributes:
        name: Of the input.
        kind: FEEL type of its cells.
        cells: One for each row.
        points: Literals of its cells, in order; whole numbers as such.
        passed: Rows that each class of values passes, as bit masks: before the first point, at it, between, and so on.
        asking: Rows whose cell cannot be told without the value.
    """

    name: str
    kind: Kind
    cells: tuple[Tests, ...]
    points: tuple[Any, ...]
    passed: tuple[int, ...]
    asking: int

    def rows(self, value: Value) -> int:
        """Return the rows that a value passes."""
        if type(value) not in _SURE_TYPES[self.kind]:
            return rows_passed(self.cells, value)
        place = bisect_left(self.points, value)
        at_point = place < len(self.points) and self.points[place] == value
        return self.passed[2 * place + at_point]


def compile_column(name: str, kind: Kind, cells: Iterable[Tests]) -> Column:
    """Ask every cell about every class of values."""
    cells = tuple(cells)
    points = points_of(kind, cells)
    passed = tuple(rows_passed(cells, value_of_class(place, points, kind)) for place in range(2 * len(points) + 1))
    asking = sum(1 << number for number, cell in enumerate(cells) if holds(cell, None) is None)
    return Column(name, kind, cells, tuple(map(_plain, points)), passed, asking)


def rows_passed(cells: Iterable[Tests], value: Value) -> int:
    """Return the rows, as a bit mask, whose cell a value passes."""
    return sum(1 << number for number, cell in enumerate(cells) if holds(cell, value))


def points_of(kind: Kind, cells: Iterable[Tests]) -> list[Any]:
    """Return every literal the cells name, in order; both values of a boolean."""
    if kind is Kind.BOOLEAN:
        return [False, True]
    found: set[Any] = {literal for cell in cells for literal in literals_of(cell)}
    return sorted(found)


def value_of_class(place: int, points: Sequence[Any], kind: Kind) -> Value:  # noqa: PLR0911  (a case for each kind)
    """Return a value of a class: odd places are the points themselves, even ones the stretches around them.

    Where a stretch is empty (between two days that follow each other, say) the value is one of a neighbouring class;
    nothing ever falls into the stretch, so it does not matter which.
    """
    if place % 2:
        return points[place // 2]  # type: ignore[no-any-return]  # literals are values
    below = points[place // 2 - 1] if place > 0 else None
    above = points[place // 2] if place // 2 < len(points) else None
    match below, above:
        case (Decimal(), Decimal()):
            return (below + above) / 2
        case (Decimal(), _):
            return below + 1
        case (_, Decimal()):
            return above - 1
        case (bool(), _) | (_, bool()):
            return bool(below)
        case (date(), _):
            return below + timedelta(days=1)
        case (_, date()):
            return above - timedelta(days=1)
        case (str(), _):
            return below + "\x00"  # the next string after it
    return _ANY_VALUE[kind]


def _plain(point: Any) -> Any:
    """Write a whole number as such: Python compares those several times faster than decimals."""
    return int(point) if isinstance(point, Decimal) and point == int(point) else point
