"""A counter service on invented cards: the port ``Cards`` without any reader."""

import contextlib
from collections.abc import Callable, Iterator

from reader_drivers.core.errors import CardAbsentError, ReaderError
from reader_drivers.core.slots import CardInserted, CardRemoved, ReaderAdded
from reader_drivers.counter.app import create_counter
from reader_drivers.counter.guard import Policy
from reader_drivers.counter.ports import ReaderInUse
from reader_drivers.counter.server import CounterServer
from reader_drivers.events import CardReadDone, PhotoRead, ReaderEvent, ReadFailed
from reader_drivers.reading import Taken, Wishes, take
from tests.support.reader_cards import TODAY, DirectCard, plain_card

TOKEN = "right-token"
READER = "Counter"


class FakeCards:
    """Implements ``counter.ports.Cards``; the test puts cards in and takes them out.

    Attributes:
        watchers: How many listen now.
    """

    def __init__(self) -> None:
        self.inside: str | None = None
        self.error: ReaderError | None = None
        self.careless = False  # tells of readings also those who did not ask
        self.watchers = 0
        self._tell: list[tuple[Callable[[ReaderEvent], None], bool, bool]] = []

    def readers(self) -> list[ReaderInUse]:
        return [ReaderInUse(READER, self.inside is not None)]

    def read(self, reader: str | None, wishes: Wishes) -> Taken:
        if self.error is not None:
            raise self.error
        if self.inside is None:
            raise CardAbsentError
        return take(DirectCard(plain_card(self.inside)), wishes, TODAY)

    @contextlib.contextmanager
    def watch(self, on_event: Callable[[ReaderEvent], None], *, read: bool, photo: bool) -> Iterator[None]:
        listener = (on_event, read, photo)
        self._tell.append(listener)
        self.watchers += 1
        on_event(ReaderAdded(READER))
        try:
            yield
        finally:
            self._tell.remove(listener)
            self.watchers -= 1

    def insert(self, key: str) -> None:
        self.inside = key
        for tell, read, photo in list(self._tell):
            tell(CardInserted(READER, b"\x3b\x00"))
            if read or self.careless:
                self._tell_reading(tell, photo=photo)

    def _tell_reading(self, tell: Callable[[ReaderEvent], None], *, photo: bool) -> None:
        try:
            taken = self.read(None, Wishes(photo))
        except ReaderError as error:
            tell(ReadFailed(READER, error))
            return
        tell(CardReadDone(READER, taken.card))
        if photo:
            tell(PhotoRead(READER, taken.photo))

    def remove(self) -> None:
        self.inside = None
        for tell, _, _ in list(self._tell):
            tell(CardRemoved(READER))


@contextlib.contextmanager
def running_counter(cards: FakeCards, *origins: str, token: str = TOKEN) -> Iterator[CounterServer]:
    """Serve ``cards`` on a free port."""
    server = CounterServer(0, lambda port: create_counter(Policy(port, token, frozenset(origins)), cards))
    with server:
        yield server
