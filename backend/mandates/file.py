"""A file of mandates: JSON, checked on loading."""

from datetime import date
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from backend.linkage.facts import Fact
from backend.mandates.check import Mandate
from backend.mandates.errors import MandateFileError
from contracts.decision import AgencyId, ServiceId
from contracts.message import Words

DEMO_MANDATES = Path(__file__).with_name("demo_mandates.json")


class MandateEntry(BaseModel):
    """One mandate in the file; the attributes are those of ``Mandate``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    agency_id: AgencyId
    service_id: ServiceId
    purpose: Literal["eligibility", "slip_identity", "extract"]
    facts: frozenset[Fact] = Field(min_length=1)
    legal_basis: Words
    valid_from: date
    valid_until: date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.valid_until is not None and self.valid_until < self.valid_from:
            raise ValueError("ends before it begins")
        if not self.legal_basis.th.strip() or not self.legal_basis.en.strip():
            raise ValueError("names no legal basis")
        return self

    def to_mandate(self) -> Mandate:
        """Return it as the check wants it."""
        return Mandate(
            self.agency_id,
            self.service_id,
            self.purpose,
            self.facts,
            self.legal_basis,
            self.valid_from,
            self.valid_until,
        )


class MandateFile(BaseModel):
    """The whole file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1]
    note: str = ""
    mandates: tuple[MandateEntry, ...]


def load_mandates(path: Path) -> tuple[Mandate, ...]:
    """Read the file at ``path``.

    Raises:
        MandateFileError: It cannot be read or is wrong.
    """
    try:
        parsed = MandateFile.model_validate_json(path.read_text(encoding="utf-8"))
    except ValidationError as error:
        problems = tuple(f"{'.'.join(str(p) for p in e['loc']) or 'file'}: {e['msg']}" for e in error.errors())
        raise MandateFileError(str(path), problems) from error
    except (OSError, UnicodeDecodeError) as error:
        raise MandateFileError(str(path), (f"cannot be read: {type(error).__name__}",)) from error
    return tuple(entry.to_mandate() for entry in parsed.mandates)
