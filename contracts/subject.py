"""Who a question is about and how the person at the device was looked at: words that mandates use too."""

from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from contracts.message import Message


class SubjectKind(StrEnum):
    """What kind of number names the subject. It travels beside the digits, which cannot tell."""

    PERSON = "citizen_number"
    PUPIL = "g_code"
    COMPANY = "juristic_number"


class HolderCheck(StrEnum):
    """What was done to see that the card is its holder's: nothing, or an officer compared face and photo."""

    NONE = "none"
    PHOTO = "photo"


class NamedSubject(Message):
    """Whom a question is about, by the number that ``type`` says.

    Attributes:
        type: A person on the civil register (every category), a pupil by G code, or a juristic person.
        citizen_number: The person's; for a juristic person, that of the person who acts for it.
        g_code: ``G`` and 12 digits.
        juristic_number: The 13 digits of the registration.
    """

    type: SubjectKind = SubjectKind.PERSON
    citizen_number: str = Field(default="", pattern=r"^([0-9]{13})?$", repr=False)
    g_code: str = Field(default="", pattern=r"^(G[0-9]{12})?$", repr=False)
    juristic_number: str = Field(default="", pattern=r"^([0-9]{13})?$", repr=False)

    @model_validator(mode="after")
    def _is_named(self) -> Self:
        others = {"g_code": self.g_code, "juristic_number": self.juristic_number}
        if not self.number or any(value for name, value in others.items() if name != self.type):
            raise ValueError("the number that 'type' says must be given, and no other")
        if self.type is SubjectKind.PUPIL and self.citizen_number:
            raise ValueError("a pupil with a citizen number is asked about by it")
        return self

    @property
    def kind(self) -> SubjectKind:
        """What kind of number names the subject."""
        return self.type

    @property
    def number(self) -> str:
        """The digits or code, as agencies know the subject."""
        return str(getattr(self, self.type.value))
