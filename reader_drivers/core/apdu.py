"""Commands the card understands. Pure: values in, bytes out.

Sources: ISO/IEC 7816-4 clause 5.1 (command-response pairs), ISO/IEC 7816-3 clause 10.3 (T=0), and for the READ form the
card facts (case 3: Lc = 02 and the wanted length as a big-endian 16-bit body).
"""

from dataclasses import dataclass
from typing import Self

MAX_READ = 0xFF  # LL up to FF is what every known reader uses in practice
THAI_ID_AID = bytes.fromhex("A000000054480001")
ADMIN_AID = bytes.fromhex("A000000084060002")
LASER_NUMBER_LENGTH = 0x17
PRODUCTION_DATA_LENGTH = 0x2D


@dataclass(frozen=True, slots=True)
class Command:
    """One command APDU.

    Attributes:
        apdu: The bytes on the wire.
        sized: True when the last byte says how much is wanted, so that ``6Cxx`` can be obeyed by changing it.
    """

    apdu: bytes
    sized: bool = False

    def with_length(self, length: int) -> Self:
        """Return this command asking for ``length`` bytes (0–255, 0 = 256); a bare 4-byte header gets an Le."""
        head = self.apdu if len(self.apdu) == 4 else self.apdu[:-1]
        return type(self)(head + bytes([length]), sized=True)


def select(aid: bytes) -> Command:
    """SELECT by name; an empty ``aid`` selects the card's default applet."""
    return Command(bytes([0x00, 0xA4, 0x04, 0x00, len(aid)]) + aid)


def read(offset: int, length: int) -> Command:
    """READ ``length`` bytes (1–255) at ``offset`` (0–65535) of the selected Thai ID applet."""
    if not (0 <= offset <= 0xFFFF and 1 <= length <= MAX_READ):
        raise ValueError("a read is 1-255 bytes within 64 KiB")
    return Command(bytes([0x80, 0xB0, offset >> 8, offset & 0xFF, 0x02, 0x00, length]), sized=True)


def get_response(length: int, p2: int = 0x00) -> Command:
    """GET RESPONSE for ``length`` bytes (0 = 256)."""
    return Command(bytes([0x00, 0xC0, 0x00, p2, length]), sized=True)


def get_laser_number() -> Command:
    """The administration applet's one query: 23 bytes, the laser number in the last 16."""
    return Command(bytes([0x80, 0x00, 0x00, 0x00]), sized=True)  # without Lc and Le, as every known reader sends it


def get_production_data() -> Command:
    """GET DATA ``9F7F`` (card production life cycle data, 45 bytes with its tag and length)."""
    return Command(bytes([0x80, 0xCA, 0x9F, 0x7F, PRODUCTION_DATA_LENGTH]), sized=True)
