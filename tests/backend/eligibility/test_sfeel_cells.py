"""S-FEEL cells: what they say, three-valued, and how they are refused."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from backend.eligibility.errors import EligibilityError, SFeelError
from backend.eligibility.sfeel import (
    AnyOf,
    Compare,
    Comparison,
    Interval,
    Irrelevant,
    all_of,
    evaluate,
    kind_of,
    literals_of,
)
from backend.eligibility.sfeel_text import parse_literal, parse_unary_tests, write_unary_tests

OCTOBER = date(2015, 10, 1)


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
    assert evaluate(parse_unary_tests(cell), value) is expected


@pytest.mark.parametrize("cell", ["5", "< 60", "[1..2]", 'not("UCS")', "true", "1, 2", 'date("2015-10-01")'])
def test_a_value_not_known_makes_the_cell_not_known(cell):
    assert evaluate(parse_unary_tests(cell), None) is None


@pytest.mark.parametrize(
    ("cell", "value"), [("1", True), ("0", False), ("true", 1), ("5", "5"), ("< 5", "a"), ('"5"', 5), ("not(1)", True)]
)
def test_values_of_another_type_are_not_known_rather_than_false(cell, value):
    assert evaluate(parse_unary_tests(cell), value) is None


def test_booleans_have_no_order():
    test = AnyOf((Compare(Comparison.LESS, True),))
    assert evaluate(test, False) is None


@pytest.mark.parametrize(
    ("truths", "expected"),
    [
        ([], True),
        ([True, True], True),
        ([True, None], None),
        ([None, False], False),
        ([False, None], False),
        ([None, True], None),
    ],
)
def test_false_beats_not_known_and_not_known_beats_true(truths, expected):
    assert all_of(truths) is expected


@pytest.mark.parametrize(
    ("cell", "position"),
    [
        ("", 0),
        ("5,", 2),
        ("5 6", 2),
        ("<", 1),
        ("< true", 2),
        ("[1..2", 5),
        ("[1.2]", 4),
        ("[2..1]", 4),
        ('[1.."a"]', 4),
        ("[true..true]", 7),
        ("not(5", 5),
        ("not 5", 0),
        ("not(-)", 4),
        ("-, 5", 0),
        ("5)", 1),
        ("age", 0),
        ("truex", 0),
        ("5x", 0),
        ('"open', 0),
        ('date("2015-02-30")', 0),
        ("date(2015)", 0),
        ("= 5", 0),
        ("null", 0),
        ("not(not(5))", 4),
    ],
)
def test_a_cell_outside_the_subset_is_refused_with_its_position(cell, position):
    with pytest.raises(SFeelError) as caught:
        parse_unary_tests(cell)
    assert (caught.value.position, caught.value.text) == (position, cell)
    assert caught.value.expected
    assert isinstance(caught.value, EligibilityError)


@pytest.mark.parametrize(("cell", "position"), [("", 0), ("5 6", 2), ("< 5", 0), ("-", 0)])
def test_an_output_cell_is_one_literal(cell, position):
    with pytest.raises(SFeelError) as caught:
        parse_literal(cell)
    assert caught.value.position == position
    assert parse_literal(' "eligible" ') == "eligible"


numbers = st.decimals(allow_nan=False, allow_infinity=False, min_value=-1000000, max_value=1000000, places=2)
strings = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
days = st.dates(min_value=date(1900, 1, 1))
ordered = st.one_of(numbers, strings, days)
literals = st.one_of(ordered, st.booleans())
orders = st.sampled_from([c for c in Comparison if c is not Comparison.EQUAL])


@st.composite
def intervals(draw):
    kind = draw(st.sampled_from([numbers, strings, days]))
    start, end = sorted([draw(kind), draw(kind)])
    return Interval(start, end, draw(st.booleans()), draw(st.booleans()))


positive = st.one_of(
    st.builds(Compare, st.just(Comparison.EQUAL), literals), st.builds(Compare, orders, ordered), intervals()
)
cells = st.one_of(
    st.just(Irrelevant()), st.builds(AnyOf, st.lists(positive, min_size=1, max_size=4).map(tuple), st.booleans())
)


@given(cells)
def test_what_is_written_reads_back_the_same(cell):
    assert parse_unary_tests(write_unary_tests(cell)) == cell


@given(st.text(alphabet='0123456789.,<>=[]() "-\\notruefalsdu', max_size=24))
def test_any_text_is_a_cell_or_a_typed_error(text):
    try:
        cell = parse_unary_tests(text)
    except SFeelError as error:
        position = error.position
    else:
        assert parse_unary_tests(write_unary_tests(cell)) == cell
        position = 0
    assert 0 <= position <= len(text)


@given(cells, literals)
def test_negation_turns_every_answer_but_not_known(cell, value):
    assume(isinstance(cell, AnyOf))
    straight, turned = evaluate(AnyOf(cell.tests), value), evaluate(AnyOf(cell.tests, negated=True), value)
    assert turned is (None if straight is None else not straight)


@given(intervals(), ordered)
def test_an_interval_is_its_two_comparisons(interval, value):
    if kind_of(value) is not kind_of(interval.start):
        assert evaluate(AnyOf((interval,)), value) is None
        return
    above = value > interval.start or (value == interval.start and not interval.start_open)
    below = value < interval.end or (value == interval.end and not interval.end_open)
    assert evaluate(AnyOf((interval,)), value) is (above and below)


def test_literals_are_listed_for_type_checks():
    assert literals_of(parse_unary_tests("-")) == ()
    assert literals_of(parse_unary_tests("< 5, [6..7]")) == (5, 6, 7)
