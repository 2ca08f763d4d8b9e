"""The catalogue of facts: names, types and what else is to be known of each. Data; a new fact takes no code."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from backend.linkage.facts import declare_fact
from contracts.card import Birth
from contracts.decision import AgencyId
from contracts.message import Words

TYPES: Final[Mapping[str, type]] = {"bool": bool, "int": int, "date": date, "birth": Birth, "text": str}


class FactEntry(BaseModel):
    """One fact.

    Attributes:
        name: ``<subject>.<property>``; a unit is part of the name.
        type: Of its value; ``birth`` is a day whose month and day may not be known.
        unit: What a number counts.
        one_of: Every text it may be, for ``text``.
        label: What the consent screen and the slip call it.
        source: The agency that keeps it.
        fresh_for_days: How old an answer may be at most, in days; 0: it is asked anew each time; None: no limit stated.
        sensitivity: ``restricted`` facts need mandates with two approvals.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,40}\.[a-z][a-z0-9_]{0,60}$")
    type: Literal["bool", "int", "date", "birth", "text"]
    unit: str = ""
    one_of: tuple[str, ...] = ()
    label: Words
    source: AgencyId
    fresh_for_days: int | None = Field(default=None, ge=0, le=3660)
    sensitivity: Literal["public", "personal", "sensitive", "restricted"] = "personal"

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.type == "text") != bool(self.one_of):
            raise ValueError("'one_of' goes with 'text' and only with it")
        if self.unit and self.type != "int":
            raise ValueError("'unit' goes with 'int' and only with it")
        return self


_ENTRIES: Final = TypeAdapter(tuple[FactEntry, ...])


def declare(entries: Iterable[object]) -> tuple[FactEntry, ...]:
    """Check entries and make their facts known to this process.

    Raises:
        ValidationError: An entry is wrong.
        ValueError: A fact is known with another type.
    """
    read = _ENTRIES.validate_python(tuple(entries))
    for entry in read:
        declare_fact(entry.name, TYPES[entry.type])
    return read
