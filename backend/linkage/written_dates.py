"""Dates as agencies write them, pure: any order of day, month and year, in the Common or the Buddhist era."""

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Final

from contracts.card import Birth

BUDDHIST_ERA_YEARS: Final = 543
THAILAND: Final = timezone(timedelta(hours=7))
ISO_FORM: Final = "YYYY-MM-DD"
_PLAUSIBLE_YEARS: Final = range(1900, 2201)
_TOKENS: Final = {"DD": "(?P<day>[0-9]{2})", "MM": "(?P<month>[0-9]{2})", "YYYY": "(?P<year>[0-9]{4})"}
_SPLIT: Final = re.compile("(DD|MM|YYYY)")


@lru_cache(maxsize=256)
def compile_form(form: str) -> re.Pattern[str]:
    """Return the pattern of a form such as ``DD/MM/YYYY`` or ``YYYYMMDD``.

    Raises:
        ValueError: Day, month or year does not stand in it exactly once.
    """
    parts = _SPLIT.split(form)
    if sorted(part for part in parts if part in _TOKENS) != ["DD", "MM", "YYYY"]:
        raise ValueError(f"the form '{form}' must hold DD, MM and YYYY once each")
    return re.compile("".join(_TOKENS.get(part, re.escape(part)) for part in parts) + r"\Z")


def parse_written(text: str, form: str, *, buddhist: bool) -> Birth | None:
    """Read a date; its day, or day and month, may be ``00``: not known.

    Returns:
        Year (CE), month and day, or None when the text is no such date. The day is not checked against the month.
    """
    match = compile_form(form).match(text.strip())
    if match is None:
        return None
    year = int(match["year"]) - (BUDDHIST_ERA_YEARS if buddhist else 0)
    try:
        return Birth(year=year, month=int(match["month"]) or None, day=int(match["day"]) or None)
    except ValueError:
        return None


def parse_moment(text: str, form: str, *, buddhist: bool) -> datetime | None:
    """Read when something was so: a day, or with neither ``form`` nor ``buddhist`` also an ISO 8601 moment.

    A moment without a zone is Thailand's; a day counts from its first moment there, so that it never seems newer than
    it is.

    Returns:
        Aware UTC, or None when the text is no such thing.
    """
    try:
        if form or buddhist:
            written = parse_written(text, form or ISO_FORM, buddhist=buddhist)
            moment = datetime(written.year, written.month or 0, written.day or 0) if written else None  # noqa: DTZ001  (below)
        else:
            moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if moment is None or moment.year not in _PLAUSIBLE_YEARS:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=THAILAND)).astimezone(UTC)
