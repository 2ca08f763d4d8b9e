"""Time as the board counts it: ticks that wrap. All else works on elapsed milliseconds, so only this can be wrong."""

BOARD_PERIOD = 1 << 30
"""``time.ticks_ms`` on the RP2040: small integers have 31 bits, ticks are the positive ones (12.4 days)."""
UNIX_PERIOD = 1 << 62
"""The same on x86-64."""
LONGEST_MS = 60_000
"""A longer gap between two looks is a clock gone wrong, not time: the watchdog would have reset the board."""


def elapsed_ms(now: int, before: int, period: int) -> int:
    """Return the milliseconds from ``before`` to ``now``, both wrapped at ``period`` (a power of two)."""
    gap = (now - before) & (period - 1)
    return gap if gap <= LONGEST_MS else 0


class Every:
    """Says when a period has passed, without drift.

    Args:
        period_ms: How often.
    """

    __slots__ = ("_period_ms", "_since_ms")

    def __init__(self, period_ms: int) -> None:
        self._period_ms = period_ms
        self._since_ms = period_ms  # due at once

    def passed_ms(self, elapsed: int) -> int:
        """Let time pass; return how much has passed since last due, or 0 when it is not due yet."""
        self._since_ms += elapsed
        if self._since_ms < self._period_ms:
            return 0
        passed = self._since_ms
        self._since_ms = passed % self._period_ms if passed < 2 * self._period_ms else 0
        return passed - self._since_ms
