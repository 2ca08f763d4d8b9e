"""Two versions of a table side by side, row by row. Pure."""

from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Literal

from backend.eligibility.table import Row, Table

Change = Literal["same", "changed", "added", "removed"]
Cells = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RowPair:
    """A row of each version, as far as there is one.

    Attributes:
        change: What became of it.
        before: Its number in the older version and its cells; None when it was added.
        after: The same in the newer; None when it was removed.
        differing: Places of the cells that differ.
    """

    change: Change
    before: tuple[int, Cells] | None
    after: tuple[int, Cells] | None
    differing: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs.

    Attributes:
        columns: Names of the cells' columns, both versions' inputs, then what a row says.
        pairs: The rows, in order.
    """

    columns: tuple[str, ...]
    pairs: tuple[RowPair, ...]

    @property
    def changed(self) -> int:
        """How many rows are not the same in both."""
        return sum(pair.change != "same" for pair in self.pairs)


_SAID = ("outcome", "amount_baht", "period", "reasons")


def compare(before: Table, after: Table) -> Comparison:
    """Pair the rows of two versions: equal ones first, then those between them by their order."""
    columns = tuple(dict.fromkeys(column.name for table in (before, after) for column in table.inputs))
    old, new = ([_cells(table, row, columns) for row in table.rows] for table in (before, after))
    pairs: list[RowPair] = []
    for _, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        for left, right in zip_longest(range(i1, i2), range(j1, j2)):
            pairs.append(_pair(old, new, left, right))
    return Comparison((*columns, *_SAID), tuple(pairs))


def _pair(old: list[Cells], new: list[Cells], left: int | None, right: int | None) -> RowPair:
    before = None if left is None else (left + 1, old[left])
    after = None if right is None else (right + 1, new[right])
    if before is None or after is None:
        return RowPair("added" if before is None else "removed", before, after)
    pairs = enumerate(zip(before[1], after[1], strict=True))
    differing = frozenset(place for place, (one, other) in pairs if one != other)
    return RowPair("changed" if differing else "same", before, after, differing)


def _cells(table: Table, row: Row, columns: tuple[str, ...]) -> Cells:
    by_name = {column.name: cell.text for column, cell in zip(table.inputs, row.cells, strict=True)}
    amount = row.amount
    said = (row.outcome.value, str(amount.baht) if amount else "", amount.period if amount else "")
    return (*(by_name.get(name, "-") for name in columns), *said, " ".join(row.reasons))
