"""One invented person as all the agencies together know him. Pure data."""

from dataclasses import dataclass
from datetime import date

from contracts.card import Birth, Name

THAI = "THA"
STATELESS = "XXA"
"""ICAO Doc 9303 part 3 section 5: the code for a stateless person."""
SCHEMES_WITH_HOSPITAL = frozenset({"UCS", "SSS"})
"""Universal coverage and social security register a person with one hospital; the civil servants' scheme does not."""


@dataclass(frozen=True, slots=True)
class Card:
    """What the registry knows of a person's card.

    Attributes:
        request_number: ``BP1``: 11 digits, a slash, 8 digits.
        laser_number: On the back; None on cards made before it was.
        chip_serial: Hexadecimal; None where it was not recorded. Never missing together with the laser number.
        lost: Reported lost, therefore void.
    """

    request_number: str
    laser_number: str | None
    chip_serial: str | None
    lost: bool


@dataclass(frozen=True, slots=True)
class Assessment:
    """What Revenue knows: the last tax year's income, and assets as banks and the Land Department report them.

    Attributes:
        income_baht: Income of the year before, baht.
        financial_assets_baht: Deposits and securities, baht.
        house_square_wah: Land under a house, square wah (4 m²).
        flat_square_metres: Floor space of a flat, m².
        farm_land_rai: Farm land with or without a dwelling, rai (1,600 m²).
        other_land_rai: Other land, rai.
    """

    income_baht: int = 0
    financial_assets_baht: int = 0
    house_square_wah: int = 0
    flat_square_metres: int = 0
    farm_land_rai: int = 0
    other_land_rai: int = 0


@dataclass(frozen=True, slots=True)
class Hospital:
    """The hospital a person is registered with."""

    code: str
    name_th: str


@dataclass(frozen=True, slots=True)
class Person:
    """One person.

    Attributes:
        citizen_number: 13 digits, valid check digit, first digit as his birth and nationality allow.
        name_th: Thai name.
        birth: Date of birth; old people's may lack day and month.
        sex: ``"male"`` or ``"female"``.
        nationality: ``THAI`` or ``STATELESS``.
        alive: Whether the registry knows no death.
        domicile_registered: Whether he is in a house registration (not in a central one, not dead).
        area_code: Province and district, four digits.
        household: Number of his household within the population.
        card: His card, or None below the age of seven.
        assessment: Revenue's knowledge.
        state_pension: Receives a pension, salary or regular benefit from the state.
        disability_card_expires: When his disability card ends or ended; None without a card.
        newborn_birth: Birth of his child in the newborn register, if any.
        household_income_per_head_year_baht: Household's income by its number of members, baht a year.
        health_scheme: ``UCS``, ``CSMBS``, ``SSS`` or ``NONE``.
        hospital: Registered hospital, where the scheme has one.
    """

    citizen_number: str
    name_th: Name
    birth: Birth
    sex: str
    nationality: str
    alive: bool
    domicile_registered: bool
    area_code: str
    household: int
    card: Card | None
    assessment: Assessment
    state_pension: bool
    disability_card_expires: date | None
    newborn_birth: date | None
    household_income_per_head_year_baht: int
    health_scheme: str
    hospital: Hospital | None

    def __repr__(self) -> str:
        return f"Person(household={self.household})"


def months_before(day: date, months: int) -> date:
    """Return the same day of an earlier month, or the 28th where that month is shorter."""
    years, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(years, month + 1, min(day.day, 28))


def years_from(day: date, years: int) -> date:
    """Return the same day ``years`` later (earlier when negative), 29 February becoming the 28th."""
    return months_before(day, -12 * years)


def age_years(birth: Birth, today: date) -> int:
    """Return the age in full years; an unknown month or day counts as the year's first, as the registry does."""
    had_birthday = (today.month, today.day) >= (birth.month or 1, birth.day or 1)
    return today.year - birth.year - (0 if had_birthday else 1)
