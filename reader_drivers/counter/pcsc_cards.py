"""The readers of this machine for the counter service, over PC/SC."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from reader_drivers.counter.ports import ReaderInUse
from reader_drivers.events import ReaderEvent
from reader_drivers.pcsc.context import PRESENT
from reader_drivers.pcsc.transport import list_readers
from reader_drivers.pcsc.watch import CardWatcher
from reader_drivers.reading import Taken, Wishes, take, thai_today, with_card
from reader_drivers.service import ThaiIdReader


class PcscCards:
    """Implements ``ports.Cards``."""

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
