"""Dates, times and durations as text: what ``date("…")``, ``time("…")``, ``duration("…")`` and ``@"…"`` accept.

Source: OMG DMN 1.3 clause 10.3.4.1 (conversion functions), which takes the lexical forms of XML Schema part 2.
"""

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from backend.eligibility.feel.values import FeelValue, Months

_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_TIME: Final = re.compile(
    r"([0-9]{2}:[0-9]{2}:[0-9]{2})(\.[0-9]+)?(?:(Z|[+-][0-9]{2}:[0-9]{2}(?::[0-9]{2})?)|@([A-Za-z_]+(?:/[A-Za-z_+-]+)*))?",
    re.ASCII,
)
_MONTHS: Final = re.compile(r"(-?)P(?=[0-9])(?:([0-9]+)Y)?(?:([0-9]+)M)?", re.ASCII)
_DAYS: Final = re.compile(
    r"(-?)P(?=[0-9T])(?:([0-9]+)D)?(?:T(?=[0-9])(?:([0-9]+)H)?(?:([0-9]+)M)?(?:([0-9]+(?:\.[0-9]+)?)S)?)?", re.ASCII
)


def parse_date(text: str) -> date | None:
    """Read ``2026-11-24``; null when it is no day."""
    try:
        return date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        return None


def parse_time(text: str) -> time | None:
    """Read ``08:30:00``, with a fraction, an offset or a zone; null when it is no time."""
    match = _TIME.fullmatch(text)
    if not match:
        return None
    clock, fraction, offset, zone = match.groups()
    try:
        read = time.fromisoformat(clock + (fraction or "")[:7] + (offset or ""))
        return read.replace(tzinfo=ZoneInfo(zone)) if zone else read
    except (ValueError, ZoneInfoNotFoundError):
        return None


def parse_date_time(text: str) -> datetime | None:
    """Read ``2026-11-24T08:30:00``; a day alone is its midnight; null when it is neither."""
    day_text, divider, time_text = text.partition("T")
    day, at = parse_date(day_text), parse_time(time_text) if divider else time()
    return datetime.combine(day, at) if day and at is not None else None


def parse_duration(text: str) -> timedelta | Months | None:
    """Read ``P1Y6M`` or ``P3DT12H``; null when it is neither."""
    if match := _MONTHS.fullmatch(text):
        sign, years, months = match.groups()
        count = int(years or 0) * 12 + int(months or 0)
        return Months(-count if sign else count)
    match = _DAYS.fullmatch(text)
    if not match:
        return None
    sign, days, hours, minutes, seconds = match.groups()
    try:
        micro = int(Decimal(seconds or 0) * 1_000_000)
        length = timedelta(days=int(days or 0), hours=int(hours or 0), minutes=int(minutes or 0), microseconds=micro)
    except OverflowError:
        return None
    return -length if sign else length


def parse_number(text: str) -> Decimal | None:
    """Read a number written as FEEL writes it; null when it is none."""
    try:
        return Decimal(text) if re.fullmatch(r"-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)", text, re.ASCII) else None
    except InvalidOperation:
        return None


def parse_at_literal(text: str) -> FeelValue:
    """Read what stands in ``@"…"`` (grammar rule 62): whichever of the forms fits; null when none does."""
    for parse in (parse_date, parse_date_time, parse_time, parse_duration):
        value = parse(text)
        if value is not None:
            return value
    return None
