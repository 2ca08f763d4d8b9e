"""FEEL's values in Python, and what may be done with them.

Source: OMG DMN 1.3 clause 10.3.2.3 (semantic domains) and tables 42, 50-53 (comparison, arithmetic). ``None`` is
FEEL's null; ``UNKNOWN`` is this project's own: a value that exists but has not been told.
"""

import calendar
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Context, Decimal, DecimalException
from enum import Enum, StrEnum
from typing import Any, Final

FeelValue = Any
"""None, bool, Decimal, str, date, time, datetime, timedelta, Months, list, dict, ``Function`` or ``UNKNOWN``."""

DECIMAL: Final = Context(prec=34)
"""Numbers are IEEE 754-2008 decimal128 (clause 10.3.2.3.1)."""


class NotTold(Enum):
    """The type of ``UNKNOWN``."""

    UNKNOWN = "unknown"


UNKNOWN: Final = NotTold.UNKNOWN


@dataclass(frozen=True, slots=True, order=True)
class Months:
    """A years and months duration.

    Attributes:
        count: Whole months; negative for a duration backwards.
    """

    count: int


@dataclass(frozen=True, slots=True)
class Function:
    """A function that a model declares.

    Attributes:
        parameters: Their names, in order.
        apply: Gives its value for as many arguments.
    """

    parameters: tuple[str, ...]
    apply: Callable[[list[FeelValue]], FeelValue]


class Kind(StrEnum):
    """FEEL's types under the names ``typeRef`` uses."""

    NUMBER = "number"
    STRING = "string"
    BOOLEAN = "boolean"
    DATE = "date"
    TIME = "time"
    DATE_TIME = "dateTime"
    DAYS = "dayTimeDuration"
    MONTHS = "yearMonthDuration"
    LIST = "list"
    CONTEXT = "context"


_KINDS: Final[tuple[tuple[type, Kind], ...]] = (
    (bool, Kind.BOOLEAN),  # before int, of which it is a subclass
    (Decimal, Kind.NUMBER),
    (int, Kind.NUMBER),
    (str, Kind.STRING),
    (datetime, Kind.DATE_TIME),  # before date, of which it is a subclass
    (date, Kind.DATE),
    (time, Kind.TIME),
    (timedelta, Kind.DAYS),
    (Months, Kind.MONTHS),
    (list, Kind.LIST),
    (dict, Kind.CONTEXT),
)
_ORDERED: Final = frozenset(Kind) - {Kind.BOOLEAN, Kind.LIST, Kind.CONTEXT}


def kind_of_value(value: FeelValue) -> Kind | None:
    """Return a value's FEEL type; None for null, for ``UNKNOWN`` and for what FEEL does not know."""
    return next((kind for type_, kind in _KINDS if isinstance(value, type_)), None)


def to_feel(value: object) -> FeelValue:
    """Turn an ordinary Python value into FEEL's: whole and floating numbers become decimal, tuples lists."""
    match value:
        case bool() | None:
            return value
        case int():
            return Decimal(value)
        case float():
            return Decimal(repr(value))
        case list() | tuple():
            return [to_feel(item) for item in value]
        case Mapping():
            return {str(name): to_feel(item) for name, item in value.items()}
        case _:
            return value


def equal(left: FeelValue, right: FeelValue) -> bool | None:
    """Return ``left = right`` (table 42): null only equals null; different types are null."""
    if left is None or right is None:
        return left is right
    kind = kind_of_value(left)
    if kind is not kind_of_value(right):
        return None
    return bool(left == right)


def ordered(sign: str, left: FeelValue, right: FeelValue) -> bool | None:
    """Return ``left sign right`` for ``<``, ``<=``, ``>``, ``>=``; null where no order exists."""
    kind = kind_of_value(left)
    if kind is None or kind is not kind_of_value(right) or kind not in _ORDERED:
        return None
    try:
        match sign:
            case "<":
                return bool(left < right)
            case "<=":
                return bool(left <= right)
            case ">":
                return bool(left > right)
            case _:
                return bool(left >= right)
    except TypeError:  # one time has a zone, the other none: not comparable (clause 10.3.2.3.5)
        return None


def shift_months(day: date, months: int) -> date:
    """Return the same day some months on; the month's last when it has no such day."""
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return day.replace(year=years, month=month + 1, day=min(day.day, calendar.monthrange(years, month + 1)[1]))


