"""Watches readers and cards from a thread of its own: blocks in the service, never polls it."""

import threading
from collections.abc import Callable, Mapping
from typing import Protocol, Self

from reader_drivers.core.errors import ReaderAbsentError, ReaderError, ServiceRefusedError
from reader_drivers.core.slots import ServiceDown, ServiceUp, Slot, SlotEvent, compare
from reader_drivers.pcsc.context import MUTE, PLUG_AND_PLAY, PRESENT, Context, SlotState

_SERVICE_RETRY_S = 0.5  # only while there is no service at all to wait in


class StatusSource(Protocol):
    """The part of the PC/SC service a watcher needs. Real: ``pcsc.context.Context``."""

    def readers(self) -> list[str]:
        """Return the readers' names."""
        ...

    def wait(self, known: list[SlotState]) -> list[SlotState] | None:
        """Block until something differs from ``known``; None when cancelled."""
        ...

    def cancel(self) -> None:
        """End a wait in another thread."""
        ...

    def close(self) -> None:
        """Let go of the service."""
        ...


class CardWatcher:
    """Tells ``on_event`` of readers and cards, in order, from its own thread, until stopped.

    It survives a service that is absent, refuses or restarts: that is an event too, and it keeps trying.
    """

    def __init__(self, on_event: Callable[[SlotEvent], None], connect: Callable[[], StatusSource] = Context) -> None:
        """Prepare; nothing starts before :meth:`start`.

        Args:
            on_event: Called from the watcher's thread; must return soon and must not raise.
            connect: Opens a connection to the service; raises ``ServiceAbsentError`` while there is none.
        """
        self._on_event = on_event
        self._connect = connect
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._source: StatusSource | None = None
        self._slots: dict[str, Slot] = {}
        self._service: bool | None = None
        self._thread = threading.Thread(target=self._run, name="card-watcher", daemon=True)

    def start(self) -> Self:
        """Begin watching; every reader and card already there is told first."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """End the watch and its thread."""
        self._stopping.set()
        while self._thread.is_alive():
            with self._lock:
                if self._source is not None:
                    self._source.cancel()
            # A cancel that comes just before the wait begins is lost: say it again until the thread has heard it.
            self._thread.join(0.05)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._watch_service()
            except ReaderError as error:
                self._show({})
                if self._service is not False:
                    self._service = False
                    self._on_event(ServiceDown(refused=isinstance(error, ServiceRefusedError)))
                self._stopping.wait(_SERVICE_RETRY_S)

    def _watch_service(self) -> None:
        source = self._connect()
        with self._lock:
            self._source = source
        try:
            if not self._service:
                self._service = True
                self._on_event(ServiceUp())
            self._watch_readers(source)
        finally:
            with self._lock:
                self._source = None
            source.close()

    def _watch_readers(self, source: StatusSource) -> None:
        known = self._look(source, [])
        while not self._stopping.is_set():
            try:
                states = source.wait(known)
            except ReaderAbsentError:
                states = known = self._look(source, known)
            if states is None:
                continue
            readers = {state.reader for state in states if state.reader != PLUG_AND_PLAY}
            if readers != set(source.readers()):
                states = self._look(source, states)
            known = states
            self._show(_slots(known))

    def _look(self, source: StatusSource, known: list[SlotState]) -> list[SlotState]:
        """Return the states to wait on: those known, new readers as yet unknown, the notification itself."""
        before = {state.reader: state for state in known}
        names = source.readers()
        kept = [before.get(name, SlotState(name)) for name in names]
        return [*kept, SlotState(PLUG_AND_PLAY, len(names) << 16)]

    def _show(self, slots: Mapping[str, Slot]) -> None:
        events = compare(self._slots, slots)
        self._slots = dict(slots)
        for event in events:
            self._on_event(event)


def _slots(states: list[SlotState]) -> dict[str, Slot]:
    return {
        s.reader: Slot(bool(s.state & PRESENT), bool(s.state & MUTE), s.atr, s.state >> 16)
        for s in states
        if s.reader != PLUG_AND_PLAY
    }
