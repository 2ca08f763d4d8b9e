"""A file of mandates: JSON, checked on loading."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_core import PydanticCustomError

from backend.linkage.facts import Fact
from backend.mandates.check import GrantState, Mandate, Proof, RefusalRule
from backend.mandates.errors import MandateFileError
from backend.mandates.purposes import Purpose, is_commercial
from backend.mandates.quota import Period, Quota
from backend.mandates.words import COMMERCIAL_WORDS
from contracts.decision import AgencyId, ServiceId
from contracts.message import Words
from contracts.subject import SubjectKind

_Form = TypeVar("_Form", bound=BaseModel)
DEMO_MANDATES = Path(__file__).with_name("demo_mandates.json")


class QuotaEntry(BaseModel):
    """How often a mandate may be used."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    limit: int = Field(ge=1, le=1_000_000_000)
    period: Period


class MandateEntry(BaseModel):
    """One mandate in the file; the attributes are those of ``Mandate``.

    ``approvals`` says how many people approved it before it was put into the file: restricted facts need two.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    agency_id: AgencyId
    service_id: ServiceId
    purpose: Purpose
    facts: frozenset[Fact] = Field(min_length=1)
    legal_basis: Words
    valid_from: date
    valid_until: date | None = None
    quota: QuotaEntry | None = None
    assurance: frozenset[Proof] = frozenset()
    subjects: frozenset[SubjectKind] = Field(default=frozenset({SubjectKind.PERSON}), min_length=1)
    approvals: int = Field(default=1, ge=1, le=2)

    @field_validator("purpose", mode="before")
    @classmethod
    def _not_commercial(cls, purpose: object) -> object:
        if isinstance(purpose, str) and is_commercial(purpose):
            rule = RefusalRule.PURPOSE_COMMERCIAL.value
            raise PydanticCustomError(rule, "{rule}: {en} / {th}", {"rule": rule, **COMMERCIAL_WORDS.model_dump()})
        return purpose

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.valid_until is not None and self.valid_until < self.valid_from:
            raise ValueError("ends before it begins")
        if not self.legal_basis.th.strip() or not self.legal_basis.en.strip():
            raise ValueError("names no legal basis")
        if Proof.CONFIRMED in self.assurance and Fact.CARD_STATUS not in self.facts:
            raise ValueError(f"demands a confirmed card without the fact {Fact.CARD_STATUS}, which confirms it")
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
            Quota(self.quota.limit, self.quota.period) if self.quota else None,
            self.assurance,
            self.subjects,
            self.approvals,
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
    return tuple(entry.to_mandate() for entry in _read(path, MandateFile).mandates)


def load_proposal(path: Path) -> Mandate:
    """Read the one mandate in the file at ``path``: the form of an entry of ``mandates``. Nobody has approved it.

    Raises:
        MandateFileError: It cannot be read or is wrong.
    """
    return replace(_read(path, MandateEntry).to_mandate(), approvals=0, state=GrantState.PROPOSED)


def _read(path: Path, form: type[_Form]) -> _Form:
    try:
        return form.model_validate_json(path.read_text(encoding="utf-8"))
    except ValidationError as error:
        problems = tuple(f"{'.'.join(str(p) for p in e['loc']) or 'file'}: {e['msg']}" for e in error.errors())
        raise MandateFileError(str(path), problems) from error
    except (OSError, UnicodeDecodeError) as error:
        raise MandateFileError(str(path), (f"cannot be read: {type(error).__name__}",)) from error
