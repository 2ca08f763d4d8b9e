"""The buzzer's tunes as data: tone in hertz (0: rest) and its length in milliseconds."""

from wire import messages as m

TUNES = {
    m.SILENCE: (),
    m.CLICK: ((2_000, 15),),
    m.WELCOME: ((880, 90), (0, 30), (1_175, 140)),
    m.DONE: ((1_175, 90), (0, 30), (1_175, 90), (0, 30), (1_568, 180)),
    m.ATTENTION: ((988, 200), (0, 150), (988, 200)),
    m.ALARM: ((2_600, 250), (1_900, 250), (2_600, 250), (1_900, 250), (2_600, 250), (1_900, 250)),
}
"""Between 800 and 2,700 Hz: where hearing that has aged is still good."""


class Player:
    """Plays one tune; a newer one replaces it.

    Attributes:
        hertz: The tone to sound now, 0 for none.
    """

    __slots__ = ("_left_ms", "_notes", "_place", "hertz")

    def __init__(self) -> None:
        self._notes: tuple[tuple[int, int], ...] = ()
        self._place = 0
        self._left_ms = 0
        self.hertz = 0

    def play(self, tune: int) -> bool:
        """Begin a tune; False when there is none of that number."""
        if tune not in TUNES:
            return False
        self._notes = TUNES[tune]
        self._place = 0
        self._left_ms = 0
        self._next()
        return True

    def take(self, elapsed: int) -> int:
        """Let time pass; return the tone to sound."""
        self._left_ms -= elapsed
        while self.hertz + len(self._notes) and self._left_ms <= 0:
            self._next()
        return self.hertz

    def _next(self) -> None:
        if self._place < len(self._notes):
            self.hertz, length_ms = self._notes[self._place]
            self._left_ms += length_ms
            self._place += 1
        else:
            self._notes = ()
            self.hertz = 0
