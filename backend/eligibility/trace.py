"""Why each row of a table did or did not apply: as data, and as sentences in Thai and English.

The citizen's own reasons are the table's (see ``explain``); this answers whoever asks further: and the other rows?
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from backend.eligibility.derive import facts_behind
from backend.eligibility.feel.cells import Value, holds
from backend.eligibility.feel.nodes import Tests
from backend.eligibility.table import Table, deciding_rows, standing
from backend.eligibility.words import Catalogue
from backend.linkage.facts import Fact
from contracts.decision import FactUsed
from contracts.message import Words


@dataclass(frozen=True, slots=True)
class RowTrace:
    """One row.

    Attributes:
        row: Counted from 1.
        note: The officer's annotation.
        speaks: Whether it gave the decision.
        failed: Inputs whose known values its cells do not hold for, with the cells.
        open: Inputs that are not known and that its cells ask for.
    """

    row: int
    note: str
    speaks: bool
    failed: tuple[tuple[str, str], ...]
    open: tuple[str, ...]


def trace(table: Table, values: Mapping[str, Value]) -> tuple[RowTrace, ...]:
    """Return what became of every row, in the table's order."""
    spoke = deciding_rows(table, *standing(table, values))
    return tuple(
        RowTrace(
            place + 1, row.note, place in spoke, _failed(table, row.cells, values), _open(table, row.cells, values)
        )
        for place, row in enumerate(table.rows)
    )


def facts_used(
    table: Table, values: Mapping[str, Value], names: Catalogue, ages: Mapping[Fact, timedelta]
) -> tuple[FactUsed, ...]:
    """Return the known facts behind the table's inputs, with who said so and how long ago, where that was noted."""
    known = [column.name for column in table.inputs if values.get(column.name) is not None]
    facts = dict.fromkeys(fact for name in known for fact in facts_behind(name))
    return tuple(
        FactUsed(
            fact=fact.value,
            agency_id=names.facts[fact].agency,
            age_s=ages[fact].total_seconds() if fact in ages else None,
        )
        for fact in facts
    )


def row_words(row: RowTrace, names: Catalogue) -> Words:
    """Put what became of a row into both languages, by the names that citizens see."""
    th, en = f"ข้อ {row.row} {row.note}".strip(), f"Rule {row.row}"
    if row.speaks:
        return Words(th=f"{th}: ใช้ตัดสิน", en=f"{en}: applies.")
    if row.failed:
        listed = [(_named(name, names), cell) for name, cell in row.failed]
        return Words(
            th=f"{th}: ไม่ใช้ เพราะ" + " และ".join(f"{name.th}ไม่ตรงกับ {cell}" for name, cell in listed),
            en=f"{en}: does not apply, because "
            + " and ".join(f"{name.en} is not {cell}" for name, cell in listed)
            + ".",
        )
    if row.open:
        waited = [_named(name, names) for name in row.open]
        return Words(
            th=f"{th}: ยังไม่ทราบ" + " และ".join(name.th for name in waited),
            en=f"{en}: cannot be told without " + " and ".join(name.en for name in waited) + ".",
        )
    return Words(th=f"{th}: เข้าเงื่อนไข แต่ข้ออื่นมาก่อน", en=f"{en}: holds, but another rule comes first.")


def _named(name: str, names: Catalogue) -> Words:
    return names.facts[facts_behind(name)[0]].words


def _failed(table: Table, cells: tuple[Tests, ...], values: Mapping[str, Value]) -> tuple[tuple[str, str], ...]:
    pairs = zip(table.inputs, cells, strict=True)
    return tuple(
        (column.name, cell.text)
        for column, cell in pairs
        if values.get(column.name) is not None and holds(cell, values[column.name]) is not True
    )


def _open(table: Table, cells: tuple[Tests, ...], values: Mapping[str, Value]) -> tuple[str, ...]:
    pairs = zip(table.inputs, cells, strict=True)
    return tuple(column.name for column, cell in pairs if values.get(column.name) is None and holds(cell, None) is None)
