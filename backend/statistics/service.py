"""Reads what may be published of a period."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.decisions.permission import thai_day
from backend.evidence.models import HEAD_ID, EvidenceHead
from backend.statistics.disclosure import (
    DELAY_DAYS,
    MOST_DAYS,
    ROUNDED_TO,
    SMALLEST,
    Counted,
    Period,
    newest_day,
    publish_days,
    publish_provinces,
)
from backend.statistics.models import CURSOR_ID, StatisticsCount, StatisticsCursor
from backend.store import Store
from contracts.statistics import Statistics

_USUAL_DAYS: Final = 91
_FIRST: Final = date(2000, 1, 1)
_LAST: Final = date(2999, 12, 31)


class PeriodError(Exception):
    """No period to publish: it ends before it begins, is longer than an answer may be, or far out of time."""


class StatisticsService:
    """Open data, out of what was counted.

    Args:
        store: The centre's.
        now: The clock, aware UTC.
    """

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    def read(self, since: date | None = None, until: date | None = None) -> Statistics:
        """Return what may be published of a period, by itself the last three months.

        Raises:
            PeriodError: It is none.
        """
        with self._store.reading() as session:
            newest = newest_day(thai_day(self._now()), _counted_to(session))
            end = newest if until is None else until
            begin = max(end, _FIRST) - timedelta(days=_USUAL_DAYS - 1) if since is None else since
            if not _FIRST <= begin <= end <= _LAST or (end - begin).days >= MOST_DAYS:
                raise PeriodError
            shown = Period(begin, min(end, newest))
            return Statistics(
                since=begin,
                until=shown.until,
                delay_days=DELAY_DAYS,
                smallest=SMALLEST,
                rounded_to=ROUNDED_TO,
                days=publish_days(_read_days(session, shown)),
                provinces=publish_provinces(_read_provinces(session, shown)),
            )


def _counted_to(session: Session) -> date | None:
    head = session.scalar(select(EvidenceHead.size).where(EvidenceHead.id == HEAD_ID)) or 0
    seen = session.scalar(select(StatisticsCursor.size).where(StatisticsCursor.id == CURSOR_ID)) or 0
    if seen >= head:
        return None
    newest = session.scalar(select(func.max(StatisticsCount.day)))
    return date.fromisoformat(newest) if newest else None


def _read_days(session: Session, period: Period) -> list[Counted]:
    row = StatisticsCount
    kinds = (row.day, row.service, row.outcome)
    wanted = select(*kinds, func.sum(row.count)).where(
        row.day >= period.since.isoformat(), row.day <= period.until.isoformat()
    )
    found = session.execute(wanted.group_by(*kinds).order_by(*kinds))
    return [Counted(day, service, outcome, "", int(count)) for day, service, outcome, count in found]


def _read_provinces(session: Session, period: Period) -> list[Counted]:
    row, (first, last) = StatisticsCount, period.months()
    month = func.substr(row.day, 1, 7)
    kinds = (month, row.province, row.service, row.outcome)
    wanted = select(*kinds, func.sum(row.count)).where(row.day >= first, row.day <= f"{last}-31")
    found = session.execute(wanted.group_by(*kinds).order_by(*kinds))
    return [Counted(when, service, outcome, place, int(count)) for when, place, service, outcome, count in found]
