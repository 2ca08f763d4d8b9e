"""The 13-digit citizen number, pupils' G codes and juristic numbers: three types that digits cannot tell apart."""

import re
from dataclasses import dataclass
from enum import IntEnum
from typing import Self

_THIRTEEN_DIGITS = re.compile(r"[0-9]{13}\Z")
_G_CODE = re.compile(r"G[0-9]{12}\Z")
MASK = "X"


class NumberError(ValueError):
    """The text is not a number of the wanted kind. The message never repeats the text: it may be somebody's.

    Attributes:
        reason: ``"form"`` (not 13 digits, or not G and 12 digits) or ``"check_digit"``.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(f"not a valid number: {reason}")
        self.reason = reason


class Category(IntEnum):
    """First digit of a citizen number: how its holder came onto the civil register.

    Source: Ministry of Interior's numbering of civil registration, as gathered in the card facts. Readers that refuse
    0 and 9 turn real people away.
    """

    NO_STATUS = 0
    BORN_SINCE_1984 = 1
    BORN_SINCE_1984_LATE = 2
    ON_ROLLS_1984 = 3
    ON_ROLLS_1984_MOVED = 4
    ADDED_LATER = 5
    UNLAWFUL_OR_TEMPORARY = 6
    CHILD_OF_SIX = 7
    ALIEN_OR_NATURALISED = 8
    RESERVED = 9


def check_digit(first_twelve: str) -> str:
    """Return the thirteenth digit for twelve digits: ``(11 - sum(d_i * (14 - i)) mod 11) mod 10``, i from 1.

    Raises:
        NumberError: ``first_twelve`` is not twelve ASCII digits.
    """
    if not re.fullmatch(r"[0-9]{12}", first_twelve):
        raise NumberError("form")
    weighted = sum(int(digit) * (13 - place) for place, digit in enumerate(first_twelve))
    return str((11 - weighted % 11) % 10)


def _parse_thirteen(text: str) -> str:
    digits = re.sub(r"[\s-]", "", text)
    if not _THIRTEEN_DIGITS.match(digits):
        raise NumberError("form")
    if digits[12] != check_digit(digits[:12]):
        raise NumberError("check_digit")
    return digits


@dataclass(frozen=True, slots=True, repr=False)
class CitizenNumber:
    """A person's 13-digit number with a right check digit. Its ``repr`` is masked, so that logs cannot leak it.

    Attributes:
        digits: The 13 ASCII digits, without spaces or hyphens.
    """

    digits: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read 13 digits, spaces and hyphens allowed between them.

        Raises:
            NumberError: Wrong form or wrong check digit.
        """
        return cls(_parse_thirteen(text))

    @property
    def category(self) -> Category:
        """How the holder came onto the register (first digit)."""
        return Category(int(self.digits[0]))

    @property
    def masked(self) -> str:
        """The number as slips show it: first digit and last three, ``1-XXXX-XXXXX-20-3``."""
        d = self.digits
        return f"{d[0]}-{MASK * 4}-{MASK * 5}-{d[10:12]}-{d[12]}"

    @property
    def printed(self) -> str:
        """The number as the card prints it: ``1-1017-00207-03-0``. For the holder's own eyes only."""
        d = self.digits
        return f"{d[0]}-{d[1:5]}-{d[5:10]}-{d[10:12]}-{d[12]}"

    def __repr__(self) -> str:
        return f"CitizenNumber({self.masked})"


@dataclass(frozen=True, slots=True, repr=False)
class JuristicNumber:
    """A company's 13-digit number. Same check digit as a person's and a leading 0: the type must travel beside it.

    Attributes:
        digits: The 13 ASCII digits.
    """

    digits: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read 13 digits beginning with 0.

        Raises:
            NumberError: Wrong form, wrong check digit, or a leading digit other than 0.
        """
        digits = _parse_thirteen(text)
        if digits[0] != "0":
            raise NumberError("form")
        return cls(digits)

    def __repr__(self) -> str:
        return f"JuristicNumber({self.digits})"


@dataclass(frozen=True, slots=True, repr=False)
class GCode:
    """A pupil's code where no citizen number exists: G, Buddhist year (2), province (2), running number (8).

    No check digit is documented and no card carries one; it gives education rights only.

    Attributes:
        code: ``G`` and 12 digits.
    """

    code: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``G`` and 12 digits, in either case.

        Raises:
            NumberError: Wrong form.
        """
        code = text.strip().upper()
        if not _G_CODE.match(code):
            raise NumberError("form")
        return cls(code)

    def __repr__(self) -> str:
        return f"GCode(G{MASK * 9}{self.code[-3:]})"
