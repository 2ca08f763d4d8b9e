"""What the agencies answer, given a person's row: pure, one function a question."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, ValidationError

from backend.demo.errors import AskedWronglyError
from contracts.card import Birth, Name
from contracts.citizen_number import CitizenNumber, NumberError

Row = Mapping[str, Any]
Json = dict[str, Any]


class _CardEvidence(BaseModel):
    """What a caller says of the card, beside its number."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name_th: Name
    birth: Birth
    request_number: str
    laser_number: str | None = None
    chip_serial: str | None = None


def parse_number(asked: Json) -> str:
    """Return the asked person's number, 13 digits.

    Raises:
        AskedWronglyError: The field is missing, no text, or not a citizen number.
    """
    field = "citizen_number"
    text = asked.get(field)
    if not isinstance(text, str):
        raise AskedWronglyError("field_missing", field, "a text of 13 digits is needed")
    try:
        return CitizenNumber.parse(text).digits
    except NumberError as error:
        raise AskedWronglyError("number_invalid", field, f"not a citizen number: {error.reason}") from None


def answer_person(row: Row, _asked: Json) -> Json:
    """Civil registry: birth, nationality, life and domicile."""
    return {
        "person": {
            "birth": {"year": row["birth_year"], "month": row["birth_month"], "day": row["birth_day"]},
            "nationality": row["nationality"],
            "alive": bool(row["alive"]),
            "domicile": {"registered": bool(row["domicile_registered"]), "area_code": row["area_code"]},
        }
    }


def answer_card_status(row: Row, asked: Json) -> Json:
    """Civil registry: is this card the person's own and in force?

    Raises:
        AskedWronglyError: The evidence is incomplete or of a wrong type.
    """
    try:
        evidence = _CardEvidence.model_validate(asked)
    except ValidationError as error:
        field = ".".join(str(step) for step in error.errors(include_input=False, include_url=False)[0]["loc"])
        raise AskedWronglyError("evidence_invalid", field, "missing or of a wrong type") from None
    return {"status": judge_card(row, evidence)}


def judge_card(row: Row, evidence: _CardEvidence) -> str:
    """Compare a card with the registry's record of it.

    A card is proved by chip serial and request number, or by name, birth and laser number. Anything that differs, or
    too little evidence, is ``"mismatch"``; whoever cannot prove the card does not learn that it was reported lost.

    Returns:
        ``"normal"``, ``"void"`` (proved, but reported lost) or ``"mismatch"``.
    """
    if row["request_number"] is None:
        return "mismatch"
    same_person = _spaced_once(evidence.name_th) == _spaced_once(
        Name(prefix=row["prefix"], first=row["first"], middle=row["middle"], last=row["last"])
    ) and evidence.birth == Birth(year=row["birth_year"], month=row["birth_month"], day=row["birth_day"])
    same_request = evidence.request_number == row["request_number"]
    chip, laser = evidence.chip_serial, evidence.laser_number
    contradicted = not (same_person and same_request) or _differs(chip, row["chip_serial"])
    if contradicted or _differs(laser, row["laser_number"]):
        return "mismatch"
    proved = (chip is not None and row["chip_serial"] is not None) or (
        laser is not None and row["laser_number"] is not None
    )
    if not proved:
        return "mismatch"
    return "void" if row["card_lost"] else "normal"


def _differs(given: str | None, recorded: str | None) -> bool:
    return given is not None and recorded is not None and given.upper() != recorded.upper()


def _spaced_once(name: Name) -> tuple[str, ...]:
    return tuple(" ".join(part.split()) for part in (name.prefix, name.first, name.middle, name.last))


def answer_assessment(row: Row, _asked: Json) -> Json:
    """Revenue: income of the last tax year, and assets."""
    return {name: value for name, value in row.items() if name != "number"}


def answer_pension(row: Row, _asked: Json) -> Json:
    """Comptroller General: a pension or other regular benefit from the state."""
    return {"receives_state_pension": bool(row["receives_state_pension"])}


def answer_household(row: Row, _asked: Json) -> Json:
    """Welfare register: a newborn of this parent, and the household's income per head."""
    newborn = row["newborn_birth"]
    return {
        "newborn": None if newborn is None else {"birth": newborn},
        "income_per_head_year_baht": row["income_per_head_year_baht"],
    }


def answer_right(row: Row, _asked: Json) -> Json:
    """Health security: the scheme and the registered hospital."""
    code = row["hospital_code"]
    return {
        "scheme": row["scheme"],
        "hospital": None if code is None else {"code": code, "name_th": row["hospital_name_th"]},
    }


QUESTIONS: Final[Mapping[str, Mapping[str, Callable[[Row, Json], Json]]]] = {
    "civil_registry": {"/v1/person": answer_person, "/v1/card-status": answer_card_status},
    "revenue": {"/v1/assessment": answer_assessment},
    "comptroller_general": {"/v1/pension": answer_pension},
    "welfare_register": {"/v1/household": answer_household},
    "health_security": {"/v1/right": answer_right},
}
"""The JSON questions by agency and path. The disability register speaks SOAP, see ``backend.demo.soap``."""
