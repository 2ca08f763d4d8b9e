"""Hands the newest screen to whoever watches. It keeps no queue: what is not the newest is gone."""

import threading
from dataclasses import dataclass

from kiosk.visit.state import State


@dataclass(frozen=True, slots=True)
class Shown:
    """A state with its running number."""

    number: int
    state: State


class Hub:
    """The newest state, for many readers. ``publish`` never waits for any of them."""

    def __init__(self, state: State) -> None:
        self._changed = threading.Condition()
        self._shown = Shown(0, state)
        self.closed = False

    def close(self) -> None:
        """Let every stream end: the kiosk's program stops."""
        with self._changed:
            self.closed = True
            self._changed.notify_all()

    def publish(self, state: State) -> None:
        """Show this state from now on."""
        with self._changed:
            self._shown = Shown(self._shown.number + 1, state)
            self._changed.notify_all()

    def newest(self) -> Shown:
        """Return what is shown now."""
        with self._changed:
            return self._shown

    def wait_newer(self, than: int, timeout_s: float) -> Shown | None:
        """Wait for a screen newer than number ``than``; None when nothing changed for ``timeout_s`` seconds."""
        with self._changed:
            if self._changed.wait_for(lambda: self.closed or self._shown.number > than, timeout_s):
                return None if self.closed else self._shown
            return None
