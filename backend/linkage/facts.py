"""The facts a rule may use: their names and types. A fact that did not come is absent, never False or zero."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from contracts.card import Birth

FactValue = bool | int | str | date | Birth


class Fact(StrEnum):
    """Names of facts, ``<subject>.<property>``; units are part of the name.

    The members below are those that code speaks of by name. Others are declared by the directory's catalogue
    (:func:`declare_fact`): ``Fact(name)`` gives them just as well, and no code knows their names.
    """

    BIRTH = "registry.birth"
    THAI_NATIONAL = "registry.thai_national"
    ALIVE = "registry.alive"
    DOMICILE_REGISTERED = "registry.domicile_registered"
    CARD_STATUS = "registry.card_status"
    INCOME_YEAR_BAHT = "revenue.income_year_baht"
    FINANCIAL_ASSETS_BAHT = "revenue.financial_assets_baht"
    HOUSE_SQUARE_WAH = "revenue.house_square_wah"
    FLAT_SQUARE_METRES = "revenue.flat_square_metres"
    FARM_LAND_RAI = "revenue.farm_land_rai"
    OTHER_LAND_RAI = "revenue.other_land_rai"
    STATE_PENSION = "comptroller.state_pension"
    DISABILITY_CARD_VALID = "disability.card_valid"
    NEWBORN_REGISTERED = "welfare.newborn_registered"
    NEWBORN_BIRTH = "welfare.newborn_birth"
    HOUSEHOLD_INCOME_PER_HEAD_YEAR_BAHT = "welfare.household_income_per_head_year_baht"
    HEALTH_SCHEME = "health.scheme"
    HOSPITAL_REGISTERED = "health.hospital_registered"
    SOCIAL_SECURITY_INSURED = "social_security.insured"
    DRIVING_LICENCE_VALID = "transport.licence_valid"
    STUDENT_ENROLLED = "student_loan.enrolled"
    STUDENT_HOUSEHOLD_INCOME_YEAR_BAHT = "student_loan.household_income_year_baht"
    DIRECTORSHIPS = "business.directorships"
    GROUNDWATER_PERMIT_VALID = "groundwater.permit_valid"

    @classmethod
    def _missing_(cls, value: object) -> "Fact | None":
        return _DECLARED.get(value) if isinstance(value, str) else None


_DECLARED: Final[dict[str, Fact]] = {}
FACT_TYPES: Final[dict[Fact, type]] = {
    Fact.BIRTH: Birth,
    Fact.THAI_NATIONAL: bool,
    Fact.ALIVE: bool,
    Fact.DOMICILE_REGISTERED: bool,
    Fact.CARD_STATUS: str,
    Fact.INCOME_YEAR_BAHT: int,
    Fact.FINANCIAL_ASSETS_BAHT: int,
    Fact.HOUSE_SQUARE_WAH: int,
    Fact.FLAT_SQUARE_METRES: int,
    Fact.FARM_LAND_RAI: int,
    Fact.OTHER_LAND_RAI: int,
    Fact.STATE_PENSION: bool,
    Fact.DISABILITY_CARD_VALID: bool,
    Fact.NEWBORN_REGISTERED: bool,
    Fact.NEWBORN_BIRTH: date,
    Fact.HOUSEHOLD_INCOME_PER_HEAD_YEAR_BAHT: int,
    Fact.HEALTH_SCHEME: str,
    Fact.HOSPITAL_REGISTERED: bool,
    Fact.SOCIAL_SECURITY_INSURED: bool,
    Fact.DRIVING_LICENCE_VALID: bool,
    Fact.STUDENT_ENROLLED: bool,
    Fact.STUDENT_HOUSEHOLD_INCOME_YEAR_BAHT: int,
    Fact.DIRECTORSHIPS: int,
    Fact.GROUNDWATER_PERMIT_VALID: bool,
}


def declare_fact(name: str, kind: type) -> Fact:
    """Make a fact known to this process, where it is not yet. What was declared stays until the process ends.

    Raises:
        ValueError: It is known with another type.
    """
    known = _DECLARED.get(name) or next((fact for fact in Fact if fact.value == name), None)
    if known is None:
        known = str.__new__(Fact, name)
        known._name_, known._value_ = name.upper().replace(".", "_"), name
        _DECLARED[name] = known
        FACT_TYPES[known] = kind
    if FACT_TYPES[known] is not kind:
        raise ValueError(f"{name} is a {FACT_TYPES[known].__name__}, not a {kind.__name__}")
    return known


@dataclass(frozen=True, slots=True)
class KnownFact:
    """One fact as an agency gave it. Lives in memory for one decision; never stored.

    Attributes:
        value: Its value, of the type ``FACT_TYPES`` names.
        agency_id: Who said so.
        as_of: Since when it is known to be so, aware UTC; None when nobody noted it.
    """

    value: FactValue
    agency_id: str
    as_of: datetime | None = None

    def __repr__(self) -> str:
        return f"KnownFact(<hidden>, agency_id={self.agency_id!r})"
