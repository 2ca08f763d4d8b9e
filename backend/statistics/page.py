"""From published counts to what the page shows; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from contracts.decision import Outcome
from contracts.message import Words
from contracts.statistics import Statistics

SHOWN_DAYS: Final = 30
_THAI_MONTHS: Final = ("ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค.")
_ENGLISH_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_BUDDHIST: Final = 543


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar.

    Attributes:
        label: What it is of.
        count: Decisions.
        share: Of the longest bar, in thousandths.
    """

    label: Words
    count: int
    share: int


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """One service: how often each outcome, and together."""

    name: Words
    counts: tuple[int, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Page:
    """What the page shows; sums are of the rounded counts.

    Attributes:
        since: First day shown.
        until: Last.
        days: Every day of them, also those without a count.
        services: The most asked first.
        month: Of the provinces; None when there are none.
        provinces: The most first.
    """

    since: Words
    until: Words
    days: tuple[Bar, ...]
    services: tuple[ServiceRow, ...]
    month: Words | None
    provinces: tuple[Bar, ...]


def build_page(published: Statistics, services: Mapping[str, Words], provinces: Mapping[str, Words]) -> Page:
    """Put the newest days and the newest month together."""
    since = max(published.since, published.until - timedelta(days=SHOWN_DAYS - 1))
    newest = [row for row in published.days if row.day >= since]
    by_day = {since + timedelta(days=number): 0 for number in range((published.until - since).days + 1)}
    by_service: dict[str, dict[Outcome, int]] = {}
    for row in newest:
        by_day[row.day] += row.count
        outcomes = by_service.setdefault(row.service, dict.fromkeys(Outcome, 0))
        outcomes[row.outcome] += row.count
    rows = [
        ServiceRow(services.get(service, Words(th=service, en=service)), tuple(counts.values()), sum(counts.values()))
        for service, counts in by_service.items()
    ]
    month = max((row.month for row in published.provinces), default=None)
    by_province: dict[str, int] = {}
    for place in published.provinces:
        if place.month == month:
            by_province[place.province] = by_province.get(place.province, 0) + place.count
    named = [(provinces.get(code, Words(th=code, en=code)), count) for code, count in by_province.items()]
    return Page(
        since=say_day(since),
        until=say_day(published.until),
        days=_bars([(say_day(day), count) for day, count in by_day.items()]) if rows else (),
        services=tuple(sorted(rows, key=lambda row: -row.total)),
        month=_say_month(month) if month else None,
        provinces=_bars(sorted(named, key=lambda pair: -pair[1])),
    )


def say_day(day: date) -> Words:
    """Write a day as people do, in Thai by the Buddhist era."""
    month = day.month - 1
    return Words(
        th=f"{day.day} {_THAI_MONTHS[month]} {day.year + _BUDDHIST}",
        en=f"{day.day} {_ENGLISH_MONTHS[month]} {day.year}",
    )


def _say_month(month: str) -> Words:
    first = say_day(date.fromisoformat(f"{month}-01"))
    return Words(th=first.th.partition(" ")[2], en=first.en.partition(" ")[2])


def _bars(pairs: list[tuple[Words, int]]) -> tuple[Bar, ...]:
    most = max((count for _, count in pairs), default=0)
    return tuple(Bar(label, count, round(1000 * count / most) if most else 0) for label, count in pairs)
