"""One decision for questions that arrive twice at once within this process. Across processes the database decides."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from backend.decisions.answers import Key


class Flights:
    """Questions being decided now."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._under_way: dict[Key, threading.Event] = {}

    @contextmanager
    def leading(self, key: Key) -> Iterator[threading.Event | None]:
        """Give None to the first caller, who decides until he leaves; to the others an event set when he has left."""
        with self._lock:
            other = self._under_way.get(key)
            if other is None:
                self._under_way[key] = threading.Event()
        if other is not None:
            yield other
            return
        try:
            yield None
        finally:
            with self._lock:
                self._under_way.pop(key).set()
