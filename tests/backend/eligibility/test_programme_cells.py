"""A programme's cells: what they say, three-valued, and which are refused."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.eligibility.errors import EligibilityError, SFeelError
from backend.eligibility.feel.cells import find_complaint, holds, literals_of
from backend.eligibility.feel.text import Names, parse_cell

OCTOBER = date(2015, 10, 1)


def cell_of(text):
    return parse_cell(text, Names(()))


@pytest.mark.parametrize(
    ("cell", "value", "expected"),
    [
        ("-", None, True),
        (" - ", 5, True),
        ("5", 5, True),
        ("5", 6, False),
        ("-5", -5, True),
        ("1.50", Decimal("1.5"), True),
        (".5", Decimal("0.5"), True),
        ("< 60", 59, True),
        ("<60", 60, False),
        ("<= 60", 60, True),
        ("<= 60", 61, False),
        ("> 60", 60, False),
        ("> 60", 61, True),
        (">= 60", 60, True),
        (">= 60", 59, False),
        ("[60..69]", 60, True),
        ("[60..69]", 69, True),
        ("[60..69]", 59, False),
        ("[60..69]", 70, False),
        ("(60..69)", 60, False),
        ("(60..69)", 61, True),
        ("(60..69)", 69, False),
        ("]60..69[", 60, False),
        ("]60..69[", 69, False),
        ("]60..69[", 68, True),
        ("(60..69]", 69, True),
        ("[60..69)", 60, True),
        ("[ 60 .. 69 ]", 65, True),
        ('"UCS"', "UCS", True),
        ('"UCS"', "ucs", False),
        ('"UCS","SSS"', "SSS", True),
        ('"UCS", "SSS"', "NONE", False),
        ('not("UCS", "SSS")', "NONE", True),
        ('not("UCS", "SSS")', "SSS", False),
        ("not(> 5)", 5, True),
        ("true", True, True),
        ("true", False, False),
        ("false", False, True),
        ("< 5, > 10, 7", 7, True),
        ("< 5, > 10, 7", 8, False),
        ('date("2015-10-01")', OCTOBER, True),
        ('>= date("2015-10-01")', OCTOBER, True),
        ('< date("2015-10-01")', OCTOBER, False),
        ('[date("2015-10-01")..date("2016-09-30")]', date(2016, 9, 30), True),
        ('"\\u2013"', "–", True),
        ('"a\\"b\\\\c\\n\\u0e01"', 'a"b\\c\nก', True),
    ],
)
def test_a_cell_says(cell, value, expected):
    assert holds(cell_of(cell), value) is expected


@pytest.mark.parametrize("cell", ["5", "< 60", "[1..2]", 'not("UCS")', "true", "1, 2", 'date("2015-10-01")'])
def test_a_value_not_known_makes_the_cell_not_known(cell):
    assert holds(cell_of(cell), None) is None


@pytest.mark.parametrize(
    ("cell", "value"), [("1", True), ("0", False), ("true", 1), ("5", "5"), ("< 5", "a"), ('"5"', 5), ("not(1)", True)]
)
def test_values_of_another_type_are_not_known_rather_than_false(cell, value):
    assert holds(cell_of(cell), value) is None


@pytest.mark.parametrize(
    ("cell", "position"),
    [
        ("", 0),
        ("5,", 2),
        ("5 6", 2),
        ("<", 1),
        ("[1..2", 5),
        ("[1.2]", None),
        ("not(5", 5),
        ("not 5", 0),
        ("not(-)", 5),
        ("-, 5", 1),
        ("5)", 1),
        ("age", 0),
        ("truex", 0),
        ("5x", 0),
        ('"open', 0),
        ('date("2015-02-30")', 5),
        ("= 5", 0),
        ("not(not(5))", None),
    ],
)
def test_what_is_no_cell_is_refused_with_its_position(cell, position):
    if position is None:
        assert find_complaint(cell_of(cell))
        return
    with pytest.raises(SFeelError) as caught:
        cell_of(cell)
    assert (caught.value.position, caught.value.text) == (position, cell)
    assert caught.value.expected
    assert isinstance(caught.value, EligibilityError)


@pytest.mark.parametrize(
    "cell",
    [
        "< true",
        "[2..1]",
        '[1.."a"]',
        "[true..true]",
        "date(2015)",
        "null",
        "? > 5",
        "1 + 1",
        "[1, 2]",
        "if ? > 5 then 1 else 2",
    ],
)
def test_a_cell_that_is_more_than_literals_decides_no_programme(cell):
    assert find_complaint(cell_of(cell))


numbers = st.integers(-9, 9)
days = st.dates(date(2000, 1, 1), date(2000, 1, 9))
strings = st.text("abก", max_size=2)
ordered = st.one_of(numbers, days, strings)


def _write(value):
    match value:
        case bool():
            return str(value).lower()
        case date():
            return f'date("{value}")'
        case str():
            return f'"{value}"'
        case _:
            return str(value)


@st.composite
def intervals(draw):
    kind = draw(st.sampled_from([numbers, days, strings]))
    start, end = sorted([draw(kind), draw(kind)])
    return start, end, draw(st.booleans()), draw(st.booleans())


@given(intervals(), ordered)
def test_an_interval_is_its_two_comparisons(interval, value):
    start, end, start_open, end_open = interval
    cell = cell_of(f"{'(' if start_open else '['}{_write(start)}..{_write(end)}{')' if end_open else ']'}")
    if type(value) is not type(start):
        assert holds(cell, value) is None
        return
    above = value > start or (value == start and not start_open)
    below = value < end or (value == end and not end_open)
    assert holds(cell, value) is (above and below)


@given(st.sampled_from(["", "<", ">="]), ordered, ordered)
def test_negation_turns_every_answer_but_not_known(sign, literal, value):
    text = f"{sign} {_write(literal)}".strip()
    straight, turned = holds(cell_of(text), value), holds(cell_of(f"not({text})"), value)
    assert turned is (None if straight is None else not straight)


@given(st.text(alphabet='0123456789.,<>=[]() "-\\notruefalsdu', max_size=24))
def test_any_text_is_a_cell_or_a_typed_error(text):
    try:
        written, position = cell_of(text).text, 0
    except SFeelError as error:
        written, position = error.text.strip(), error.position
    assert written == text.strip()
    assert 0 <= position <= len(text)


def test_literals_are_listed_for_type_checks():
    assert literals_of(cell_of("-")) == ()
    assert literals_of(cell_of("< 5, [6..7]")) == (5, 6, 7)
