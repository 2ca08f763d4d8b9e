"""S-FEEL unary tests as text: read from a decision table's cell, and written back.

Source: OMG DMN 1.3 clause 9.2, grammar rules 7-18 (simple unary tests, intervals, end points, simple literals).
"""

import re
from datetime import date
from decimal import Decimal
from typing import NoReturn

from backend.eligibility.errors import SFeelError
from backend.eligibility.sfeel import (
    AnyOf,
    Compare,
    Comparison,
    Interval,
    Irrelevant,
    Literal,
    PositiveTest,
    UnaryTests,
    kind_of,
)

_SPACE = re.compile(r"\s*")
_NUMBER = re.compile(r"-?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?![0-9A-Za-z_])")
_STRING = re.compile(r'"((?:[^"\\]|\\["\\nrt]|\\u[0-9a-fA-F]{4})*)"')
_WORD = re.compile(r"(true|false)(?![A-Za-z0-9_])")
_DATE = re.compile(r'date\s*\(\s*"([0-9]{4}-[0-9]{2}-[0-9]{2})"\s*\)')
_NOT = re.compile(r"not\s*\(")
_COMPARISON = re.compile(r"<=|>=|<|>")
_ESCAPE = re.compile(r'\\(["\\nrt]|u[0-9a-fA-F]{4})')
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t"}


class _Cursor:
    """A place in a cell. Lives for one parse."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self._skip()

    def _skip(self) -> None:
        match = _SPACE.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        match = pattern.match(self.text, self.at)
        if match:
            self.at = match.end()
            self._skip()
        return match

    def take_sign(self, signs: str) -> str | None:
        """Take one character out of ``signs``."""
        if self.at < len(self.text) and self.text[self.at] in signs:
            sign = self.text[self.at]
            self.at += 1
            self._skip()
            return sign
        return None

    @property
    def at_end(self) -> bool:
        return self.at == len(self.text)

    def refuse(self, expected: str) -> NoReturn:
        raise SFeelError(self.text, self.at, expected)


def parse_unary_tests(text: str) -> UnaryTests:
    """Read one input cell.

    Raises:
        SFeelError: Not within the subset; the error says where.
    """
    cursor = _Cursor(text)
    if cursor.text.strip() == "-":
        return Irrelevant()
    negated = cursor.take(_NOT) is not None
    tests = [_parse_test(cursor)]
    while cursor.take_sign(","):
        tests.append(_parse_test(cursor))
    if negated and not cursor.take_sign(")"):
        cursor.refuse("comma or closing parenthesis")
    if not cursor.at_end:
        cursor.refuse("comma or end of cell")
    return AnyOf(tuple(tests), negated)


def parse_literal(text: str) -> Literal:
    """Read one output cell: a simple literal.

    Raises:
        SFeelError: Not a literal.
    """
    cursor = _Cursor(text)
    literal = _parse_literal(cursor)
    if not cursor.at_end:
        cursor.refuse("end of cell")
    return literal


def _parse_test(cursor: _Cursor) -> PositiveTest:
    sign = cursor.take(_COMPARISON)
    if sign:
        before = cursor.at
        literal = _parse_literal(cursor)
        if isinstance(literal, bool):
            cursor.at = before
            cursor.refuse("something with an order")
        return Compare(Comparison(sign.group()), literal)
    opening = cursor.take_sign("[(]")
    return _parse_interval(cursor, opening) if opening else Compare(Comparison.EQUAL, _parse_literal(cursor))


def _parse_interval(cursor: _Cursor, opening: str) -> Interval:
    start = _parse_literal(cursor)
    if not (cursor.take_sign(".") and cursor.take_sign(".")):
        cursor.refuse("two dots")
    before = cursor.at
    end = _parse_literal(cursor)
    closing = cursor.take_sign("])[")
    if not closing:
        cursor.refuse("end of the interval")
    if isinstance(start, bool) or kind_of(start) is not kind_of(end) or start > end:  # type: ignore[operator]  # one kind
        cursor.at = before
        cursor.refuse("an end point of the same type and not before the start")
    return Interval(start, end, start_open=opening in "(]", end_open=closing in ")[")


def _parse_literal(cursor: _Cursor) -> Literal:
    before = cursor.at
    if number := cursor.take(_NUMBER):
        return Decimal(number.group())
    if string := cursor.take(_STRING):
        return _ESCAPE.sub(_unescape, string.group(1))
    if word := cursor.take(_WORD):
        return word.group(1) == "true"
    if day := cursor.take(_DATE):
        return _parse_day(cursor, before, day.group(1))
    return cursor.refuse("number, string, true, false or date")


def _parse_day(cursor: _Cursor, before: int, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        cursor.at = before
        return cursor.refuse("a day that exists")


def _unescape(escape: re.Match[str]) -> str:
    sign = escape.group(1)
    return chr(int(sign[1:], 16)) if sign.startswith("u") else _ESCAPED.get(sign, sign)


def write_unary_tests(tests: UnaryTests) -> str:
    """Write tests as a cell that :func:`parse_unary_tests` reads back to the same value."""
    if isinstance(tests, Irrelevant):
        return "-"
    inside = ", ".join(_write_test(test) for test in tests.tests)
    return f"not({inside})" if tests.negated else inside


def _write_test(test: PositiveTest) -> str:
    if isinstance(test, Compare):
        return f"{test.comparison} {_write_literal(test.literal)}".strip()
    opening, closing = "(" if test.start_open else "[", ")" if test.end_open else "]"
    return f"{opening}{_write_literal(test.start)}..{_write_literal(test.end)}{closing}"


def _write_literal(literal: Literal) -> str:
    match literal:
        case bool():
            return "true" if literal else "false"
        case str():
            escaped = literal.replace("\\", "\\\\").replace('"', '\\"')
            for sign, real in _ESCAPED.items():
                escaped = escaped.replace(real, "\\" + sign)
            return f'"{escaped}"'
        case date():
            return f'date("{literal.isoformat()}")'
        case _:
            return f"{literal:f}"
