"""What a reader hands over when it has read a Thai national ID card. Common-era dates; no raw bytes."""

from datetime import date
from enum import StrEnum
from typing import Literal, Self

from pydantic import Field

from contracts.message import Message


class Name(Message):
    """A name in the card's four parts. Parts that the card leaves empty are empty strings."""

    prefix: str = ""
    first: str = ""
    middle: str = ""
    last: str = ""


class Birth(Message):
    """A date of birth, common era. Old people's cards often know the year alone (month and day ``00`` on the chip).

    Attributes:
        year: Common-era year.
        month: 1–12, or None when the card does not say.
        day: 1–31, or None when the card does not say.
    """

    year: int = Field(ge=1800, le=2600)
    month: int | None = Field(default=None, ge=1, le=12)
    day: int | None = Field(default=None, ge=1, le=31)


class Address(Message):
    """A registered address, each part without its label (``หมู่ที่``, ``ตำบล``/``แขวง``, …); empty where absent."""

    house: str = ""
    moo: str = ""
    trok: str = ""
    soi: str = ""
    road: str = ""
    subdistrict: str = ""
    district: str = ""
    province: str = ""


class Assurance(StrEnum):
    """How sure one may be of a card: none was shown, merely presented, or confirmed by the registry."""

    NUMBER_ONLY = "number_only"
    PRESENTED = "presented"
    CONFIRMED = "confirmed"


class ConfirmationWay(StrEnum):
    """What the registry's card-status service can be asked with; besides the citizen number each needs the named parts.

    Source: the card facts, "What the card proves".
    """

    CHIP = "chip"  # chip serial and request number
    LASER = "laser"  # name, birth and laser number


class Finding(StrEnum):
    """Something implausible on a card: reported, never a refusal (the registry decides what is true)."""

    CHECK_DIGIT = "check_digit"
    BIRTH = "birth"
    ISSUED = "issued"
    EXPIRES = "expires"
    AGE_AGAINST_CATEGORY = "age_against_category"
    UNMAPPABLE_TEXT = "unmappable_text"


NOT_PUBLIC = ("issuer_code", "chip_serial", "findings", "assurance")
"""Fields of :class:`CardRead` that are not in its public JSON form."""


class CardRead(Message):
    """The text of one card, as presented: a reader cannot tell a real card from a clone; only the registry can.

    The public JSON form of ``baidiao card read --json`` is exactly :meth:`public`.
    """

    citizen_number: str = Field(repr=False)
    name_th: Name = Field(repr=False)
    name_en: Name = Field(repr=False)
    birth: Birth = Field(repr=False)
    sex: Literal["male", "female"] | None = Field(repr=False)
    issuer: str = Field(repr=False)
    issued: date | None = Field(repr=False)
    expires: date | None = Field(repr=False)
    expires_never: bool = False
    address: Address = Field(repr=False)
    request_number: str = Field(repr=False)
    photo_number: str = Field(repr=False)
    laser_number: str | None = Field(default=None, repr=False)
    card_type: str
    layout: str
    atr: str
    exchanges: int = Field(ge=0)
    issuer_code: str = Field(default="", repr=False)
    chip_serial: str | None = Field(default=None, repr=False)
    findings: tuple[Finding, ...] = ()
    assurance: Assurance = Assurance.PRESENTED

    def ways_to_confirm(self) -> tuple[ConfirmationWay, ...]:
        """Return how the registry could be asked about this card, the stronger way first; empty when in no way."""
        ways = {
            ConfirmationWay.CHIP: self.chip_serial and self.request_number,
            ConfirmationWay.LASER: self.laser_number and self.name_th.first,
        }
        return tuple(way for way, known in ways.items() if known)

    def confirmed(self) -> Self:
        """Return this card as the registry has confirmed it. Whoever calls this has the registry's answer."""
        return self.model_copy(update={"assurance": Assurance.CONFIRMED})

    def public(self) -> dict[str, object]:
        """Return the fixed public JSON object, keys in the documented order."""
        return self.model_dump(mode="json", exclude=set(NOT_PUBLIC))
