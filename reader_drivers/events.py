"""What happens at the readers and with the cards in them: values that ``service`` tells and ``event_lines`` words."""

from dataclasses import dataclass, field

from contracts.card import CardRead
from reader_drivers.cards.thai_decode import Identity
from reader_drivers.core.errors import ReaderError
from reader_drivers.core.slots import (
    CardInserted,
    CardRemoved,
    ReaderAdded,
    ReaderRemoved,
    ServiceDown,
    ServiceUp,
    SlotEvent,
)


@dataclass(frozen=True, slots=True)
class ReadProgress:
    """The reading goes on: ``done`` (0-1) of its ``part``, ``"text"`` or ``"photo"``."""

    reader: str
    part: str
    done: float


@dataclass(frozen=True, slots=True)
class IdentityRead:
    """Number, names, birth, sex and dates are there; the rest follows."""

    reader: str
    identity: Identity


@dataclass(frozen=True, slots=True)
class CardReadDone:
    """All text of the card is there."""

    reader: str
    card: CardRead


@dataclass(frozen=True, slots=True)
class PhotoRead:
    """The photo is there, a JPEG."""

    reader: str
    photo: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ReadFailed:
    """The card could not be read; ``error`` has words for the citizen and for the technician."""

    reader: str
    error: ReaderError


ReaderEvent = SlotEvent | ReadProgress | IdentityRead | CardReadDone | PhotoRead | ReadFailed

__all__ = [
    "CardInserted",
    "CardReadDone",
    "CardRemoved",
    "IdentityRead",
    "PhotoRead",
    "ReadFailed",
    "ReadProgress",
    "ReaderAdded",
    "ReaderEvent",
    "ReaderRemoved",
    "ServiceDown",
    "ServiceUp",
]
