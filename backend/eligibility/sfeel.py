"""S-FEEL unary tests as values, and what they say about a value that may not be known.

Source: OMG DMN 1.3 clause 9 (S-FEEL), grammar rules 7-18; null as the third truth value, clause 10.3.2.2 table 38.
Left out of the subset: qualified names as end points, ``date and time`` and durations; the parser refuses them.
"""

import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

Literal = Decimal | str | bool | date
"""A value a cell may name. Numbers are decimal, as FEEL's are."""

Value = Decimal | int | str | bool | date | None
"""A value to be tested; None is FEEL's null: not known."""

Truth = bool | None
"""True, False, or None: not known."""


class Kind(StrEnum):
    """FEEL's name of a value's type, as in ``typeRef``."""

    NUMBER = "number"
    STRING = "string"
    BOOLEAN = "boolean"
    DATE = "date"


class Comparison(StrEnum):
    """How a value is held against an end point; ``EQUAL`` is written without a sign."""

    EQUAL = ""
    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="


_ORDER: Final[Mapping[Comparison, Callable[[Any, Any], bool]]] = {
    Comparison.LESS: operator.lt,
    Comparison.AT_MOST: operator.le,
    Comparison.MORE: operator.gt,
    Comparison.AT_LEAST: operator.ge,
}


@dataclass(frozen=True, slots=True)
class Compare:
    """``< 60``, ``"UCS"``."""

    comparison: Comparison
    literal: Literal


@dataclass(frozen=True, slots=True)
class Interval:
    """``[60..69]``; a side is open when its end point does not belong."""

    start: Literal
    end: Literal
    start_open: bool = False
    end_open: bool = False


PositiveTest = Compare | Interval


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Tests divided by commas: one of them must hold. ``negated`` for ``not(…)``."""

    tests: tuple[PositiveTest, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Irrelevant:
    """``-``: holds for every value, a not-known one too."""


UnaryTests = AnyOf | Irrelevant


def kind_of(value: Literal | int) -> Kind:
    """Return a value's FEEL type. A bool is never a number here, whatever Python thinks."""
    match value:
        case bool():
            return Kind.BOOLEAN
        case str():
            return Kind.STRING
        case date():
            return Kind.DATE
        case _:
            return Kind.NUMBER


def literals_of(tests: UnaryTests) -> tuple[Literal, ...]:
    """Return every literal that the tests name, in order: for type checks and for boundary values in tests."""
    if isinstance(tests, Irrelevant):
        return ()
    found: list[Literal] = []
    for test in tests.tests:
        found.extend((test.literal,) if isinstance(test, Compare) else (test.start, test.end))
    return tuple(found)


def evaluate(tests: UnaryTests, value: Value) -> Truth:
    """Say whether ``value`` passes.

    Args:
        tests: Parsed cell.
        value: The input's value; None when it is not known.

    Returns:
        True or False; None when that depends on a value not known, or when the value's type cannot be compared with the
        cell's (DMN 1.3 table 42: such a comparison is null).
    """
    if isinstance(tests, Irrelevant):
        return True
    result = _any_of(_holds(test, value) for test in tests.tests)
    if tests.negated:
        return None if result is None else not result
    return result


def _any_of(truths: Iterable[Truth]) -> Truth:
    result: Truth = False
    for truth in truths:
        if truth:
            return True
        if truth is None:
            result = None
    return result


def all_of(truths: Iterable[Truth]) -> Truth:
    """Three-valued conjunction: False beats not known, not known beats True."""
    result: Truth = True
    for truth in truths:
        if truth is False:
            return False
        if truth is None:
            result = None
    return result


def _holds(test: PositiveTest, value: Value) -> Truth:
    if isinstance(test, Compare):
        return _compare(value, test.comparison, test.literal)
    above = Comparison.MORE if test.start_open else Comparison.AT_LEAST
    below = Comparison.LESS if test.end_open else Comparison.AT_MOST
    return all_of((_compare(value, above, test.start), _compare(value, below, test.end)))


def _compare(value: Value, comparison: Comparison, literal: Literal) -> Truth:
    if value is None or kind_of(value) is not kind_of(literal):
        return None
    if comparison is Comparison.EQUAL:
        return value == literal
    if isinstance(literal, bool):
        return None  # FEEL orders no booleans
    return bool(_ORDER[comparison](value, literal))
