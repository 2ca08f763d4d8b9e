"""The PC/SC reader as the kiosk's card source: follows one slot, reads when asked, sorts the driver's errors."""

import queue
import threading
from collections.abc import Callable, Iterator
from datetime import date

from contracts.card import CardRead
from contracts.fleet import PartHealth, PartState
from kiosk.errors import CardGoneError, CardUnreadableError, NotThaiIdError
from kiosk.ports import Presence, SlotChange
from reader_drivers.cards.thai_id import ThaiIdSession
from reader_drivers.core import errors as driver
from reader_drivers.core.slots import (
    CardInserted,
    CardRemoved,
    ReaderAdded,
    ReaderRemoved,
    ServiceDown,
    ServiceUp,
    SlotEvent,
)
from reader_drivers.pcsc.transport import open_card
from reader_drivers.pcsc.watch import CardWatcher

_NO_READER = PartState(health=PartHealth.ABSENT, code="no_reader")
_NO_SERVICE = PartState(health=PartHealth.FAULT, code="no_pcsc_service")


class SlotFollower:
    """Turns the driver's events on all readers into the changes of our one slot.

    A card in a second reader is nobody's visit while the first is occupied (casings with two readers exist).

    Args:
        wanted: Part of the reader's name; empty for any.
    """

    def __init__(self, wanted: str) -> None:
        self._wanted = wanted
        self._readers: list[str] = []
        self._service = True
        self.occupied: CardInserted | None = None

    def take(self, event: SlotEvent) -> SlotChange | None:
        """Take one event; return what it means for the slot, or None when nothing."""
        presence: Presence | None = None
        match event:
            case ServiceUp() | ServiceDown():
                self._service = isinstance(event, ServiceUp)
            case CardInserted(reader) if self._wanted in reader and self.occupied is None:
                self.occupied = event
                presence = Presence.INSERTED
            case CardRemoved(reader) if self.occupied is not None and reader == self.occupied.reader:
                self.occupied = None
                presence = Presence.REMOVED
            case ReaderAdded(reader) if self._wanted in reader and reader not in self._readers:
                self._readers.append(reader)
            case ReaderRemoved(reader) if reader in self._readers:
                self._readers.remove(reader)
            case _:
                return None
        return SlotChange(presence, self.state())

    def state(self) -> PartState:
        """Return the reader's state."""
        if not self._service:
            return _NO_SERVICE
        if not self._readers:
            return _NO_READER
        return PartState(health=PartHealth.OK, model=self._readers[0][:120])


class PcscCardSource:
    """Implements ``kiosk.ports.CardSource`` over pcscd.

    Args:
        reader_name: Part of the reader's name; empty for the first one.
        today: For findings on the card (an expiry date in the past).
    """

    def __init__(self, reader_name: str, today: Callable[[], date]) -> None:
        self._follower = SlotFollower(reader_name)
        self._today = today
        self._events: queue.SimpleQueue[SlotEvent] = queue.SimpleQueue()

    def watch(self, stopped: threading.Event) -> Iterator[SlotChange]:
        """Follow the slot (see the port)."""
        with CardWatcher(self._events.put):
            while not stopped.is_set():
                try:
                    change = self._follower.take(self._events.get(timeout=0.2))
                except queue.Empty:
                    continue
                if change is not None:
                    yield change

    def read(self) -> CardRead:
        """Read the card (see the port)."""
        inside = self._follower.occupied
        if inside is None:
            raise CardGoneError
        if inside.mute:
            raise CardUnreadableError from driver.CardMuteError()
        try:
            with open_card(inside.reader) as card:
                session = ThaiIdSession(card, self._today())
                return session.read_text()
        except driver.CardChangedError as error:
            # Swapped faster than the service looks: nobody else will tell, so this is the removal and the insertion.
            self._events.put(CardRemoved(inside.reader))
            self._events.put(CardInserted(inside.reader, error.atr))
            raise CardGoneError from error
        except (driver.CardRemovedError, driver.CardAbsentError, driver.ReaderAbsentError) as error:
            raise CardGoneError from error
        except driver.NotThaiIdError as error:
            raise NotThaiIdError from error
        except driver.ReaderError as error:
            raise CardUnreadableError from error
