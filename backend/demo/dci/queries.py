"""Whom a DCI search seeks, whichever way it is written. Pure.

A register answers about the person that a search names by his number: it is no list to be trawled. Whatever else a
search says narrows the answer, so that a question which only wants to know whether something is so needs no more.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from backend.demo.dci.errors import RejectedError

IDENTIFIERS: Final = frozenset({"CITIZEN_NUMBER", "UIN", "NIN"})
"""Identifier types by which a citizen number may be called."""
_OPERATORS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "eq": lambda have, want: have == want,
    "lt": lambda have, want: have < want,
    "gt": lambda have, want: have > want,
    "le": lambda have, want: have <= want,
    "ge": lambda have, want: have >= want,
    "in": lambda have, want: have in want,
}
_ALSO_WRITTEN: Final = {"lte": "le", "gte": "ge"}
_DEEPEST: Final = 8
_WRONG: Final = "rjct.search_criteria.invalid"


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison: the attribute's path in the record, ``eq`` and so on, and with what."""

    attribute: str
    operator: str
    value: Any


@dataclass(frozen=True, slots=True)
class Sought:
    """Whom a search seeks.

    Attributes:
        number: The person's number as it was written.
        conditions: What must be so of his record.
    """

    number: str
    conditions: tuple[Condition, ...] = ()


def parse_query(query_type: str, query: Any) -> Sought:
    """Read a query.

    Raises:
        RejectedError: It is not of its type, or names no person.
    """
    match query_type:
        case "idtype-value":
            if not isinstance(query, dict) or query.get("type") not in tuple(IDENTIFIERS):
                raise RejectedError(_WRONG, f"query.type: one of {', '.join(sorted(IDENTIFIERS))} is needed")
            return Sought(_number(query.get("value")))
        case "predicate":
            return _sought(list(_predicates(query)))
        case "expression":
            return _sought(list(_expression(query)))
    raise RejectedError(_WRONG, "query_type: idtype-value, predicate or expression is needed")


def fits(record: Mapping[str, Any], conditions: tuple[Condition, ...]) -> bool:
    """Tell whether a record is as all conditions want it.

    Raises:
        RejectedError: A condition speaks of something that the register does not have, or compares unlike things.
    """
    try:
        return all(_OPERATORS[one.operator](_value_at(record, one.attribute), one.value) for one in conditions)
    except TypeError:
        raise RejectedError("rjct.filter.invalid", "unlike things cannot be compared") from None


def _value_at(record: Mapping[str, Any], path: str) -> Any:
    value: Any = record
    for step in path.split("."):
        if not isinstance(value, Mapping) or step not in value:
            raise RejectedError("rjct.filter.invalid", "an attribute that this register does not have")
        value = value[step]
    return value


def _sought(conditions: list[Condition]) -> Sought:
    named = [one for one in conditions if one.attribute in IDENTIFIERS]
    if len(named) != 1 or named[0].operator != "eq":
        raise RejectedError(_WRONG, "a search must name one person by his number, with eq")
    return Sought(_number(named[0].value), tuple(one for one in conditions if one is not named[0]))


def _number(value: Any) -> str:
    """Return an identifier as text; the standard lets it be an integer too."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise RejectedError(_WRONG, "an identifier's value: a text or an integer is needed")
    return str(value)


def _predicates(query: Any) -> Iterator[Condition]:
    if not isinstance(query, list) or not query:
        raise RejectedError(_WRONG, "query: a list of predicates is needed")
    for one in query:
        if not isinstance(one, dict) or one.get("condition", "and") != "and":
            raise RejectedError(_WRONG, "query: predicates joined by 'and' are needed")
        yield _predicate(one.get("expression1"))
        if one.get("expression2") is not None:
            yield _predicate(one["expression2"])


def _predicate(one: Any) -> Condition:
    if not isinstance(one, dict) or not isinstance(one.get("attribute_name"), str) or "attribute_value" not in one:
        raise RejectedError(_WRONG, "an expression needs attribute_name, operator and attribute_value")
    return Condition(one["attribute_name"], _operator(one.get("operator")), one["attribute_value"])


def _expression(query: Any) -> Iterator[Condition]:
    try:
        wanted = query["value"]["expression"]["query"]
    except (KeyError, TypeError):
        raise RejectedError(_WRONG, "query.value.expression.query is needed") from None
    yield from _conditions(wanted)


def _conditions(wanted: Any, depth: int = 0) -> Iterator[Condition]:
    if not isinstance(wanted, dict) or depth > _DEEPEST:
        raise RejectedError(_WRONG, f"an expression is an object, at most {_DEEPEST} deep")
    for attribute, compared in wanted.items():
        if attribute == "$and" and isinstance(compared, list):
            for part in compared:
                yield from _conditions(part, depth + 1)
        elif attribute.startswith("$"):
            raise RejectedError(_WRONG, "expressions joined by $and are needed")
        elif isinstance(compared, dict):
            for operator, value in compared.items():
                yield Condition(attribute, _operator(operator), value)
        else:
            yield Condition(attribute, "eq", compared)


def _operator(written: Any) -> str:
    plain = written.removeprefix("$") if isinstance(written, str) else ""
    operator = _ALSO_WRITTEN.get(plain, plain)
    if operator not in _OPERATORS:
        raise RejectedError(_WRONG, f"operator: one of {', '.join(_OPERATORS)} is needed")
    return operator
