"""Values as files hold them: JSON and plain text into FEEL by the types a model declares, and FEEL into JSON. Pure.

JSON has no dates, times and durations: where a model declares one, text in FEEL's form is read as it.
"""

from collections.abc import Callable, Mapping
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Final

from backend.eligibility.errors import TableError
from backend.eligibility.feel.literals import parse_date, parse_date_time, parse_duration, parse_number, parse_time
from backend.eligibility.feel.values import FeelValue, Kind, Months, kind_of_value, to_feel
from backend.eligibility.model.parts import ItemType, Model
from backend.eligibility.model.types import kind_of_type

_FORMS: Final[Mapping[Kind, Callable[[str], FeelValue]]] = {
    Kind.DATE: parse_date,
    Kind.TIME: parse_time,
    Kind.DATE_TIME: parse_date_time,
    Kind.DAYS: parse_duration,
    Kind.MONTHS: parse_duration,
}
_PLAIN: Final[Mapping[Kind, Callable[[str], FeelValue]]] = {
    **_FORMS,
    Kind.NUMBER: parse_number,
    Kind.BOOLEAN: {"true": True, "false": False}.get,
}


def read_inputs(model: Model, given: Mapping[str, object]) -> dict[str, FeelValue]:
    """Take a model's inputs from JSON.

    Args:
        model: The model.
        given: By the names of input data, or of decisions that people make outside the model.

    Raises:
        TableError: A name the model does not take, or text that is not the date, time or duration declared.
    """
    takes = {name: one.type_ref for name, one in model.inputs.items()}
    takes |= {name: one.type_ref for name, one in model.decisions.items() if one.logic is None}
    found = {}
    for name, value in given.items():
        plain = " ".join(name.split())
        if plain not in takes:
            raise TableError(model.name, f"input {name}", f"the model takes {', '.join(sorted(takes)) or 'none'}")
        found[plain] = _read(value, type_named(takes[plain], model), model, f"input {name}")
    return found


def type_named(type_ref: str, model: Model) -> ItemType:
    """Return a declared type, or FEEL's own of that name."""
    return model.types.get(type_ref) or ItemType(type_ref or None)


def parse_plain(text: str, declared: ItemType, model: Model) -> FeelValue:
    """Read text without a type of its own as what is declared; as text where that fits nothing."""
    parse = _PLAIN.get(kind_of_type(declared, model.types) or Kind.STRING)
    value = parse(text) if parse else text
    return text if value is None else value


def _read(value: object, declared: ItemType, model: Model, place: str) -> FeelValue:
    if isinstance(value, list):
        return [_read(one, declared, model, place) for one in value]
    if isinstance(value, dict):
        parts = parts_of(declared, model)
        return {
            str(name): _read(one, parts.get(name) or ItemType(None), model, f"{place}, {name}")
            for name, one in value.items()
        }
    kind = kind_of_type(declared, model.types)
    form = _FORMS.get(kind) if kind else None
    if isinstance(value, str) and kind and form:
        found = form(value)
        if kind_of_value(found) is not kind:
            raise TableError(model.name, place, f"{value!r} is not a {kind.value}")
        return found
    return to_feel(value)


def parts_of(declared: ItemType, model: Model) -> Mapping[str, ItemType]:
    """Return a structure's parts, through the types it is declared by."""
    for _ in model.types:
        base = model.types.get(declared.base or "")
        if declared.components or base is None:
            break
        declared = base
    return declared.components


def to_json(value: FeelValue) -> object:  # noqa: PLR0911  (one case for each type)
    """Return a value as JSON can hold it: whole numbers whole, dates, times and durations in FEEL's form."""
    match value:
        case bool() | None | str():
            return value
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case list():
            return [to_json(one) for one in value]
        case dict():
            return {name: to_json(one) for name, one in value.items()}
        case Months(count):
            years, months = divmod(abs(count), 12)
            return f"{'-' * (count < 0)}P{f'{years}Y' * (years > 0)}{f'{months}M' * (months > 0 or not years)}"
        case timedelta():
            return _days(value)
        case date() | time():
            return value.isoformat()
        case _:
            return str(value)


def _days(length: timedelta) -> str:
    whole = abs(length)
    hours, rest = divmod(whole.seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    exact = f"{Decimal(seconds) + Decimal(whole.microseconds) / 1_000_000:f}".rstrip("0").rstrip(".") or "0"
    if not whole.microseconds:
        exact = str(seconds)
    clock = f"{hours}H" * (hours > 0) + f"{minutes}M" * (minutes > 0) + f"{exact}S" * (exact != "0")
    days = f"{whole.days}D" * (whole.days > 0)
    return f"{'-' * (length < timedelta(0))}P{days}{'T' * bool(clock)}{clock}" if days or clock else "PT0S"
