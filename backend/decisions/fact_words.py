"""What a register says, in words for paper. Pure."""

from datetime import date

from backend.linkage.facts import FactValue
from contracts.card import Birth
from contracts.message import Words

BUDDHIST_OFFSET = 543


def write_value(value: FactValue) -> Words:
    """Return a fact's value for paper: days in both calendars, an unknown day or month left out."""
    match value:
        case bool():
            return Words(th="ใช่", en="yes") if value else Words(th="ไม่ใช่", en="no")
        case int():
            return Words(th=f"{value:,}", en=f"{value:,}")
        case Birth():
            return _write_day(value.year, value.month, value.day)
        case date():
            return _write_day(value.year, value.month, value.day)
        case _:
            return Words(th=value, en=value)


def _write_day(year: int, month: int | None, day: int | None) -> Words:
    thai = [part for part in (day, month, year + BUDDHIST_OFFSET) if part is not None]
    english = [f"{year:04d}", *(f"{part:02d}" for part in (month, day) if part is not None)]
    return Words(th="/".join(map(str, thai)), en="-".join(english))
