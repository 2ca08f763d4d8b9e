"""What an agency hands in with its service: how it is spoken to, and test persons with what must be answered. Pure."""

import json
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from backend.linkage.directory import Agency
from backend.linkage.errors import LinkageError
from backend.linkage.facts import FACT_TYPES, Fact, FactValue
from contracts.decision import CardEvidence, Subject


class CaseError(LinkageError):
    """The file of test persons cannot be used.

    Attributes:
        problems: Each thing that is wrong, with its place.
    """

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class TestPerson(BaseModel):
    """An invented person whom the service knows.

    Attributes:
        citizen_number: 13 digits.
        card: What of his card the service asks for, if it does.
        facts: Every fact that must be answered, as JSON: dates as text, a birth as year, month and day.
    """

    __test__ = False
    model_config = ConfigDict(frozen=True, extra="forbid")

    citizen_number: str = Field(pattern=r"^[0-9]{13}$", repr=False)
    card: CardEvidence | None = None
    facts: dict[Fact, Any] = Field(min_length=1, repr=False)

    @property
    def subject(self) -> Subject:
        """Whom to ask about."""
        return Subject(citizen_number=self.citizen_number, card=self.card)

    def expected(self) -> dict[Fact, FactValue]:
        """Return the facts in their types."""
        return {
            fact: TypeAdapter(FACT_TYPES[fact]).validate_json(json.dumps(value), strict=True)
            for fact, value in self.facts.items()
        }

    @model_validator(mode="after")
    def _typed(self) -> "TestPerson":
        for fact in self.facts:
            try:
                TestPerson.expected(self.model_copy(update={"facts": {fact: self.facts[fact]}}))
            except ValidationError:
                raise ValueError(f"{fact} is not a {FACT_TYPES[fact].__name__}") from None
        return self


class Case(BaseModel):
    """The file: the service's entry in the directory (without address and adapter, which the command names) and people.

    Attributes:
        agency: The entry.
        persons: Whom the service knows.
        unknown: Numbers, rightly formed, that it does not know.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    agency: Agency
    persons: tuple[TestPerson, ...] = Field(min_length=1)
    unknown: tuple[str, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _answerable(self) -> "Case":
        offered = {fact for request in self.agency.requests for fact in request.facts}
        for person in self.persons:
            strange = person.facts.keys() - offered
            if strange:
                raise ValueError(f"{min(strange)} is expected of a test person, but no request yields it")
        return self


def parse_case(text: str, url: str, adapter: str) -> Case:
    """Read the file.

    Raises:
        CaseError: Not such a file; its problems repeat no number.
    """
    try:
        tree = json.loads(text)
        if isinstance(tree, dict) and isinstance(tree.get("agency"), dict):
            tree["agency"] = {**tree["agency"], "adapter": adapter, "base_url": url}
        return Case.model_validate(tree)
    except ValidationError as error:
        found = error.errors(include_input=False, include_url=False)
        raise CaseError(tuple(f"{'.'.join(map(str, e['loc'])) or 'file'}: {e['msg']}" for e in found)) from None
    except ValueError:
        raise CaseError(("file: not JSON",)) from None
