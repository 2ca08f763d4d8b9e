"""Once, in order, and not lost: stop-and-wait over a line that drops and doubles (protocol section 3)."""

from .frames import SEQUENCES, Frame

FIRST = 1
"""Sequence of a session's first command and of its first event; 0 is HELLO's."""
NEW = 0
AGAIN = 1
GAP = 2

RETRY_MS = 250
"""A frame not acknowledged is sent again after so long."""


def following(sequence: int) -> int:
    """Return the next sequence; after 65,535 comes 1, for 0 is HELLO's."""
    return FIRST if sequence + 1 == SEQUENCES else sequence + 1


class Inbox:
    """Sorts what the peer sends: new, the last one again, or a gap (then the session is broken)."""

    __slots__ = ("_last",)

    def __init__(self) -> None:
        self._last = 0

    def sort(self, sequence: int) -> int:
        """Return NEW (and remember it), AGAIN or GAP."""
        if sequence == following(self._last):
            self._last = sequence
            return NEW
        return AGAIN if sequence == self._last != 0 else GAP


class Outbox:
    """Holds what is to be sent until the peer acknowledges it: one frame on the way, the rest in order behind it.

    Args:
        room: How many may wait.

    Attributes:
        dropped: Messages refused because the box was full, since the last look (the owner sets it back).
    """

    __slots__ = ("_next", "_room", "_since_ms", "_waiting", "dropped")

    def __init__(self, room: int) -> None:
        self._room = room
        self._waiting: list[Frame] = []
        self._next = FIRST
        self._since_ms = -1
        self.dropped = 0

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def full(self) -> bool:
        """Whether the next message would be refused."""
        return len(self._waiting) >= self._room

    def put(self, type: int, payload: bytes) -> bool:  # noqa: A002  (the frame's own word)
        """Queue a message; False (and counted) when the box is full."""
        if self.full:
            self.dropped += 1
            return False
        self._waiting.append(Frame(type, self._next, payload))
        self._next = following(self._next)
        return True

    def due(self, elapsed_ms: int) -> "Frame | None":
        """Let time pass; return the frame to send now, if any."""
        if not self._waiting:
            return None
        if self._since_ms >= 0:
            self._since_ms += elapsed_ms
            if self._since_ms < RETRY_MS:
                return None
        self._since_ms = 0
        return self._waiting[0]

    def acknowledge(self, sequence: int) -> "Frame | None":
        """Take an acknowledgement; return the frame it settles, or None when it is an old one."""
        if not self._waiting or self._since_ms < 0 or self._waiting[0].sequence != sequence:
            return None
        self._since_ms = -1
        return self._waiting.pop(0)
