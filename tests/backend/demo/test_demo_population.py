from collections import Counter, defaultdict
from datetime import date
from itertools import islice

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.demo.errors import HoldersError, PopulationSizeError
from backend.demo.holders import parse_holders
from backend.demo.person import STATELESS, THAI, age_years, months_before, years_from
from backend.demo.population import generate_population
from contracts.card import Birth
from contracts.citizen_number import Category, CitizenNumber
from tests.support.agency_servers import PEOPLE_FILE, TODAY, card_holders

HOLDERS = card_holders()
DAYS = st.dates(date(2024, 1, 1), date(2032, 12, 31))


def born(person):
    return date(person.birth.year, person.birth.month or 1, person.birth.day or 1)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(size=st.integers(9, 400), seed=st.integers(0, 2**40), today=DAYS)
def test_every_population_is_consistent(size, seed, today):
    people = list(generate_population(size, seed, today, card_holders(today)))
    assert len(people) == size
    assert len({person.citizen_number for person in people}) == size
    assert people[: len(HOLDERS)] == list(card_holders(today))
    households = defaultdict(list)
    for person in people:
        check_person(person, today)
        households[person.household].append(person)
    for number, members in households.items():
        if number >= len(HOLDERS):
            check_household(members)


def check_person(person, today):
    category = CitizenNumber.parse(person.citizen_number).category
    if category in {Category.BORN_SINCE_1984, Category.BORN_SINCE_1984_LATE}:
        assert person.birth.year >= 1984
        assert person.nationality == THAI
    if category in {Category.ON_ROLLS_1984, Category.ON_ROLLS_1984_MOVED}:
        assert person.birth.year < 1984
        assert person.nationality == THAI
    if category in {Category.NO_STATUS, Category.UNLAWFUL_OR_TEMPORARY, Category.CHILD_OF_SIX}:
        assert person.nationality == STATELESS
    assert category is not Category.RESERVED
    assert born(person) <= today
    age = age_years(person.birth, today)
    if person.card is not None:
        assert age >= 7
        assert person.card.laser_number or person.card.chip_serial
        assert len(person.card.request_number) == 20
    if person.state_pension:
        assert person.nationality == THAI
        assert age >= 60
    if age < 14:
        assert person.assessment.income_baht == 0
    if not person.alive:
        assert not person.domicile_registered
        assert person.health_scheme == "NONE"
    if person.health_scheme == "NONE" or person.health_scheme == "CSMBS":
        assert person.hospital is None
    if person.newborn_birth is not None:
        assert person.newborn_birth <= today


def check_household(members):
    assert len({person.area_code for person in members}) == 1
    living = [person for person in members if person.alive]
    per_head = sum(person.assessment.income_baht for person in living) // max(1, len(living))
    assert {person.household_income_per_head_year_baht for person in members} == {per_head}
    births = {(p.birth.year, p.birth.month, p.birth.day) for p in members}
    for person in members:
        if person.newborn_birth is not None:
            newborn = person.newborn_birth
            assert (newborn.year, newborn.month, newborn.day) in births
            assert age_years(person.birth, newborn) >= 15


def test_the_same_seed_gives_the_same_people_and_another_gives_others():
    first, same, other = (list(generate_population(200, seed, TODAY, HOLDERS)) for seed in (1, 1, 2))
    assert first == same
    assert {p.citizen_number for p in first[9:]}.isdisjoint(p.citizen_number for p in other[9:])


def test_a_million_is_streamed():
    start = list(islice(generate_population(1_000_000, 1, TODAY, HOLDERS), 20))
    assert len(start) == 20


def test_the_crowd_looks_like_a_country():
    people = list(generate_population(4_000, 3, TODAY, HOLDERS))
    ages = [age_years(person.birth, TODAY) for person in people]
    assert 0.16 < sum(age >= 60 for age in ages) / 4_000 < 0.30
    assert 0.10 < sum(age < 15 for age in ages) / 4_000 < 0.25
    assert 0.94 < sum(person.nationality == THAI for person in people) / 4_000 < 0.99
    categories = Counter(CitizenNumber.parse(person.citizen_number).category for person in people)
    assert set(categories) == set(Category) - {Category.RESERVED}
    assert {person.health_scheme for person in people} == {"UCS", "CSMBS", "SSS", "NONE"}


@pytest.mark.parametrize("size", [-1, 0, 8, 10_000_001])
def test_impossible_sizes(size):
    with pytest.raises(PopulationSizeError) as caught:
        generate_population(size, 1, TODAY, HOLDERS)
    assert caught.value.smallest == 9


def test_holders_have_their_stories():
    by_first_digits = {person.citizen_number[:4]: person for person in HOLDERS}
    grandmother, pensioner = by_first_digits["3550"], by_first_digits["3100"]
    assert (age_years(grandmother.birth, TODAY), grandmother.state_pension) == (73, False)
    assert (age_years(pensioner.birth, TODAY), pensioner.state_pension) == (68, True)
    disabled, mother = by_first_digits["1509"], by_first_digits["2400"]
    assert disabled.disability_card_expires == date(2029, 11, 23)
    assert mother.newborn_birth == date(2025, 9, 23)
    assert mother.household_income_per_head_year_baht == 2_400 * 12
    earner, naturalised = by_first_digits["1101"], by_first_digits["8570"]
    assert earner.assessment.income_baht == 1_450_000
    assert (age_years(naturalised.birth, TODAY), naturalised.nationality) == (82, THAI)
    assert by_first_digits["0630"].nationality == STATELESS
    assert [person.card.lost for person in HOLDERS] == [False] * 7 + [True]


def test_newborn_of_a_holder_is_a_person_of_her_household():
    child = list(generate_population(9, 1, TODAY, HOLDERS))[8]
    mother = next(person for person in HOLDERS if person.newborn_birth)
    assert child.household == mother.household
    assert born(child) == mother.newborn_birth


@pytest.mark.parametrize(
    ("people", "facts", "source"),
    [
        (b"[]", b'{"holders": {}}', "card holders"),
        (None, b'{"holders": {}}', "welfare facts"),
        (None, b'{"holders": {"grandmother": {"wealth": 1}}}', "welfare facts"),
    ],
)
def test_unfit_files_are_named_without_their_people(people, facts, source):
    with pytest.raises(HoldersError) as caught:
        parse_holders(people or PEOPLE_FILE.read_bytes(), facts, TODAY)
    assert caught.value.source == source
    assert "3550100123457" not in str(caught.value)


def test_wrong_number_among_the_holders():
    spoilt = PEOPLE_FILE.read_bytes().replace(b"3550100123457", b"3550100123456")
    with pytest.raises(HoldersError, match="check_digit") as caught:
        parse_holders(spoilt, (PEOPLE_FILE.parents[2] / "backend/demo/holders.json").read_bytes(), TODAY)
    assert "3550100123456" not in str(caught.value)


def test_calendar():
    assert months_before(date(2026, 3, 31), 1) == date(2026, 2, 28)
    assert months_before(date(2026, 1, 15), 13) == date(2024, 12, 15)
    assert years_from(date(2024, 2, 29), 1) == date(2025, 2, 28)
    assert age_years(Birth(year=1953), TODAY) == 73
    assert age_years(Birth(year=1990, month=11, day=24), TODAY) == 35
