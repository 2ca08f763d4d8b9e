"""A PC/SC service in memory: implements the watcher's port ``StatusSource`` and the reading's ``connect``."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from queue import Empty, Queue

from reader_drivers.core.errors import CardAbsentError, ReaderAbsentError, ServiceAbsentError
from reader_drivers.core.exchange import Card
from reader_drivers.pcsc.context import MUTE, PLUG_AND_PLAY, PRESENT, SlotState
from tests.support.reader_cards import DirectCard


class FakePcsc:
    """Readers and cards under the test's hand. Blocks and wakes as the real service does."""

    def __init__(self, *readers: str, up: bool = True) -> None:
        self._changed = threading.Condition()
        self._up = up
        self._count = dict.fromkeys(readers, 0)
        self._cards: dict[str, Callable[[], Card]] = {}
        self._mute: set[str] = set()

    def set_up(self, up: bool) -> None:
        with self._changed:
            self._up = up
            self._changed.notify_all()

    def plug(self, reader: str) -> None:
        with self._changed:
            self._count[reader] = 0
            self._changed.notify_all()

    def unplug(self, reader: str) -> None:
        with self._changed:
            del self._count[reader]
            self._cards.pop(reader, None)
            self._changed.notify_all()

    def insert(self, reader: str, card: Callable[[], Card], *, mute: bool = False) -> None:
        with self._changed:
            self._cards[reader] = card
            (self._mute.add if mute else self._mute.discard)(reader)
            self._count[reader] += 1
            self._changed.notify_all()

    def remove(self, reader: str) -> None:
        with self._changed:
            del self._cards[reader]
            self._count[reader] += 1
            self._changed.notify_all()

    def connect_service(self) -> "FakeSource":
        if not self._up:
            raise ServiceAbsentError
        return FakeSource(self)

    @contextlib.contextmanager
    def open_card(self, reader: str) -> Iterator[Card]:
        with self._changed:
            card = self._cards.get(reader)
        if card is None:
            raise CardAbsentError(reader)
        yield card()

    def _state(self, reader: str) -> SlotState:
        if reader == PLUG_AND_PLAY:
            return SlotState(reader, len(self._count) << 16)
        if reader not in self._count:
            raise ReaderAbsentError(reader)
        present = (PRESENT if reader in self._cards else 0x10) | (MUTE if reader in self._mute else 0)
        return SlotState(reader, self._count[reader] << 16 | present)


class FakeSource:
    """One connection to the fake service."""

    def __init__(self, service: FakePcsc) -> None:
        self._service = service
        self._cancelled = False

    def readers(self) -> list[str]:
        if not self._service._up:
            raise ServiceAbsentError
        return list(self._service._count)

    def wait(self, known: list[SlotState]) -> list[SlotState] | None:
        with self._service._changed:
            while True:
                if self._cancelled:
                    self._cancelled = False
                    return None
                if not self._service._up:
                    raise ServiceAbsentError
                now = [self._service._state(slot.reader) for slot in known]
                if now != known:
                    return now
                self._service._changed.wait()

    def cancel(self) -> None:
        with self._service._changed:
            self._cancelled = True
            self._service._changed.notify_all()

    def close(self) -> None:
        pass


class Heard:
    """Collects events and waits for one of a kind."""

    def __init__(self, only: str | None = None) -> None:
        self._only = only  # a reader's name; events of others are not heard
        self._queue: Queue[object] = Queue()
        self.events: list[object] = []

    def __call__(self, event: object) -> None:
        if self._only in {None, getattr(event, "reader", self._only)}:
            self._queue.put(event)

    def wait_for(self, *kinds: type, timeout_s: float = 5.0) -> object:
        while True:
            try:
                event = self._queue.get(timeout=timeout_s)
            except Empty:
                raise AssertionError(f"no {kinds} among {[type(e).__name__ for e in self.events]}") from None
            self.events.append(event)
            if isinstance(event, kinds):
                return event

    def quiet_for(self, seconds: float) -> bool:
        try:
            self.events.append(self._queue.get(timeout=seconds))
        except Empty:
            return True
        return False


class HangingCard(DirectCard):
    """A card that leaves the reader waiting until the test lets go."""

    def __init__(self, card: object, release: threading.Event, after: int = 0) -> None:
        super().__init__(card)  # type: ignore[arg-type]  # any virtual card
        self._release = release
        self._after = after

    def transmit(self, command: bytes) -> tuple[bytes, int, int]:
        if len(self.sent) >= self._after:
            self._release.wait(10)
        return super().transmit(command)
