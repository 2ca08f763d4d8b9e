"""The card holders of the virtual reader as the agencies know them: two files joined by key. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from backend.demo.errors import HoldersError
from backend.demo.invented import hospital_in
from backend.demo.person import SCHEMES_WITH_HOSPITAL, Assessment, Card, Person, months_before, years_from
from contracts.card import Birth, Name
from contracts.citizen_number import CitizenNumber, NumberError


class _CardHolder(BaseModel):
    """The fields of a ``people.json`` entry that the agencies need; the others are the card's own."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    key: str
    citizen_number: str
    name_th: Name
    birth: Birth
    sex: Literal["male", "female"]
    issuer_code: str = Field(pattern=r"^[0-9]{4,13}$")
    request_number: str
    laser_number: str | None
    chip_serial: str | None


class _People(BaseModel):
    people: tuple[_CardHolder, ...]


class _WelfareFacts(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    nationality: Literal["THA", "XXA"]
    income_baht: int = 0
    financial_assets_baht: int = 0
    house_square_wah: int = 0
    flat_square_metres: int = 0
    farm_land_rai: int = 0
    other_land_rai: int = 0
    state_pension: bool = False
    disability_card_years_left: int | None = None
    newborn_age_months: int | None = None
    household_income_per_head_year_baht: int
    card_lost: bool = False
    health_scheme: Literal["UCS", "CSMBS", "SSS", "NONE"]


class _Holders(BaseModel):
    holders: Mapping[str, _WelfareFacts]


def parse_holders(people_json: bytes, holders_json: bytes, today: date) -> tuple[Person, ...]:
    """Join the card holders with their welfare facts.

    Args:
        people_json: The virtual cards' file: an object with ``people``, each with a ``key``.
        holders_json: An object with ``holders``: welfare facts by key. Every card holder must be in it.
        today: Day of generation, from which ages of newborns and ends of disability cards are counted.

    Returns:
        The holders, in the order of the cards' file, in households 0, 1, 2, …

    Raises:
        HoldersError: A file is not of this form, a number is wrong or doubled, or a holder has no welfare facts.
    """
    try:
        people = _People.model_validate_json(people_json).people
    except ValidationError as error:
        raise HoldersError("card holders", f"{error.error_count()} fields are wrong") from None
    try:
        facts = _Holders.model_validate_json(holders_json).holders
    except ValidationError as error:
        raise HoldersError("welfare facts", f"{error.error_count()} fields are wrong") from None
    if len({holder.citizen_number for holder in people}) != len(people):
        raise HoldersError("card holders", "two have the same number")
    return tuple(_join(holder, facts, household, today) for household, holder in enumerate(people))


def _join(holder: _CardHolder, facts_by_key: Mapping[str, _WelfareFacts], household: int, today: date) -> Person:
    facts = facts_by_key.get(holder.key)
    if facts is None:
        raise HoldersError("welfare facts", f"nothing about {holder.key!r}")
    try:
        number = CitizenNumber.parse(holder.citizen_number)
    except NumberError as error:
        raise HoldersError("card holders", f"the number of {holder.key!r} is wrong: {error.reason}") from None
    area_code = holder.issuer_code[:4]
    years_left, newborn_months = facts.disability_card_years_left, facts.newborn_age_months
    return Person(
        citizen_number=number.digits,
        name_th=holder.name_th,
        birth=holder.birth,
        sex=holder.sex,
        nationality=facts.nationality,
        alive=True,
        domicile_registered=True,
        area_code=area_code,
        household=household,
        card=Card(holder.request_number, holder.laser_number, holder.chip_serial, facts.card_lost),
        assessment=Assessment(
            income_baht=facts.income_baht,
            financial_assets_baht=facts.financial_assets_baht,
            house_square_wah=facts.house_square_wah,
            flat_square_metres=facts.flat_square_metres,
            farm_land_rai=facts.farm_land_rai,
            other_land_rai=facts.other_land_rai,
        ),
        state_pension=facts.state_pension,
        disability_card_expires=None if years_left is None else years_from(today, years_left),
        newborn_birth=None if newborn_months is None else months_before(today, newborn_months),
        household_income_per_head_year_baht=facts.household_income_per_head_year_baht,
        health_scheme=facts.health_scheme,
        hospital=hospital_in(area_code) if facts.health_scheme in SCHEMES_WITH_HOSPITAL else None,
    )
