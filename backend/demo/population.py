"""The invented population, household by household, from a seed. Pure and streamed: a million people need no memory."""

from collections.abc import Iterator
from datetime import date, timedelta
from math import log
from random import Random
from typing import Final

from backend.demo.errors import PopulationSizeError
from backend.demo.households import Member, compose_household
from backend.demo.invented import AREAS, family_name, given_name, hospital_in, prefix_of
from backend.demo.person import (
    SCHEMES_WITH_HOSPITAL,
    STATELESS,
    THAI,
    Assessment,
    Card,
    Hospital,
    Person,
)
from contracts.card import Birth, Name
from contracts.citizen_number import Category, check_digit

LARGEST: Final = 10_000_000
"""The running part of a number has seven digits here."""
_STRIDE: Final = 7_368_787
"""Odd and no multiple of five, so that counting by it walks through all seven-digit numbers before it repeats."""
_CARD_AGE: Final = 7
"""Thais get their first card at seven (Identity Card Act, third issue, B.E. 2554)."""


def generate_population(size: int, seed: int, today: date, holders: tuple[Person, ...]) -> Iterator[Person]:
    """Invent ``size`` people who are consistent with one another; the same arguments give the same people.

    Args:
        size: How many people, the holders and their newborn children included.
        seed: Seed of all chance.
        today: Day of generation: ages and ends of cards are relative to it.
        holders: People who are in it as they are.

    Yields:
        The holders, their newborns, then the others; each with a number nobody else has.

    Raises:
        PopulationSizeError: ``size`` is too small for the holders or too large for the numbers.
    """
    parents = [holder for holder in holders if holder.newborn_birth is not None]
    smallest = len(holders) + len(parents)
    if not smallest <= size <= LARGEST:
        raise PopulationSizeError(size, smallest, LARGEST)
    return _generate(size, seed, today, holders, parents)


def _generate(
    size: int, seed: int, today: date, holders: tuple[Person, ...], parents: list[Person]
) -> Iterator[Person]:
    random = Random(f"baidiao {seed}")  # noqa: S311  (invented people need no secrecy, but must come out the same again)
    numbers = _Numbers(random.randrange(LARGEST), frozenset(holder.citizen_number for holder in holders))
    yield from holders
    for parent in parents:
        yield _newborn_of(random, parent, numbers)
    made = len(holders) + len(parents)
    household = len(holders)
    while made < size:
        members = compose_household(random, today, size - made)
        yield from _settle(random, today, household, members, numbers)
        made += len(members)
        household += 1


class _Numbers:
    """Gives out numbers, none twice: every one carries a running part of its own, and 0-numbers have their own run."""

    def __init__(self, start: int, taken: frozenset[str]) -> None:
        self._next = start
        self._next_without_status = 0
        self._taken = taken

    def draw(self, category: Category, area_code: str) -> str:
        while True:
            twelve = f"{category:d}{area_code}{self._running_part(category)}"
            number = twelve + check_digit(twelve)
            if number not in self._taken:
                return number

    def _running_part(self, category: Category) -> str:
        if category is Category.NO_STATUS:
            self._next_without_status += 1
            return f"89{self._next_without_status:05d}"  # places 6 and 7 of a person without status are 89
        self._next = (self._next + _STRIDE) % LARGEST
        return f"{self._next:07d}"


def _settle(random: Random, today: date, household: int, members: list[Member], numbers: _Numbers) -> Iterator[Person]:
    area_code, last_name = random.choice(AREAS), family_name(random)
    living = [_is_alive(random, member) for member in members]
    pensions = [alive and _has_pension(random, member) for alive, member in zip(living, members, strict=True)]
    assessments = [
        _assess(random, member, pension=pension) if alive else Assessment()
        for alive, pension, member in zip(living, pensions, members, strict=True)
    ]
    per_head = sum(each.income_baht for each in assessments) // max(1, sum(living))
    newborn = _registered_newborn(random, members)
    parent = _parent_of_newborn(members, living)
    for place, member in enumerate(members):
        alive = living[place]
        scheme = _health_scheme(random, member, assessments[place], pensions[place]) if alive else "NONE"
        yield Person(
            citizen_number=numbers.draw(member.category, area_code),
            name_th=_name(random, member, last_name),
            birth=_known_birth(random, member.born),
            sex=member.sex,
            nationality=member.nationality,
            alive=alive,
            domicile_registered=alive and random.random() > 0.015,
            area_code=area_code,
            household=household,
            card=_card(random, member, area_code) if alive and member.age >= _CARD_AGE else None,
            assessment=assessments[place],
            state_pension=pensions[place],
            disability_card_expires=_disability_card(random, member, today) if alive else None,
            newborn_birth=newborn if place == parent else None,
            household_income_per_head_year_baht=per_head,
            health_scheme=scheme,
            hospital=_hospital(scheme, area_code),
        )


def _hospital(scheme: str, area_code: str) -> Hospital | None:
    return hospital_in(area_code) if scheme in SCHEMES_WITH_HOSPITAL else None


