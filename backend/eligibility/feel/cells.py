"""Cells whose values can be told apart by the literals they name: what three-valued decisions are exact for."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from backend.eligibility.feel.evaluation import evaluate_tests
from backend.eligibility.feel.nodes import Constant, Node, Range, Test, Tests
from backend.eligibility.feel.values import UNKNOWN, kind_of_value, ordered

Literal = Decimal | str | bool | date
"""A value a cell may name. Numbers are decimal, as FEEL's are."""

Value = Decimal | int | str | bool | date | None
"""An input's value; None when it is not known."""

Truth = bool | None
"""True, False, or None: not known."""


def holds(cell: Tests, value: Value) -> Truth:
    """Say whether a value passes a cell; None when that depends on a value not known or of another type."""
    truth = evaluate_tests(cell, UNKNOWN if value is None else value, {})
    return truth if isinstance(truth, bool) else None


def find_complaint(cell: Tests) -> str | None:
    """Return why a cell's values cannot be told apart by its literals; None when they can."""
    for test in cell.tests:
        operand = test.operand
        if isinstance(operand, Range):
            start, end = operand.start, operand.end
            if not (isinstance(start, Constant) and isinstance(end, Constant)):
                return "an interval's ends must be literals"
            if ordered("<=", start.value, end.value) is not True:
                return "an interval's ends must be of one type with an order, the first not after the second"
        elif test.condition or not _is_literal(operand):
            return "only literals and intervals of literals may stand here"
        elif test.sign and isinstance(operand, Constant) and ordered("<=", operand.value, operand.value) is None:
            return "a comparison needs something with an order"
    return None


def literals_of(cell: Tests) -> tuple[Literal, ...]:
    """Return every literal that a cell names, in order: for type checks, and for the classes its values fall into."""
    return tuple(literal for test in cell.tests for literal in _literals(test))


def _literals(test: Test) -> Iterator[Literal]:
    nodes = (test.operand.start, test.operand.end) if isinstance(test.operand, Range) else (test.operand,)
    for node in nodes:
        if isinstance(node, Constant):
            yield node.value


def _is_literal(node: Node) -> bool:
    return isinstance(node, Constant) and kind_of_value(node.value) is not None
