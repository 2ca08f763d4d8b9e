"""Says what a value is that fails a cell: for ``[60..69]`` "your age is not from 60 to 69". Pure."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from backend.eligibility.derive import facts_behind
from backend.eligibility.feel.nodes import Constant, Range, Test, Tests
from backend.eligibility.feel.text import Names, parse_cell
from backend.eligibility.words import Catalogue, FactEntry
from contracts.message import Words

_BE: Final = 543
_MONTHS_TH: Final = ("ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค.")
_MONTHS_EN: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

_AGES: Final[Mapping[str, tuple[Words, Words]]] = {
    "person.age_years": (Words(th="อายุของท่าน", en="your age is"), Words(th="ปี", en="")),
    "child.age_years": (Words(th="อายุบุตรของท่าน", en="your child's age is"), Words(th="ปี", en="")),
    "child.age_months": (Words(th="อายุบุตรของท่าน", en="your child's age is"), Words(th="เดือน", en="months")),
}
"""Subjects and units of inputs that are worked out from a fact."""
_NUMBERS: Final[Mapping[str, Words]] = {
    "<": Words(th="ตั้งแต่ {one}ขึ้นไป", en="{one} or more"),
    "<=": Words(th="เกิน {one}", en="over {one}"),
    ">": Words(th="ไม่เกิน {one}", en="at most {one}"),
    ">=": Words(th="ไม่ถึง {one}", en="under {one}"),
}
_DAYS: Final[Mapping[str, Words]] = {
    "<": Words(th="ตั้งแต่วันที่ {one}", en="on or after {one}"),
    "<=": Words(th="หลังวันที่ {one}", en="after {one}"),
    ">": Words(th="ไม่หลังวันที่ {one}", en="on or before {one}"),
    ">=": Words(th="ก่อนวันที่ {one}", en="before {one}"),
}
"""What a value is that fails a comparison: the opposite."""


@lru_cache(maxsize=4096)
def failed_words(name: str, cell: str, names: Catalogue) -> Words:
    """Say what a value is that is known and fails a cell.

    Args:
        name: Of the input.
        cell: As written in the table.
        names: The facts' names and phrases.
    """
    entry: FactEntry = names.facts[facts_behind(name)[0]]
    tests = parse_cell(cell, Names(()))
    if (said := _yes_or_no(tests, entry)) is not None:
        return said
    subject, unit = _AGES.get(name) or (
        entry.subject or Words(th=f"{entry.words.th}ของท่าน", en=f"your {entry.words.en} is"),
        entry.unit or Words(th="", en=""),
    )
    failed = _failed(tests, unit, entry.values) or Words(th=f"ไม่ตรงกับ {cell}", en=f"not {cell}")
    return Words(th=subject.th + failed.th, en=f"{subject.en} {failed.en}")


def input_words(name: str, names: Catalogue) -> Words:
    """Return what an input is called when it is not known: the fact behind it, which somebody could tell."""
    return names.facts[facts_behind(name)[0]].words


def _yes_or_no(tests: Tests, entry: FactEntry) -> Words | None:
    match tests:
        case Tests((Test("", Constant(bool() as wanted)),), negated):
            return entry.lacks if wanted is not negated else entry.holds
        case _:
            return None


def _failed(tests: Tests, unit: Words, named: Mapping[str, Words]) -> Words | None:
    match tests:
        case Tests((Test(sign, Constant(value)),), False) if sign:
            return _filled((_DAYS if isinstance(value, date) else _NUMBERS)[sign], value, unit)
        case Tests((Test("", Range() as span),), negated):
            said = _outside(span, unit)
            inside = said and Words(th=said.th.removeprefix("ไม่"), en=said.en.removeprefix("not "))
            return inside if negated else said
        case Tests(several, negated) if all(not one.sign and isinstance(one.operand, Constant) for one in several):
            listed = [one.operand.value for one in several if isinstance(one.operand, Constant)]
            th = _with_unit([named[one].th if one in named else one for one in listed], unit, " หรือ ", _thai)
            en = _with_unit([named[one].en if one in named else one for one in listed], unit, " or ", _english)
            return Words(th=f"คือ {th}", en=en) if negated else Words(th=f"ไม่ใช่ {th}", en=f"not {en}")
        case _:
            return None


def _filled(words: Words, value: Any, unit: Words) -> Words:
    one_th, one_en = _with_unit([value], unit, "", _thai), _with_unit([value], unit, "", _english)
    return Words(th=words.th.format(one=one_th), en=words.en.format(one=one_en))


def _outside(span: Range, unit: Words) -> Words | None:
    if not (isinstance(span.start, Constant) and isinstance(span.end, Constant)):
        return None
    ends = (span.start.value, span.end.value)
    th = "–".join(map(_thai, ends)) + (f" {unit.th}" if unit.th else "")
    start, end = map(_english, ends)
    low = f"over {start}" if span.start_open else f"from {start}"
    high = f"under {end}" if span.end_open else end
    both = f"{low} to {high}" if not (span.start_open or span.end_open) else f"{low} and {high}"
    notes = [_thai(one) for one, is_open in zip(ends, (span.start_open, span.end_open), strict=True) if is_open]
    without = f" (ไม่รวม {' และ '.join(notes)})" if notes else ""
    return Words(th=f"ไม่อยู่ในช่วง {th}{without}", en=f"not {both}" + (f" {unit.en}" if unit.en else ""))


def _with_unit(values: list[Any], unit: Words, between: str, write: Callable[[Any], str]) -> str:
    own = unit.th if write is _thai else unit.en
    return between.join(map(write, values)) + (f" {own}" if own else "")


def _thai(value: Any) -> str:
    match value:
        case date():
            return f"{value.day} {_MONTHS_TH[value.month - 1]} {value.year + _BE}"
        case _:
            return _plain(value)


def _english(value: Any) -> str:
    match value:
        case date():
            return f"{value.day} {_MONTHS_EN[value.month - 1]} {value.year}"
        case _:
            return _plain(value)


def _plain(value: Any) -> str:
    return f"{value:,f}" if isinstance(value, Decimal) else str(value)
