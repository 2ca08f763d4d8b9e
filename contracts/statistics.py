"""Open data: how often what was decided, where and when. Nothing in it is about a person."""

from datetime import date
from typing import Annotated, Final

from pydantic import Field

from contracts.decision import Outcome, ServiceId
from contracts.message import Count, Message

STATISTICS_PATH: Final = "/api/v1/statistics"
DAYS_CSV_PATH: Final = f"{STATISTICS_PATH}/days.csv"
PROVINCES_CSV_PATH: Final = f"{STATISTICS_PATH}/provinces.csv"

Month = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}$")]
ProvinceCode = Annotated[str, Field(pattern=r"^[0-9]{2}$")]


class DayCount(Message):
    """Decisions of one day in the whole country.

    Attributes:
        day: By the calendar in Thailand.
        service: What was asked for.
        outcome: What was decided.
        count: Rounded.
    """

    day: date
    service: ServiceId
    outcome: Outcome
    count: Count


class ProvinceCount(Message):
    """Decisions of one month in one province.

    Attributes:
        month: ``YYYY-MM``.
        province: Where the device stands: the digits of ISO 3166-2:TH, the first two of the area's code.
        service: What was asked for.
        outcome: What was decided.
        count: Rounded.
    """

    month: Month
    province: ProvinceCode
    service: ServiceId
    outcome: Outcome
    count: Count


class Statistics(Message):
    """What is published of a period.

    Attributes:
        since: First day.
        until: Last day; before ``since`` when nothing of the period is published yet. Months that do not lie wholly
            within are left out.
        delay_days: A day is published when this many whole days have passed since.
        smallest: Rows of fewer decisions are left out, and cannot be told from those of none.
        rounded_to: Every count is rounded to a multiple of this.
        days: By day, service and outcome.
        provinces: By month, province, service and outcome.
    """

    since: date
    until: date
    delay_days: Count
    smallest: Count
    rounded_to: Count
    days: tuple[DayCount, ...]
    provinces: tuple[ProvinceCount, ...]
