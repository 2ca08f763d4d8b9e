"""Why each row of a table did or did not apply: as data, and as sentences in Thai and English.

The citizen's own reasons are the table's (see ``explain``); this answers whoever asks further: and the other rows?
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import reduce
from operator import and_

from backend.eligibility.cell_words import failed_words, input_words
from backend.eligibility.derive import facts_behind
from backend.eligibility.feel.cells import Value
from backend.eligibility.table import Table, columns_of, deciding_rows
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


Passed = tuple[int | None, ...]
"""For each column the rows that the known value passes; None where it is not known."""


def passed_rows(table: Table, values: Mapping[str, Value]) -> Passed:
    """Return all that becomes of a table's rows, in a form that many people share."""
    known = ((column, values.get(column.name)) for column in columns_of(table))
    return tuple(None if value is None else column.rows(value) for column, value in known)


def trace(table: Table, values: Mapping[str, Value]) -> tuple[RowTrace, ...]:
    """Return what became of every row, in the table's order."""
    return trace_passed(table, passed_rows(table, values))


def trace_passed(table: Table, passed: Passed) -> tuple[RowTrace, ...]:
    """Return what became of every row, in the table's order."""
    known = reduce(and_, (mask for mask in passed if mask is not None), (1 << len(table.rows)) - 1)
    spoke = deciding_rows(table, known, tuple(place for place, mask in enumerate(passed) if mask is None))
    pairs = tuple(zip(columns_of(table), passed, strict=True))
    return tuple(
        RowTrace(
            place + 1,
            row.note,
            place in spoke,
            tuple((c.name, c.cells[place].text) for c, mask in pairs if mask is not None and not mask >> place & 1),
            tuple(c.name for c, mask in pairs if mask is None and c.asking >> place & 1),
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
    note_th, _, note_en = row.note.partition(" / ")  # annotations are written in Thai, then English if at all
    th = f"ข้อ {row.row}" + (f" ({note_th})" if note_th else "")
    en = f"Rule {row.row}" + (f" ({note_en})" if note_en else "")
    if row.speaks:
        return Words(th=f"{th}: ใช้ตัดสิน", en=f"{en}: applies.")
    if row.failed:
        why = [failed_words(name, cell, names) for name, cell in row.failed]
        return Words(
            th=f"{th}: ไม่ใช้ เพราะ" + " และ".join(one.th for one in why),
            en=f"{en}: does not apply, because " + " and ".join(one.en for one in why) + ".",
        )
    if row.open:
        waited = [input_words(name, names) for name in row.open]
        return Words(
            th=f"{th}: ยังบอกไม่ได้ เพราะยังไม่ทราบข้อมูล" + " และ".join(name.th for name in waited),
            en=f"{en}: cannot be told yet; not known: " + ", ".join(name.en for name in waited) + ".",
        )
    return Words(th=f"{th}: เข้าเงื่อนไข แต่ข้ออื่นมาก่อน", en=f"{en}: holds, but another rule comes first.")
