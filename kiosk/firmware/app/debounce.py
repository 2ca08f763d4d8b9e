"""Contacts bounce for some milliseconds; a change counts when it has held."""

SWITCH_HOLD_MS = 30
"""Micro-switches bounce up to 10 ms (typical for snap action); thrice that also hides a knock on the lid."""
KEY_HOLD_MS = 20
STUCK_MS = 60_000
CHORD_HOLD_MS = 3_000
KEYS = b"123456789*0#"
"""Bit n of a scan is KEYS[n]: rows from the top, left to right."""
CHORD = 1 << 9 | 1 << 10 | 1 << 11
"""``*``, ``0`` and ``#`` together: one row, where a matrix without diodes shows no ghost keys."""


class Debounce:
    """Holds several contacts as bits.

    Args:
        width: How many.
        hold_ms: How long a change must hold.

    Attributes:
        bits: The contacts as believed.
    """

    __slots__ = ("_held_ms", "_hold_ms", "bits")

    def __init__(self, width: int, hold_ms: int) -> None:
        self._hold_ms = hold_ms
        self._held_ms = [0] * width
        self.bits = 0

    def take(self, raw: int, elapsed: int) -> int:
        """Look once; return the bits that changed."""
        changed = 0
        for n in range(len(self._held_ms)):
            bit = 1 << n
            if raw & bit == self.bits & bit:
                self._held_ms[n] = 0
                continue
            self._held_ms[n] += elapsed
            if self._held_ms[n] >= self._hold_ms:
                self._held_ms[n] = 0
                changed |= bit
        self.bits ^= changed
        return changed


class Keypad:
    """Twelve keys: what was pressed, the technician's chord, and keys that hang.

    Attributes:
        stuck: A key has been down for a minute; nothing is reported until all are up.
    """

    __slots__ = ("_contacts", "_down_ms", "stuck")

    def __init__(self) -> None:
        self._contacts = Debounce(len(KEYS), KEY_HOLD_MS)
        self._down_ms = 0
        self.stuck = False

    def take(self, raw: int, elapsed: int) -> "tuple[int, bool]":
        """Scan once.

        Returns:
            The key just pressed as a character code (0: none; never one of several pressed at once, which may be a
            ghost), and whether the chord was completed right now.
        """
        before = self._contacts.bits
        changed = self._contacts.take(raw, elapsed)
        down = self._contacts.bits
        held_before = self._down_ms
        self._down_ms = self._down_ms + elapsed if down and down == before else 0
        self.stuck = self._down_ms >= STUCK_MS if down else False
        chord = down == CHORD and held_before < CHORD_HOLD_MS <= self._down_ms
        pressed = changed & down
        single = pressed != 0 and down == pressed and down & (down - 1) == 0
        return (KEYS[_place(down)] if single else 0), chord


def _place(bit: int) -> int:
    place = 0
    while bit > 1:
        bit >>= 1
        place += 1
    return place
