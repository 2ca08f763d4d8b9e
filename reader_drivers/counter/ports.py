"""What the counter service needs of the cards."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from reader_drivers.pcsc.context import PRESENT
from reader_drivers.pcsc.transport import list_readers
from reader_drivers.pcsc.watch import CardWatcher
from reader_drivers.reading import Taken, Wishes, take, thai_today, with_card
from reader_drivers.service import ReaderEvent, ThaiIdReader


@dataclass(frozen=True, slots=True)
class ReaderInUse:
    """A reader, and whether a card is in it."""

    name: str
    occupied: bool


class Cards(Protocol):
    """The readers of this machine. Real: :class:`PcscCards`; tests have a fake."""

    def readers(self) -> list[ReaderInUse]:
        """Return them.

        Raises:
            ReaderError: No service.
        """
        ...

    def read(self, reader: str | None, wishes: Wishes) -> Taken:
        """Read a card.

        Raises:
            ReaderError: What went wrong.
        """
        ...

    def watch(
        self, on_event: Callable[[ReaderEvent], None], *, read: bool, photo: bool
    ) -> AbstractContextManager[object]:
        """Tell of readers and cards, and of readings when asked to ``read``, until the context ends."""
        ...


class PcscCards:
    """Implements :class:`Cards` over PC/SC."""

    def readers(self) -> list[ReaderInUse]:
        """List the readers."""
        return [ReaderInUse(slot.reader, bool(slot.state & PRESENT)) for slot in list_readers()]

    def read(self, reader: str | None, wishes: Wishes) -> Taken:
        """Read a card."""
        return with_card(reader, lambda card: take(card, wishes, thai_today()), wishes.limit_s)

    def watch(
        self, on_event: Callable[[ReaderEvent], None], *, read: bool, photo: bool
    ) -> AbstractContextManager[object]:
        """Watch the readers."""
        if read:
            return ThaiIdReader(on_event, today=thai_today, with_photo=photo)
        return CardWatcher(on_event)
