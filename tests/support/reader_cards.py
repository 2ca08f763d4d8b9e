"""Cards without a reader: the port ``Card`` straight onto a virtual card, with accidents on demand."""

from collections.abc import Callable, Iterable
from datetime import date

from reader_drivers.core.errors import CardRemovedError, CardResetError
from reader_drivers.virtual.card import ChipCard, Habits, VirtualCard
from reader_drivers.virtual.image import chip_image, nhso_image
from reader_drivers.virtual.people import Person, load_people

TODAY = date(2026, 11, 23)
TINY_JPEG = bytes.fromhex("FFD8FFE000044A46FFDA0003003FAAFF00BB2020FFD9")


class DirectCard:
    """Implements ``Card`` over a virtual card.

    Attributes:
        sent: Every APDU that was sent.
    """

    def __init__(
        self,
        card: ChipCard,
        *,
        reset_at: Iterable[int] = (),
        remove_at: int | None = None,
        swap_for: ChipCard | None = None,
    ) -> None:
        self.sent: list[bytes] = []
        self._card = card
        self._reset_at = set(reset_at)
        self._remove_at = remove_at
        self._swap_for = swap_for

    @property
    def atr(self) -> bytes:
        return self._card.atr

    def transmit(self, command: bytes) -> tuple[bytes, int, int]:
        number = len(self.sent)
        self.sent.append(command)
        if number == self._remove_at:
            raise CardRemovedError
        if number in self._reset_at:
            self._card.reset()
            self._card = self._swap_for or self._card
            raise CardResetError
        answer = self._card.respond(command)
        return answer[:-2], answer[-2], answer[-1]


class ScriptedCard:
    """Implements ``Card`` with one answer for everything, or a function's."""

    def __init__(self, answer: Callable[[bytes], bytes], atr: bytes = b"\x3b\x00") -> None:
        self._answer = answer
        self._atr = atr

    @property
    def atr(self) -> bytes:
        return self._atr

    def transmit(self, command: bytes) -> tuple[bytes, int, int]:
        answer = self._answer(command)
        return answer[:-2], answer[-2], answer[-1]


def plain_card(key: str = "mother", habits: Habits | None = None, photo: bytes = TINY_JPEG) -> VirtualCard:
    """Return a person's card with a tiny photo, quick to make."""
    return card_of(load_people()[key], habits, photo)


def card_of(person: Person, habits: Habits | None = None, photo: bytes = TINY_JPEG) -> VirtualCard:
    return VirtualCard(
        bytes.fromhex(person.atr),
        memory=chip_image(person, photo),
        laser_number=person.laser_number,
        production_data=b"\x9f\x7f\x2a" + bytes(10) + bytes.fromhex(person.chip_serial) + bytes(24),
        nhso=nhso_image(person),
        habits=habits or Habits(),
    )


def with_field(card: VirtualCard, offset: int, content: bytes) -> VirtualCard:
    """Return ``card`` with other bytes at ``offset``."""
    memory = card.memory or b""
    card.memory = memory[:offset] + content + memory[offset + len(content) :]
    return card
