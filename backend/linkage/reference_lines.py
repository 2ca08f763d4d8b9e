"""From an agency's list of numbers to keyed hashes. Pure; what is wrong is told by line, never by number."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from hmac import new as new_hmac
from typing import Final

from contracts.citizen_number import CitizenNumber, GCode, NumberError

PERSON_BYTES: Final = 16
REFERENCE_KEY_FILE: Final = "reference.key"
"""The hashes' own key, below the centre's keys: with the key of pseudonyms, each table could be read by the other's."""
_PERSON: Final = b"baidiao/reference/1\x00"


@dataclass(frozen=True, slots=True)
class WrongLine:
    """A line that holds no number.

    Attributes:
        line: Counted from 1.
        reason: ``form`` or ``check_digit``.
    """

    line: int
    reason: str


def hash_person(key: bytes, number: str) -> bytes:
    """Return the keyed hash under which a person is referred to: HMAC-SHA-256, its first 16 bytes."""
    return new_hmac(key, _PERSON + number.encode("ascii"), sha256).digest()[:PERSON_BYTES]


def read_lines(lines: Iterable[str], key: bytes) -> Iterator[bytes | WrongLine]:
    """Read a citizen number or a G code from each line, up to its first comma; empty lines are passed over."""
    for place, line in enumerate(lines, start=1):
        text = line.partition(",")[0].strip().strip('"')
        if not text or (place == 1 and not any(letter.isdigit() for letter in text)):  # a heading
            continue
        try:
            yield hash_person(key, GCode.parse(text).code if text[:1] in "Gg" else CitizenNumber.parse(text).digits)
        except NumberError as error:
            yield WrongLine(place, error.reason)