def _is_alive(random: Random, member: Member) -> bool:
    return random.random() > (0.04 if member.age >= 75 else 0.002)


def _has_pension(random: Random, member: Member) -> bool:
    return member.nationality == THAI and member.age >= 60 and random.random() < 0.11


def _name(random: Random, member: Member, last_name: str) -> Name:
    married = member.role in {"spouse", "elder"}
    return Name(
        prefix=prefix_of(member.sex, member.age, married=married), first=given_name(random, member.sex), last=last_name
    )


def _known_birth(random: Random, born: date) -> Birth:
    if born.year < 1960 and random.random() < 0.15:
        return Birth(year=born.year, month=None if random.random() < 0.7 else born.month)
    return Birth(year=born.year, month=born.month, day=born.day)


def _card(random: Random, member: Member, area_code: str) -> Card:
    laser = f"{random.choice(('JT', 'JC', 'ME'))}{random.randrange(10**10):010d}"
    old_card = member.age > 60 and random.random() < 0.06
    return Card(
        request_number=f"{area_code}{random.randrange(10**7):07d}/{random.randrange(10**8):08d}",
        laser_number=None if old_card else laser,
        chip_serial=None if not old_card and random.random() < 0.02 else f"{random.getrandbits(64):016X}",
        lost=random.random() < 0.012,
    )


def _around(random: Random, median: float, spread: float, most: int) -> int:
    """Draw from a log-normal distribution, to the hundred."""
    return min(most, int(random.lognormvariate(log(median), spread) / 100) * 100)


def _assess(random: Random, member: Member, *, pension: bool) -> Assessment:
    if member.age < 15:
        return Assessment()
    income = _around(random, 264_000, 0.35, 1_200_000) if pension else _income(random, member.age)
    financial = 0 if random.random() < 0.12 else _around(random, 12_000, 1.8, 50_000_000)
    if member.role == "child" or member.nationality == STATELESS:
        return Assessment(income_baht=income, financial_assets_baht=financial)
    kind = random.choices(("none", "house", "flat", "farm"), (35, 35, 10, 20))[0]
    return Assessment(
        income_baht=income,
        financial_assets_baht=financial,
        house_square_wah=max(8, int(random.lognormvariate(log(45), 0.6))) if kind == "house" else 0,
        flat_square_metres=random.randint(22, 90) if kind == "flat" else 0,
        farm_land_rai=random.randint(1, 40) if kind == "farm" else 0,
        other_land_rai=random.randint(1, 15) if random.random() < 0.06 else 0,
    )


def _income(random: Random, age: int) -> int:
    without, median = (0.7, 60_000) if age < 20 else (0.15, 130_000) if age < 60 else (0.55, 45_000)
    return 0 if random.random() < without else _around(random, median, 0.8, 30_000_000)


def _disability_card(random: Random, member: Member, today: date) -> date | None:
    share = 0.008 if member.age < 30 else 0.02 if member.age < 60 else 0.08
    if random.random() >= share:
        return None
    return today + timedelta(days=random.randint(-2 * 365, 8 * 365))


def _registered_newborn(random: Random, members: list[Member]) -> date | None:
    births = [member.born for member in members if member.role == "child" and member.age < 6]
    return max(births) if births and random.random() < 0.85 else None


def _parent_of_newborn(members: list[Member], living: list[bool]) -> int | None:
    """The mother, else whoever of the household's adults is alive."""
    adults = [place for place, member in enumerate(members) if living[place] and member.role != "child"]
    return min(adults, key=lambda place: (members[place].sex != "female", members[place].age), default=None)


def _health_scheme(random: Random, member: Member, assessment: Assessment, pension: bool) -> str:
    working = 20 <= member.age < 60
    if pension or (
        member.nationality == THAI and working and assessment.income_baht > 180_000 and random.random() < 0.25
    ):
        return "CSMBS"
    if working and assessment.income_baht > 60_000 and random.random() < 0.6:
        return "SSS"
    return "UCS" if member.nationality == THAI else "NONE"


def _newborn_of(random: Random, parent: Person, numbers: _Numbers) -> Person:
    born = parent.newborn_birth or date.min
    sex = random.choice(("male", "female"))
    return Person(
        citizen_number=numbers.draw(Category.BORN_SINCE_1984, parent.area_code),
        name_th=Name(prefix=prefix_of(sex, 0, married=False), first=given_name(random, sex), last=parent.name_th.last),
        birth=Birth(year=born.year, month=born.month, day=born.day),
        sex=sex,
        nationality=parent.nationality,
        alive=True,
        domicile_registered=True,
        area_code=parent.area_code,
        household=parent.household,
        card=None,
        assessment=Assessment(),
        state_pension=False,
        disability_card_expires=None,
        newborn_birth=None,
        household_income_per_head_year_baht=parent.household_income_per_head_year_baht,
        health_scheme="UCS",
        hospital=hospital_in(parent.area_code),
    )