def months_between(start: date, end: date) -> int:
    """Return whole months from start to end, negative when end is the earlier (``years and months duration``)."""
    if end < start:
        return -months_between(end, start)
    return (end.year - start.year) * 12 + end.month - start.month - (end.day < start.day)


def arithmetic(sign: str, left: FeelValue, right: FeelValue) -> FeelValue:
    """Return ``left sign right``; null where FEEL defines none, by zero, or out of range (tables 50-53)."""
    try:
        return _OPERATIONS[sign](left, right)
    except (DecimalException, OverflowError, ValueError, ZeroDivisionError, TypeError):
        return None


def negate(value: FeelValue) -> FeelValue:
    """Return ``-value`` for a number or a duration, null for all else."""
    match value:
        case bool():
            return None
        case Decimal():
            return DECIMAL.minus(value)
        case timedelta():
            return -value
        case Months():
            return Months(-value.count)
        case _:
            return None


def _add(left: FeelValue, right: FeelValue) -> FeelValue:  # noqa: PLR0911  (a row of the standard's table each)
    match kind_of_value(left), kind_of_value(right):
        case (Kind.NUMBER, Kind.NUMBER):
            return DECIMAL.add(left, right)
        case (Kind.STRING, Kind.STRING) | (Kind.DAYS, Kind.DAYS):
            return left + right
        case (Kind.MONTHS, Kind.MONTHS):
            return Months(left.count + right.count)
        case (Kind.DATE | Kind.DATE_TIME, Kind.DAYS):
            return left + right
        case (Kind.DATE | Kind.DATE_TIME, Kind.MONTHS):
            return shift_months(left, right.count)
        case (Kind.TIME, Kind.DAYS):
            return (datetime.combine(date(2000, 1, 2), left) + timedelta(seconds=right.seconds)).timetz()
        case (Kind.DAYS | Kind.MONTHS, Kind.DATE | Kind.DATE_TIME | Kind.TIME):
            return _add(right, left)
    return None


def _subtract(left: FeelValue, right: FeelValue) -> FeelValue:
    match kind_of_value(left), kind_of_value(right):
        case (Kind.NUMBER, Kind.NUMBER):
            return DECIMAL.subtract(left, right)
        case (Kind.DATE, Kind.DATE) | (Kind.DATE_TIME, Kind.DATE_TIME):
            return left - right
        case (Kind.TIME, Kind.TIME):
            day = date(2000, 1, 1)
            return datetime.combine(day, left) - datetime.combine(day, right)
        case (_, Kind.DAYS | Kind.MONTHS):
            return _add(left, negate(right))
    return None


def _multiply(left: FeelValue, right: FeelValue) -> FeelValue:
    match kind_of_value(left), kind_of_value(right):
        case (Kind.NUMBER, Kind.NUMBER):
            return DECIMAL.multiply(left, right)
        case (Kind.DAYS, Kind.NUMBER):
            return timedelta(microseconds=int(DECIMAL.multiply(Decimal(left // timedelta(microseconds=1)), right)))
        case (Kind.MONTHS, Kind.NUMBER):
            return Months(int(DECIMAL.multiply(Decimal(left.count), right)))
        case (Kind.NUMBER, Kind.DAYS | Kind.MONTHS):
            return _multiply(right, left)
    return None


def _divide(left: FeelValue, right: FeelValue) -> FeelValue:
    match kind_of_value(left), kind_of_value(right):
        case (Kind.NUMBER, Kind.NUMBER):
            return DECIMAL.divide(left, right)
        case (Kind.DAYS | Kind.MONTHS, Kind.NUMBER):
            return _multiply(left, DECIMAL.divide(Decimal(1), right))
        case (Kind.DAYS, Kind.DAYS):
            one = timedelta(microseconds=1)
            return DECIMAL.divide(Decimal(left // one), Decimal(right // one))
        case (Kind.MONTHS, Kind.MONTHS):
            return DECIMAL.divide(Decimal(left.count), Decimal(right.count))
    return None


def _power(left: FeelValue, right: FeelValue) -> FeelValue:
    both = kind_of_value(left) is kind_of_value(right) is Kind.NUMBER
    return DECIMAL.power(left, right) if both else None


_OPERATIONS: Final = {"+": _add, "-": _subtract, "*": _multiply, "/": _divide, "**": _power}
