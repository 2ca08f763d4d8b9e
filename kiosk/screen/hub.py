"""Hands the newest screen to whoever watches. It keeps no queue: what is not the newest is gone, but for a few keys."""

import threading
from collections import deque
from dataclasses import dataclass, field

from kiosk.visit.state import State

KEYS_HELD = 16


@dataclass(frozen=True, slots=True)
class Shown:
    """A state with its running number."""

    number: int
    state: State


@dataclass(frozen=True, slots=True)
class Key:
    """A key of the keypad with its running number."""

    number: int
    key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class News:
    """What a watcher has not seen yet: the newest screen, if it is newer, and keys pressed, in order."""

    shown: Shown | None
    keys: tuple[Key, ...]


class Hub:
    """The newest state, for many readers. ``publish`` never waits for any of them."""

    def __init__(self, state: State) -> None:
        self._changed = threading.Condition()
        self._shown = Shown(0, state)
        self._keys: deque[Key] = deque(maxlen=KEYS_HELD)
        self._pressed = 0
        self._used = 0
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

    def press(self, key: str) -> None:
        """Hand a key to the pages that watch."""
        with self._changed:
            self._pressed += 1
            self._keys.append(Key(self._pressed, key))
            self._changed.notify_all()

    def use_key(self, number: int) -> bool:
        """Say whether a key may act: once, whichever of several pages is the first to say what it does there."""
        with self._changed:
            if not self._used < number <= self._pressed:
                return False
            self._used = number
            return True

    def newest(self) -> Shown:
        """Return what is shown now."""
        with self._changed:
            return self._shown

    def pressed(self) -> int:
        """Return the number of the newest key: keys pressed before a page came are not for it."""
        with self._changed:
            return self._pressed

    def wait_news(self, than: int, keys_than: int, timeout_s: float) -> News | None:
        """Wait for a screen newer than number ``than`` or a key after ``keys_than``; None when ``timeout_s`` passed."""

        def is_there() -> bool:
            return self.closed or self._shown.number > than or self._pressed > keys_than

        with self._changed:
            if not self._changed.wait_for(is_there, timeout_s) or self.closed:
                return None
            newer = self._shown if self._shown.number > than else None
            return News(newer, tuple(key for key in self._keys if key.number > keys_than))
