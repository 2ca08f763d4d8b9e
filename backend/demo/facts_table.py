"""The invented population as a table of facts, for whoever tries a rule on many people at once."""

from collections.abc import Iterable
from datetime import date
from typing import Final

import polars as pl

from backend.demo.person import THAI, Person

COLUMNS: Final[dict[str, pl.DataType]] = {
    "registry.alive": pl.Boolean(),
    "registry.thai_national": pl.Boolean(),
    "registry.domicile_registered": pl.Boolean(),
    "registry.birth": pl.Date(),
    "revenue.income_year_baht": pl.Int64(),
    "revenue.financial_assets_baht": pl.Int64(),
    "revenue.house_square_wah": pl.Int64(),
    "revenue.flat_square_metres": pl.Int64(),
    "revenue.farm_land_rai": pl.Int64(),
    "revenue.other_land_rai": pl.Int64(),
    "comptroller.state_pension": pl.Boolean(),
    "disability.card_valid": pl.Boolean(),
    "welfare.newborn_registered": pl.Boolean(),
    "welfare.newborn_birth": pl.Date(),
    "welfare.household_income_per_head_year_baht": pl.Int64(),
    "health.scheme": pl.String(),
    "health.hospital_registered": pl.Boolean(),
}
"""Facts by their names. Births not wholly known count from the first day they may be, as the register does."""


def make_facts_table(people: Iterable[Person], today: date) -> pl.DataFrame:
    """Return a row of facts for each person, nobody's number or name among them."""
    return pl.DataFrame([_row(person, today) for person in people], schema=COLUMNS, orient="row")


def _row(person: Person, today: date) -> tuple[object, ...]:
    birth, assessed, expires = person.birth, person.assessment, person.disability_card_expires
    return (
        person.alive,
        person.nationality == THAI,
        person.domicile_registered,
        date(birth.year, birth.month or 1, birth.day or 1),
        assessed.income_baht,
        assessed.financial_assets_baht,
        assessed.house_square_wah,
        assessed.flat_square_metres,
        assessed.farm_land_rai,
        assessed.other_land_rai,
        person.state_pension,
        expires is not None and expires >= today,
        person.newborn_birth is not None,
        person.newborn_birth,
        person.household_income_per_head_year_baht,
        person.health_scheme,
        person.hospital is not None,
    )
