"""Expressions and cells of FEEL's subset, value by value."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest

from backend.eligibility.errors import SFeelError
from backend.eligibility.feel.evaluation import evaluate_expression, evaluate_tests
from backend.eligibility.feel.text import Names, parse_cell, parse_expression
from backend.eligibility.feel.values import UNKNOWN, Months, to_feel

SCOPE = {"a": Decimal(5), "day": date(2024, 2, 29), "Full Name": "Somchai", "nothing": None, "dark": UNKNOWN}
NAMES = Names(SCOPE)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("-a + 1", -4),
        ("2 ** 3", 8),
        ("10 / 4", Decimal("2.5")),
        ("1 / 0", None),
        ("a - 1 > 3", True),
        ('"Hello " + Full Name', "Hello Somchai"),
        ('"Hello " + a', None),
        ("a = null", False),
        ("nothing = null", True),
        ("nothing + 1", None),
        ('date("2026-11-24") - date("2026-11-23")', timedelta(days=1)),
        ('day + duration("P1Y")', date(2025, 2, 28)),
        ('date("2024-03-31") - @"P1M"', date(2024, 2, 29)),
        ("day.year", 2024),
        ('years and months duration(day, date("2026-02-28"))', Months(23)),
        ('duration("P1DT2H").hours', 2),
        ('duration("P2Y3M").months', 3),
        ('time("10:00:00") + duration("PT15H")', time(1)),
        ('date and time("2026-11-24T08:30:00")', datetime(2026, 11, 24, 8, 30)),  # noqa: DTZ001
        ('time("10:00:00Z") < time("10:00:00+01:00")', False),
        ("a between 1 and 5", True),
        ("a in (1, 2, [4..6])", True),
        ("a in ]5..6]", False),
        ("if a > 3 then 1 else 2", 1),
        ("if nothing then 1 else 2", 2),
        ("true and nothing", None),
        ("false and nothing", False),
        ("true or dark", True),
        ("false or dark", UNKNOWN),
        ("dark * 2", UNKNOWN),
        ("max(1, a, 3)", 5),
        ("sum([1, 2])", 3),
        ("not(a > 9)", True),
        ("[1, a]", [1, 5]),
        ("modulo(-5, 3)", 1),
        ('"\\u0e44\\""', 'ไ"'),
        (".5 + 0.5", 1),
    ],
)
def test_expressions_have_feels_values(text: str, expected: object) -> None:
    assert evaluate_expression(parse_expression(text, NAMES), SCOPE) == to_feel(expected)


@pytest.mark.parametrize(
    ("cell", "value", "expected"),
    [
        ("-", None, True),
        ("[1..5]", 5, True),
        ("[1..5)", 5, False),
        ("[1..5[", 5, False),
        ("]1..5]", 1, False),
        ("(1..5]", 1, False),
        ("< a", 4, True),
        ("a", 5, True),
        ("1, 2, > 8", 9, True),
        ("not(1, 2)", 3, True),
        ("not(1, 2)", 2, False),
        ("not(1)", None, True),
        ("< 3", None, None),
        ("null", None, True),
        ("null", 3, False),
        ('"x"', None, False),
        ('["x", "y"]', "y", True),
        ("[1, 2]", [1, 2], True),
        ('< date("2020-01-01")', date(2019, 12, 31), True),
        ('[date("2020-01-01")..date("2020-12-31")]', date(2020, 6, 1), True),
        ('> duration("P1D")', timedelta(hours=25), True),
        ('<= duration("P1Y")', Months(12), True),
        ("? > a", 6, True),
        ("-1", -1, True),
        ("< 3", UNKNOWN, UNKNOWN),
        ("true", False, False),
        ("< 3", "3", None),
    ],
)
def test_cells_test_values(cell: str, value: object, expected: object) -> None:
    assert evaluate_tests(parse_cell(cell, NAMES), to_feel(value), SCOPE) is expected


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("1 +", 3),
        ("for i in a return i", 0),
        ("b", 0),
        ("[1..", 4),
        ('date("2026-02-30")', 5),
        ("1 2", 2),
        ("{x: 1}", 0),
        ("a[1]", 1),
    ],
)
def test_what_is_not_feels_subset_is_refused_where_it_begins(text: str, position: int) -> None:
    with pytest.raises(SFeelError) as caught:
        parse_expression(text, NAMES)
    assert caught.value.position == position
