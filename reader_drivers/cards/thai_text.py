"""Text and dates as the chip writes them. Pure. Source: the card facts; CP874 as Windows and Python define it."""

import calendar
import re
from dataclasses import dataclass
from datetime import date

from contracts.card import Birth, Name
from reader_drivers.core.errors import CardUnreadableError

UNMAPPABLE = "\N{REPLACEMENT CHARACTER}"
NEVER = "99999999"
_BUDDHIST_OFFSET = 543  # the registry counts every year so, also those before the reform of 1941
_PADDING = " \x00\xa0"
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_EIGHT_DIGITS = re.compile(r"[0-9]{8}\Z")
_YEAR_ONLY = re.compile(r"\A([0-9]{4})[ #-]*\Z")  # some cards might leave the rest blank instead of 0000


def decode_text(data: bytes) -> str:
    """Return the text of one field without its padding.

    Bytes that are no character in CP874, and control characters (they have no business on a card and would steer a
    printer or a terminal), become U+FFFD each: the rest of the name must survive one bad byte.
    """
    return _CONTROL.sub(UNMAPPABLE, data.decode("cp874", errors="replace").strip(_PADDING))


def parse_name(text: str) -> Name:
    """Split ``prefix#first#middle#last``.

    A name of three parts is taken to lack the middle one; parts beyond the fourth stay with the last name.
    """
    parts = [part.strip() for part in text.split("#")]
    if len(parts) == 3:
        parts.insert(2, "")
    parts += [""] * (4 - len(parts))
    return Name(prefix=parts[0], first=parts[1], middle=parts[2], last=" ".join(filter(None, parts[3:])))


def parse_birth(text: str) -> tuple[Birth, bool]:
    """Read a Buddhist-era birth date; month and day ``00`` mean "not known".

    Returns:
        The birth in the common era, and whether it is a date the calendar has. A month or day that cannot be is left
        out, so that the year survives.

    Raises:
        CardUnreadableError: Not even a year can be read.
    """
    text = _YEAR_ONLY.sub(r"\g<1>0000", text)
    year = _year(text)
    if year is None or not 1800 <= year <= 2600:
        raise CardUnreadableError("birth")
    month, day = int(text[4:6]), int(text[6:8])
    if month == 0:
        return Birth(year=year), day == 0
    if month > 12:
        return Birth(year=year), False
    if day == 0:
        return Birth(year=year, month=month), True
    if day > calendar.monthrange(year, month)[1]:
        return Birth(year=year, month=month), False
    return Birth(year=year, month=month, day=day), True


@dataclass(frozen=True, slots=True)
class CardDate:
    """An issue or expiry date: a common-era ``day``, or ``never``; neither when the chip holds no whole date."""

    day: date | None = None
    never: bool = False


def parse_date(text: str) -> CardDate:
    """Read a Buddhist-era ``YYYYMMDD``; ``99999999`` is never. What is no date of the calendar gives neither."""
    if text == NEVER:
        return CardDate(never=True)
    year = _year(text)
    if year is None:
        return CardDate()
    try:
        return CardDate(date(year, int(text[4:6]), int(text[6:8])))
    except ValueError:
        return CardDate()


def _year(text: str) -> int | None:
    return int(text[:4]) - _BUDDHIST_OFFSET if _EIGHT_DIGITS.match(text) else None
