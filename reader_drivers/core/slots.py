"""What happened between two looks at the readers. Pure.

The service's state word counts insertions and removals in its upper half, so that a card swapped faster than anybody
looked still gives its removal and insertion.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ServiceUp:
    """The PC/SC service answers."""


@dataclass(frozen=True, slots=True)
class ServiceDown:
    """The PC/SC service does not answer; all readers are gone with it."""

    refused: bool = False


@dataclass(frozen=True, slots=True)
class ReaderAdded:
    """A reader was plugged in."""

    reader: str


@dataclass(frozen=True, slots=True)
class ReaderRemoved:
    """A reader was unplugged."""

    reader: str


@dataclass(frozen=True, slots=True)
class CardInserted:
    """A card was put in. ``mute``: it does not answer to power (upside down, worn out, no chip)."""

    reader: str
    atr: bytes = b""
    mute: bool = False


@dataclass(frozen=True, slots=True)
class CardRemoved:
    """The card was taken out."""

    reader: str


SlotEvent = ServiceUp | ServiceDown | ReaderAdded | ReaderRemoved | CardInserted | CardRemoved


@dataclass(frozen=True, slots=True)
class Slot:
    """One reader as last seen.

    Attributes:
        present: A card is in it.
        mute: The card does not answer.
        atr: Its answer to reset.
        count: The service's count of insertions and removals, 16 bits.
    """

    present: bool = False
    mute: bool = False
    atr: bytes = b""
    count: int = 0


def compare(before: Mapping[str, Slot], now: Mapping[str, Slot]) -> list[SlotEvent]:
    """Return what happened, removals first, so that nobody ever sees two cards in one reader."""
    gone: list[SlotEvent] = []
    come: list[SlotEvent] = []
    for reader in before:
        if reader not in now:
            if before[reader].present:
                gone.append(CardRemoved(reader))
            gone.append(ReaderRemoved(reader))
    for reader, slot in now.items():
        if reader not in before:
            come.append(ReaderAdded(reader))
        was = before.get(reader, Slot())
        same_card = was.present and slot.present and was.count == slot.count
        if was.present and not same_card:
            gone.append(CardRemoved(reader))
        if slot.present and not same_card:
            come.append(CardInserted(reader, slot.atr, slot.mute))
    return gone + come
