"""Faults of a table found before anybody is decided about: gaps, overlaps, rows that never speak; each with an example.

Exact: every set of rows that can apply together is looked at (see ``completions``), so what is
not reported is not there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from backend.eligibility.feel.cells import Value
from backend.eligibility.table import Gap, HitPolicy, Table, columns_of, settle, speaking_places, values_of


class Fault(StrEnum):
    """What can be wrong."""

    GAP = "gap"
    OVERLAP = "overlap"
    NEVER_APPLIES = "never_applies"
    NEVER_SPEAKS = "never_speaks"


@dataclass(frozen=True, slots=True)
class Issue:
    """One fault.

    Attributes:
        fault: What is wrong.
        rows: The rows concerned, counted from 1; none for a gap.
        example: Inputs at which it shows; None for a row that no inputs reach.
    """

    fault: Fault
    rows: tuple[int, ...]
    example: Mapping[str, Value] | None


Example = tuple[Value, ...]


def check_table(table: Table) -> tuple[Issue, ...]:
    """Return every fault: gaps first, then overlaps by their rows, then rows that never apply or never speak."""
    meeting = meetings(table)
    names = [column.name for column in table.inputs]

    def issue(fault: Fault, rows: tuple[int, ...], example: Example | None) -> Issue:
        return Issue(fault, rows, None if example is None else dict(zip(names, example, strict=True)))

    found = [issue(Fault.GAP, (), meeting[0])] if 0 in meeting else []
    for mask, example in sorted(meeting.items(), key=lambda item: _rows(item[0])):
        strict = table.hit_policy is HitPolicy.UNIQUE and mask.bit_count() > 1
        if strict or settle(table, mask).gap is Gap.CONFLICT:
            found.append(issue(Fault.OVERLAP, _rows(mask), example))
    for place in range(len(table.rows)):
        where = [mask for mask in meeting if mask >> place & 1]
        if not where:
            found.append(issue(Fault.NEVER_APPLIES, (place + 1,), None))
        elif not any(place in speaking_places(table, mask) for mask in where):
            found.append(issue(Fault.NEVER_SPEAKS, (place + 1,), meeting[where[0]]))
    return tuple(found)


def meetings(table: Table) -> dict[int, Example]:
    """Return every set of rows that can apply together, as a bit mask, with inputs at which it does."""
    found: dict[int, Example] = {(1 << len(table.rows)) - 1: ()}
    for place in range(len(table.inputs)):
        classes = {columns_of(table)[place].rows(value): value for value in reversed(values_of(table, place))}
        grown: dict[int, Example] = {}
        for mask, example in found.items():
            for passed, value in classes.items():
                grown.setdefault(mask & passed, (*example, value))
        found = grown
    return found


def _rows(mask: int) -> tuple[int, ...]:
    return tuple(place + 1 for place in range(mask.bit_length()) if mask >> place & 1)
