"""Cards as events: readers and cards come and go, and each card put in is read. What a kiosk needs, in one object."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from typing import Protocol, Self

from reader_drivers.cards.thai_id import ThaiIdSession
from reader_drivers.core.errors import (
    CardChangedError,
    CardMuteError,
    CardUnreadableError,
    ReadCancelledError,
    ReaderError,
)
from reader_drivers.core.exchange import Card
from reader_drivers.core.slots import CardInserted, CardRemoved, SlotEvent
from reader_drivers.events import CardReadDone, IdentityRead, PhotoRead, ReaderEvent, ReadFailed, ReadProgress
from reader_drivers.pcsc.transport import open_card
from reader_drivers.pcsc.watch import CardWatcher

READ_LIMIT_S = 15.0  # the slowest card (9600 bit/s) needs under 2 s for its text
PHOTO_LIMIT_S = 30.0  # and under 8 s for its photo


class Watcher(Protocol):
    """Tells of cards from a thread of its own. Real: ``pcsc.watch.CardWatcher``."""

    def start(self) -> object:
        """Begin."""
        ...

    def stop(self) -> None:
        """End; no event comes after it has returned."""
        ...


class _Reading:
    """One card's stay in one reader."""

    def __init__(self) -> None:
        self.over = False  # the card is out, or was given up: nothing more is told of it
        self.limit: threading.Timer | None = None

    def end(self) -> None:
        self.over = True
        self.within_limit()

    def within_limit(self) -> None:
        if self.limit is not None:
            self.limit.cancel()


class ThaiIdReader:
    """Watches all readers and reads every card put in; events come in order, never one of a card that is out.

    After a card's ``CardRemoved`` nothing more is told of it. Events come from several threads, one at a time.
    """

    def __init__(
        self,
        on_event: Callable[[ReaderEvent], None],
        *,
        today: Callable[[], date] | None = None,
        with_photo: bool = False,
        limit_s: float = READ_LIMIT_S,
        photo_limit_s: float = PHOTO_LIMIT_S,
        watch: Callable[[Callable[[SlotEvent], None]], Watcher] = CardWatcher,
        connect: Callable[[str], AbstractContextManager[Card]] = open_card,
    ) -> None:
        """Prepare; nothing starts before :meth:`start`.

        Args:
            on_event: Called for every event; must return soon and must not raise (``queue.put`` is right).
            today: Gives the date against which findings are made; None leaves those out.
            with_photo: Read the photo too, after the text.
            limit_s: After so many seconds without the whole text a reading is given up, as unreadable: a card can
                leave the service waiting for ever.
            photo_limit_s: The same for the photo, from the text on.
            watch: Makes the watcher; tests give a fake.
            connect: Opens the card in the named reader; tests give a fake.
        """
        self._on_event = on_event
        self._today = today
        self._with_photo = with_photo
        self._limit_s = limit_s
        self._photo_limit_s = photo_limit_s
        self._connect = connect
        self._watcher = watch(self._on_slot)
        self._lock = threading.Lock()
        self._readings: dict[str, _Reading] = {}

    def start(self) -> Self:
        """Begin; readers and cards already there are told first."""
        self._watcher.start()
        return self

    def stop(self) -> None:
        """End. Readings under way are dropped without a word."""
        self._watcher.stop()
        with self._lock:
            for reading in self._readings.values():
                reading.end()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _on_slot(self, event: SlotEvent) -> None:
        with self._lock:
            if isinstance(event, CardRemoved) and event.reader in self._readings:
                self._readings.pop(event.reader).end()
            self._on_event(event)
            if isinstance(event, CardInserted):
                self._begin(event)

    def _begin(self, event: CardInserted) -> None:
        if event.mute:
            self._on_event(ReadFailed(event.reader, CardMuteError()))
            return
        reading = self._readings[event.reader] = _Reading()
        self._limit(event.reader, reading, self._limit_s)
        threading.Thread(target=self._read, args=(event.reader, reading), name="card-reading", daemon=True).start()

    def _limit(self, reader: str, reading: _Reading, limit_s: float) -> None:
        reading.within_limit()
        reading.limit = threading.Timer(limit_s, self._give_up, (reader, reading))
        reading.limit.daemon = True
        reading.limit.start()

    def _give_up(self, reader: str, reading: _Reading) -> None:
        with self._lock:
            if not reading.over:
                reading.over = True
                self._on_event(ReadFailed(reader, CardUnreadableError("timeout")))

    def _read(self, reader: str, reading: _Reading) -> None:
        try:
            with self._connect(reader) as card:
                self._read_card(reader, reading, card)
        except ReadCancelledError:
            return
        except CardChangedError as error:
            # Swapped faster than the service looks: nobody else will tell, so this is the removal and the insertion.
            self._tell(reading, ReadFailed(reader, error))
            with self._lock:
                unseen = not reading.over
            if unseen:
                self._on_slot(CardRemoved(reader))
                self._on_slot(CardInserted(reader, error.atr))
        except ReaderError as error:
            self._tell(reading, ReadFailed(reader, error))
        finally:
            reading.within_limit()

    def _read_card(self, reader: str, reading: _Reading, card: Card) -> None:
        def progress(part: str) -> Callable[[float], None]:
            return lambda done: self._tell(reading, ReadProgress(reader, part, round(done, 2)))

        session = ThaiIdSession(card, self._today() if self._today else None, progress("text"))
        identity = session.read_identity()
        self._tell(reading, IdentityRead(reader, identity))
        self._tell(reading, CardReadDone(reader, session.read_text()))
        reading.within_limit()
        if self._with_photo:
            self._limit(reader, reading, self._photo_limit_s)
            photo = session.read_photo(progress("photo"), cancelled=lambda: reading.over)
            self._tell(reading, PhotoRead(reader, photo))

    def _tell(self, reading: _Reading, event: ReaderEvent) -> None:
        with self._lock:
            if not reading.over:
                self._on_event(event)
