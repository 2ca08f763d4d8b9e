"""The built-in functions a table may use; given what they do not take they are null (OMG DMN 1.3 clause 10.3.4)."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from typing import Final

from backend.eligibility.feel.literals import parse_date, parse_date_time, parse_duration, parse_number, parse_time
from backend.eligibility.feel.values import (
    DECIMAL,
    FeelValue,
    Months,
    arithmetic,
    equal,
    kind_of_value,
    months_between,
    ordered,
)


def _date(*given: FeelValue) -> FeelValue:
    match given:
        case (str(text),):
            return parse_date(text)
        case (datetime() as at,):
            return at.date()
        case (date() as day,):
            return day
        case (Decimal() as year, Decimal() as month, Decimal() as day):
            return date(int(year), int(month), int(day))
        case _:
            return None


def _time(*given: FeelValue) -> FeelValue:
    match given:
        case (str(text),):
            return parse_time(text)
        case (datetime() as at,):
            return at.timetz()
        case (time() as at,):
            return at
        case (Decimal() as hour, Decimal() as minute, Decimal() as second):
            return time(int(hour), int(minute), int(second))
        case _:
            return None


def _date_time(*given: FeelValue) -> FeelValue:
    match given:
        case (str(text),):
            return parse_date_time(text)
        case (date() as day, time() as at):
            return datetime(day.year, day.month, day.day).combine(day, at)  # noqa: DTZ001  (the time brings its zone)
        case _:
            return None


def _months(start: FeelValue, end: FeelValue) -> FeelValue:
    both = isinstance(start, date) and isinstance(end, date)
    return Months(months_between(start, end)) if both else None


def _listed(given: tuple[FeelValue, ...]) -> list[FeelValue]:
    return given[0] if len(given) == 1 and isinstance(given[0], list) else list(given)


def extreme(sign: str, items: list[FeelValue]) -> FeelValue:
    """Return the least (``<``) or greatest (``>``) item; null for none or for items without a common order."""
    best: FeelValue = None
    for place, item in enumerate(items):
        before = True if place == 0 else ordered(sign, item, best)
        if before is None or kind_of_value(item) is None:
            return None
        best = item if before else best
    return best


def total(items: list[FeelValue]) -> FeelValue:
    """Return the sum of numbers or durations; null for none or for anything else."""
    if not items:
        return None
    result = items[0] if kind_of_value(items[0]) is not None else None
    for item in items[1:]:
        result = arithmetic("+", result, item)
    return None if isinstance(result, str) else result


def _mean(*given: FeelValue) -> FeelValue:
    items = _listed(given)
    return arithmetic("/", total(items), Decimal(len(items)))


def _rounded(rounding: str) -> Callable[..., FeelValue]:
    return lambda value: value.to_integral_value(rounding=rounding) if isinstance(value, Decimal) else None


def _on_text(work: Callable[..., FeelValue]) -> Callable[..., FeelValue]:
    return lambda *given: work(*given) if all(isinstance(item, str) for item in given) else None


def _modulo(dividend: FeelValue, divisor: FeelValue) -> FeelValue:
    # FEEL's modulo takes the divisor's sign, Python's Decimal the dividend's (table 74).
    quotient = arithmetic("/", dividend, divisor)
    if not isinstance(quotient, Decimal):
        return None
    whole = quotient.to_integral_value(rounding=ROUND_FLOOR)
    return arithmetic("-", dividend, DECIMAL.multiply(divisor, whole))


def _string(value: FeelValue) -> FeelValue:
    match value:
        case None | str():
            return value
        case bool():
            return "true" if value else "false"
        case Decimal():
            return f"{value.normalize(DECIMAL) + 0:f}"
        case datetime() | date() | time():
            return value.isoformat()
        case _:  # the standard leaves durations' and lists' form open
            return None


def _decimal(value: FeelValue, scale: FeelValue) -> FeelValue:
    if not (isinstance(value, Decimal) and isinstance(scale, Decimal)):
        return None
    places = Decimal(1).scaleb(-int(scale))
    return value.quantize(places, rounding=ROUND_HALF_EVEN, context=DECIMAL)


FUNCTIONS: Final[Mapping[str, Callable[..., FeelValue]]] = {
    "date": _date,
    "time": _time,
    "date and time": _date_time,
    "duration": lambda text: parse_duration(text) if isinstance(text, str) else None,
    "years and months duration": _months,
    "string": _string,
    "decimal": _decimal,
    "number": lambda text: parse_number(text) if isinstance(text, str) else None,
    "not": lambda value: not value if isinstance(value, bool) else None,
    "min": lambda *given: extreme("<", _listed(given)),
    "max": lambda *given: extreme(">", _listed(given)),
    "sum": lambda *given: total(_listed(given)),
    "mean": _mean,
    "count": lambda *given: Decimal(len(_listed(given))),
    "list contains": lambda items, item: isinstance(items, list) and any(equal(one, item) for one in items),
    "floor": _rounded(ROUND_FLOOR),
    "ceiling": _rounded(ROUND_CEILING),
    "abs": lambda value: abs(value) if isinstance(value, Decimal) else None,
    "modulo": _modulo,
    "string length": _on_text(lambda text: Decimal(len(text))),
    "upper case": _on_text(str.upper),
    "lower case": _on_text(str.lower),
    "contains": _on_text(lambda text, part: part in text),
    "starts with": _on_text(str.startswith),
    "ends with": _on_text(str.endswith),
}
"""By FEEL's name. ``now()`` and ``today()`` are missing on purpose: a decision made again must come out the same."""

PROPERTIES: Final[Mapping[str, Callable[[FeelValue], FeelValue]]] = {
    "year": lambda value: Decimal(value.year),
    "month": lambda value: Decimal(value.month),
    "day": lambda value: Decimal(value.day),
    "weekday": lambda value: Decimal(value.isoweekday()),
    "hour": lambda value: Decimal(value.hour),
    "minute": lambda value: Decimal(value.minute),
    "second": lambda value: Decimal(value.second),
    "years": lambda value: Decimal(int(value.count / 12)),
    "months": lambda value: Decimal(value.count - 12 * int(value.count / 12)),
    "days": lambda value: Decimal(int(value.total_seconds() / 86_400)),
    "hours": lambda value: Decimal(int(abs(value).seconds // 3600)).copy_sign(Decimal(value.days)),
    "minutes": lambda value: Decimal(int(abs(value).seconds // 60 % 60)).copy_sign(Decimal(value.days)),
    "seconds": lambda value: Decimal(int(abs(value).seconds % 60)).copy_sign(Decimal(value.days)),
}
"""What may follow a date, time or duration after a dot (table 65)."""


def property_of(value: FeelValue, name: str) -> FeelValue:
    """Return a value's property; null when it has none of that name."""
    if isinstance(value, dict):
        return value.get(name)
    if isinstance(value, list):  # a list's members, each (clause 10.3.2.9)
        return [property_of(item, name) for item in value]
    work = PROPERTIES.get(name)
    try:
        return work(value) if work else None
    except AttributeError:
        return None
