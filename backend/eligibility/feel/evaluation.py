"""What an expression or a cell says about values, of which some may be null and some not told.

Source: OMG DMN 1.3 clause 10.3.2 (semantics), table 38 (three-valued logic). ``UNKNOWN`` runs through everything
but what does not depend on it: ``false and UNKNOWN`` is false.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from backend.eligibility.feel.functions import FUNCTIONS, property_of
from backend.eligibility.feel.nodes import (
    Arithmetic,
    Call,
    Comparison,
    Constant,
    If,
    In,
    Invoke,
    Items,
    Logic,
    Name,
    Negative,
    Node,
    Path,
    Range,
    Test,
    Tests,
)
from backend.eligibility.feel.values import UNKNOWN, FeelValue, Function, arithmetic, equal, negate, ordered

Scope = Mapping[str, FeelValue]
_SELF: Final = "?"


def evaluate_expression(node: Node, scope: Scope) -> FeelValue:  # noqa: PLR0911, PLR0912, C901  (one case for each node)
    """Return an expression's value: null where FEEL says so, ``UNKNOWN`` where it hangs on what was not told."""
    match node:
        case Constant(value):
            return value
        case Name(name):
            return scope.get(name)
        case Path(source, name):
            value = evaluate_expression(source, scope)
            return value if value is UNKNOWN else property_of(value, name)
        case Negative(operand):
            value = evaluate_expression(operand, scope)
            return value if value is UNKNOWN else negate(value)
        case Arithmetic(sign, left, right):
            one, other = evaluate_expression(left, scope), evaluate_expression(right, scope)
            return UNKNOWN if UNKNOWN in (one, other) else arithmetic(sign, one, other)
        case Comparison(sign, left, right):
            return compare(sign, evaluate_expression(left, scope), evaluate_expression(right, scope))
        case Logic(both, operands):
            return _combine((evaluate_expression(operand, scope) for operand in operands), decisive=not both)
        case If(condition, yes, no):
            return _choose(evaluate_expression(condition, scope), yes, no, scope)
        case Items(items):
            return [evaluate_expression(item, scope) for item in items]
        case In(value, tests):
            return evaluate_tests(tests, evaluate_expression(value, scope), scope)
        case Call(function, arguments):
            return _call(function, [evaluate_expression(argument, scope) for argument in arguments])
        case Invoke(function, arguments):
            return call_function(scope.get(function), [evaluate_expression(one, scope) for one in arguments])
        case Range():
            return None  # an interval is no value within S-FEEL; a test reads it itself


def evaluate_tests(tests: Tests, value: FeelValue, scope: Scope) -> FeelValue:
    """Say whether a value passes a cell: True, False, null (which is no match) or ``UNKNOWN``."""
    if tests.any_value:
        return True
    held = _combine((_holds(test, value, scope) for test in tests.tests), decisive=True)
    if not tests.negated:
        return held
    return not held if isinstance(held, bool) else held


def compare(sign: str, left: FeelValue, right: FeelValue) -> FeelValue:
    """Return ``left sign right``."""
    if left is UNKNOWN or right is UNKNOWN:
        return UNKNOWN
    if sign == "=":
        return equal(left, right)
    if sign == "!=":
        same = equal(left, right)
        return None if same is None else not same
    return ordered(sign, left, right)


def call_function(function: FeelValue, arguments: list[FeelValue]) -> FeelValue:
    """Return a declared function's value; null for what is none, or for another number of arguments."""
    fits = isinstance(function, Function) and len(function.parameters) == len(arguments)
    return function.apply(arguments) if fits else None


def _choose(asked: FeelValue, yes: Node, no: Node, scope: Scope) -> FeelValue:
    if asked is UNKNOWN:
        one, other = evaluate_expression(yes, scope), evaluate_expression(no, scope)
        return one if one == other and type(one) is type(other) else UNKNOWN
    return evaluate_expression(yes if asked is True else no, scope)


def _combine(truths: Iterable[FeelValue], *, decisive: bool) -> FeelValue:
    """Return ``decisive`` as soon as one is; else ``UNKNOWN`` before null before the opposite."""
    result: FeelValue = not decisive
    for truth in truths:
        if truth is decisive:
            return decisive
        if truth is UNKNOWN:
            result = UNKNOWN
        elif not isinstance(truth, bool) and result is not UNKNOWN:
            result = None
    return result


def _call(function: str, arguments: list[FeelValue]) -> FeelValue:
    if any(argument is UNKNOWN or (isinstance(argument, list) and UNKNOWN in argument) for argument in arguments):
        return UNKNOWN
    try:
        return FUNCTIONS[function](*arguments)
    except (TypeError, ValueError, ArithmeticError):  # too few arguments, or no such day: null, as FEEL has it
        return None


def _holds(test: Test, value: FeelValue, scope: Scope) -> FeelValue:
    operand = test.operand
    if test.sign:
        return compare(test.sign, value, evaluate_expression(operand, scope))
    if isinstance(operand, Range):
        return _within(operand, value, scope)
    if isinstance(operand, Items) and not isinstance(value, list):
        return _combine((_holds(Test("", item), value, scope) for item in operand.items), decisive=True)
    if test.condition:
        return evaluate_expression(operand, {**scope, _SELF: value})
    expected = evaluate_expression(operand, scope)
    if isinstance(expected, list) and not isinstance(value, list):
        return _combine((compare("=", value, item) for item in expected), decisive=True)
    return compare("=", value, expected)


def _within(span: Range, value: FeelValue, scope: Scope) -> FeelValue:
    above = compare(">" if span.start_open else ">=", value, evaluate_expression(span.start, scope))
    below = compare("<" if span.end_open else "<=", value, evaluate_expression(span.end, scope))
    return _combine((above, below), decisive=False)
