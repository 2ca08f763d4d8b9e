"""What the counter service needs of the cards."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from reader_drivers.events import ReaderEvent
from reader_drivers.reading import Taken, Wishes


@dataclass(frozen=True, slots=True)
class ReaderInUse:
    """A reader, and whether a card is in it."""

    name: str
    occupied: bool


class Cards(Protocol):
    """The readers of this machine. Real: ``pcsc_cards.PcscCards``; tests have a fake."""

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
