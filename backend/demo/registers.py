"""What each demo agency keeps in its own store: its table, and which part of a person goes into it. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

from backend.demo.person import Person

Row = tuple[str | int | None, ...]
_TAXED_FROM_BIRTH_YEARS: Final = 15


@dataclass(frozen=True, slots=True)
class Register:
    """One agency's table.

    Attributes:
        agency_id: The agency; also the name of its store's file.
        columns: The columns' definitions after ``number INTEGER PRIMARY KEY``.
        keep: The columns' values for a person on the day of generation, or None when the agency does not know him.
    """

    agency_id: str
    columns: tuple[str, ...]
    keep: Callable[[Person, date], Row | None]


def _civil_registry(person: Person, _today: date) -> Row:
    name, birth, card = person.name_th, person.birth, person.card
    evidence: Row = (None, None, None, 0) if card is None else _card_columns(person)
    return (
        *(name.prefix, name.first, name.middle, name.last, birth.year, birth.month, birth.day, person.sex),
        *(person.nationality, int(person.alive), int(person.domicile_registered), person.area_code),
        *evidence,
    )


def _card_columns(person: Person) -> Row:
    card = person.card
    return () if card is None else (card.request_number, card.laser_number, card.chip_serial, int(card.lost))


def _revenue(person: Person, today: date) -> Row | None:
    if today.year - person.birth.year < _TAXED_FROM_BIRTH_YEARS:
        return None
    known = person.assessment
    return (
        *(known.income_baht, known.financial_assets_baht, known.house_square_wah, known.flat_square_metres),
        *(known.farm_land_rai, known.other_land_rai, today.year + 542),
    )


def _comptroller_general(person: Person, _today: date) -> Row | None:
    return (int(person.state_pension),) if person.alive else None


def _disability_register(person: Person, _today: date) -> Row | None:
    expires = person.disability_card_expires
    return None if expires is None else (expires.isoformat(),)


def _welfare_register(person: Person, _today: date) -> Row | None:
    if not person.alive:
        return None
    newborn = None if person.newborn_birth is None else person.newborn_birth.isoformat()
    return newborn, person.household_income_per_head_year_baht


def _health_security(person: Person, _today: date) -> Row | None:
    if not person.alive:
        return None
    hospital = person.hospital
    return person.health_scheme, hospital.code if hospital else None, hospital.name_th if hospital else None


REGISTERS: Final = (
    Register(
        "civil_registry",
        (
            *("prefix TEXT", "first TEXT", "middle TEXT", "last TEXT", "birth_year INTEGER", "birth_month INTEGER"),
            *("birth_day INTEGER", "sex TEXT", "nationality TEXT", "alive INTEGER", "domicile_registered INTEGER"),
            *("area_code TEXT", "request_number TEXT", "laser_number TEXT", "chip_serial TEXT", "card_lost INTEGER"),
        ),
        _civil_registry,
    ),
    Register(
        "revenue",
        (
            *("income_baht INTEGER", "financial_assets_baht INTEGER", "house_square_wah INTEGER"),
            *("flat_square_metres INTEGER", "farm_land_rai INTEGER", "other_land_rai INTEGER", "tax_year_be INTEGER"),
        ),
        _revenue,
    ),
    Register("comptroller_general", ("receives_state_pension INTEGER",), _comptroller_general),
    Register("disability_register", ("expires TEXT",), _disability_register),
    Register("welfare_register", ("newborn_birth TEXT", "income_per_head_year_baht INTEGER"), _welfare_register),
    Register("health_security", ("scheme TEXT", "hospital_code TEXT", "hospital_name_th TEXT"), _health_security),
)
"""In the order of their ports."""

AGENCY_IDS: Final = tuple(register.agency_id for register in REGISTERS)
