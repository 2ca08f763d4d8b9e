"""What may be published of counts, so that nobody is found in them; pure.

A day is published when it is over and can no longer change. The countrywide rows are by day, the provinces' by month:
each kind is rounded by itself and small rows are left out of each, so that subtracting one from the other gives no
small count back: what it gives is off by the rounding of all the rows between.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from contracts.decision import Outcome
from contracts.statistics import DayCount, ProvinceCount

DELAY_DAYS: Final = 2
SMALLEST: Final = 10
ROUNDED_TO: Final = 10
MOST_DAYS: Final = 366
"""The longest period that one answer is of."""


@dataclass(frozen=True, slots=True)
class Counted:
    """Decisions counted, as they are.

    Attributes:
        when: The day, or the month as ``YYYY-MM``.
        service: What was asked for.
        outcome: What was decided.
        province: Two digits; empty in countrywide rows.
        count: How many.
    """

    when: str
    service: str
    outcome: str
    province: str
    count: int


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days, both ends within."""

    since: date
    until: date

    def months(self) -> tuple[str, str]:
        """Return the first and the last month that lie wholly within; the first after the last when none does."""
        first = self.since if self.since.day == 1 else _next_month(self.since)
        is_whole = _next_month(self.until) == self.until + timedelta(days=1)
        last = self.until if is_whole else self.until.replace(day=1) - timedelta(days=1)
        return f"{first:%Y-%m}", f"{last:%Y-%m}"


def newest_day(today: date, counted_to: date | None) -> date:
    """Return the last day that may be published.

    Args:
        today: By the calendar in Thailand.
        counted_to: The day up to which leaves have been counted, itself perhaps in part; None when all have been.
    """
    settled = today - timedelta(days=DELAY_DAYS + 1)
    return settled if counted_to is None else min(settled, counted_to - timedelta(days=1))


def publish_days(rows: Iterable[Counted]) -> tuple[DayCount, ...]:
    """Return the rows that may be shown, rounded."""
    return tuple(
        DayCount(
            day=date.fromisoformat(row.when),
            service=row.service,
            outcome=Outcome(row.outcome),
            count=round_count(row.count),
        )
        for row in rows
        if row.count >= SMALLEST
    )


def publish_provinces(rows: Iterable[Counted]) -> tuple[ProvinceCount, ...]:
    """Do the same for rows by province; decisions of devices without a place are in the countrywide rows only."""
    return tuple(
        ProvinceCount(
            month=row.when,
            province=row.province,
            service=row.service,
            outcome=Outcome(row.outcome),
            count=round_count(row.count),
        )
        for row in rows
        if row.count >= SMALLEST and row.province
    )


def round_count(count: int) -> int:
    """Return the nearest multiple, the upper one when both are as near."""
    return (count + ROUNDED_TO // 2) // ROUNDED_TO * ROUNDED_TO


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
