"""How often a mandate may be used, pure: days and months are those of Thailand's calendar, given by the caller."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Period(StrEnum):
    """How long a quota lasts before it begins anew."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Quota:
    """So many questions a period.

    Attributes:
        limit: Questions for one service, at least 1.
        period: When it begins anew.
    """

    limit: int
    period: Period


def period_start(period: Period, on: date) -> date:
    """Return the first day of the period in which ``on`` lies."""
    match period:
        case Period.DAY:
            return on
        case Period.MONTH:
            return on.replace(day=1)
        case Period.YEAR:
            return on.replace(month=1, day=1)


def renews_on(period: Period, on: date) -> date:
    """Return the first day of the next period."""
    match period:
        case Period.DAY:
            return on + timedelta(days=1)
        case Period.MONTH:
            return (on.replace(day=1) + timedelta(days=32)).replace(day=1)
        case Period.YEAR:
            return date(on.year + 1, 1, 1)
