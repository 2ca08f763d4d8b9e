"""How fast the fan turns, and whether it does."""

from wire.messages import UNKNOWN_TEMPERATURE

OFF_DECICELSIUS = 420
ON_DECICELSIUS = 450
FULL_DECICELSIUS = 650
"""Raspberry Pi: the SoC throttles at 80 °C; the case's air at 65 °C leaves it no room."""
HOT_DECICELSIUS = 700
LEAST_PERCENT = 30
"""Small fans do not start below a third of their voltage."""
BLIND_PERCENT = 60
"""Without a sensor: loud, but alive."""
KICK_MS = 500
STALL_RPM = 300
STALL_MS = 5_000
PULSES_A_TURN = 2
"""Open-collector tachometers give two pulses a turn (Intel 4-wire PWM fan specification, section 2.1.3)."""


class Fan:
    """The fan curve with hysteresis, a kick at the start, and a look at the tachometer.

    Attributes:
        percent: Power to give.
        rpm: Last speed seen.
        stalled: It gets power and does not turn.
        hot: The case is too hot whatever the fan does.
    """

    __slots__ = ("_kick_ms", "_still_ms", "hot", "percent", "rpm", "stalled")

    def __init__(self) -> None:
        self.percent = 0
        self.rpm = 0
        self.stalled = False
        self.hot = False
        self._kick_ms = 0
        self._still_ms = 0

    def take(self, decicelsius: int, pulses: int, elapsed: int) -> int:
        """Look once, about every second.

        Args:
            decicelsius: The case's temperature, or UNKNOWN_TEMPERATURE.
            pulses: Of the tachometer since the last look.
            elapsed: Milliseconds since the last look, over zero.

        Returns:
            Percent of power.
        """
        self.rpm = min(pulses * 60_000 // (PULSES_A_TURN * elapsed), 65_535)
        wanted = self._wanted(decicelsius)
        if self.percent == 0 and wanted:
            self._kick_ms = KICK_MS
        self._still_ms = self._still_ms + elapsed if self.percent and self.rpm < STALL_RPM else 0
        self.stalled = self._still_ms >= STALL_MS
        self.hot = decicelsius >= HOT_DECICELSIUS
        self._kick_ms = max(0, self._kick_ms - elapsed) if self.percent else self._kick_ms
        self.percent = 100 if self._kick_ms or (self.stalled and wanted) else wanted
        return self.percent

    def _wanted(self, decicelsius: int) -> int:
        if decicelsius == UNKNOWN_TEMPERATURE:
            return BLIND_PERCENT
        if decicelsius < (OFF_DECICELSIUS if self.percent else ON_DECICELSIUS):
            return 0
        span = FULL_DECICELSIUS - ON_DECICELSIUS
        above = max(0, decicelsius - ON_DECICELSIUS)
        return min(100, LEAST_PERCENT + (100 - LEAST_PERCENT) * above // span)
