"""When the host's power is cut: the rules of docs/panel.md, "The host's watchdog", and nothing else."""

from wire import messages as m

GRACE_MS = 240_000
"""A host that just got power needs this long to boot."""
WARNING_MS = 10_000
CUT_MS = 5_000
SILENCE_S = 90
SILENCE_MIN_S = 30
SILENCE_MAX_S = 3_600
CYCLES_A_DAY = 10
CYCLES_A_DAY_MAX = 24
DAY_MS = 86_400_000
BACKOFF_MINUTES = (1, 2, 4, 8, 16, 32, 60)
STEADY_MS = 600_000
"""Heartbeats for so long without a gap forgive earlier restarts."""
UPDATING_MS = 1_200_000
SUSPENDED_MS = 1_800_000

NOTHING = 0
CUT_NOW = 1
RESTORE_NOW = 2


class HostWatchdog:
    """Counts the host's silence.

    Args:
        cycles_today: What the log remembers from before a reset of the panel.

    Attributes:
        state: GRACE, WATCHING, WARNING, CUT, SUSPENDED, HOST_UPDATING or EXHAUSTED.
        cycles_today: Power cycles in the running 24 hours.
        silence_s: Seconds of silence allowed once the host has spoken.
        cycles_a_day: Limit.
        new_day: Set when the 24 hours are over; the owner writes it down and clears it.
    """

    def __init__(self, cycles_today: int = 0) -> None:
        self.silence_s = SILENCE_S
        self.cycles_a_day = CYCLES_A_DAY
        self.cycles_today = cycles_today
        self.new_day = False
        self.state = m.GRACE
        self._spoken = False
        self._grace_ms = GRACE_MS
        self._quiet_ms = 0
        self._steady_ms = 0
        self._in_a_row = min(cycles_today, len(BACKOFF_MINUTES))
        self._day_ms = 0
        self._updating_ms = 0
        self._suspended_ms = 0
        self._update_spent = False

    def set_limits(self, silence_s: int, cycles_a_day: int) -> None:
        """Take the host's wishes, kept within reason."""
        self.silence_s = min(max(silence_s, SILENCE_MIN_S), SILENCE_MAX_S)
        self.cycles_a_day = min(max(cycles_a_day, 1), CYCLES_A_DAY_MAX)

    def beat(self, updating: bool) -> None:
        """Take a heartbeat."""
        if self.state == m.CUT:
            return  # its last words, from before the cut
        if not updating:
            self._updating_ms = 0
            self._update_spent = False
        elif not self._update_spent and self._updating_ms == 0:
            self._updating_ms = UPDATING_MS
        self._quiet_ms = 0
        self._spoken = True
        self._settle()

    def begin_day(self) -> None:
        """Take it from the host's clock that the 24 hours are over."""
        self._day_ms = 0
        self.cycles_today = 0
        self.new_day = True
        if self.state != m.CUT:
            self._settle()

    def suspend(self) -> None:
        """Hold still for 30 minutes: a technician is at work."""
        if self.state != m.CUT:
            self._suspended_ms = SUSPENDED_MS
            self._settle()

    @property
    def remaining_s(self) -> int:
        """Seconds until this state ends by itself if the host stays silent."""
        left = self._allowed_ms - self._quiet_ms
        if self.state == m.SUSPENDED:
            left = self._suspended_ms
        elif self.state == m.HOST_UPDATING:
            left = self._updating_ms
        elif self.state == m.WARNING:
            left += WARNING_MS
        elif self.state == m.CUT:
            left = CUT_MS - self._quiet_ms
        elif self.state == m.EXHAUSTED:
            left = DAY_MS - self._day_ms
        return min(max(left + 999, 0) // 1000, 65_535)

    @property
    def _allowed_ms(self) -> int:
        return self.silence_s * 1000 if self._spoken else self._grace_ms

    def step(self, elapsed: int) -> int:
        """Let time pass; return NOTHING, CUT_NOW or RESTORE_NOW."""
        self._count_day(elapsed)
        if self.state == m.CUT:
            return self._step_cut(elapsed)
        if self._hold(elapsed):
            self._settle()
            return NOTHING
        self._quiet_ms = min(self._quiet_ms + elapsed, DAY_MS)
        self._forgive(elapsed)
        if self._quiet_ms >= self._allowed_ms + WARNING_MS and self.cycles_today < self.cycles_a_day:
            return self._cut()
        self._settle()
        return NOTHING

    def _hold(self, elapsed: int) -> bool:
        """Let a technician's or an update's time pass; when it is over, silence counts from zero."""
        if self._updating_ms == 0 and self._suspended_ms == 0:
            return False
        if 0 < self._updating_ms <= elapsed:
            self._update_spent = True
        self._updating_ms = max(0, self._updating_ms - elapsed)
        self._suspended_ms = max(0, self._suspended_ms - elapsed)
        self._quiet_ms = 0
        return True

    def _forgive(self, elapsed: int) -> None:
        self._steady_ms = self._steady_ms + elapsed if self._spoken and self._quiet_ms < self._allowed_ms else 0
        if self._steady_ms >= STEADY_MS:
            self._steady_ms = STEADY_MS
            self._in_a_row = 0

    def _cut(self) -> int:
        if self.cycles_today == 0:
            self._day_ms = 0
        self.cycles_today += 1
        minutes = BACKOFF_MINUTES[min(self._in_a_row, len(BACKOFF_MINUTES) - 1)]
        self._in_a_row += 1
        self._grace_ms = GRACE_MS + minutes * 60_000
        self._spoken = False
        self._quiet_ms = 0
        self._steady_ms = 0
        self.state = m.CUT
        return CUT_NOW

    def _step_cut(self, elapsed: int) -> int:
        self._quiet_ms += elapsed
        if self._quiet_ms < CUT_MS:
            return NOTHING
        self._quiet_ms = 0
        self._update_spent = False
        self._settle()
        return RESTORE_NOW

    def _count_day(self, elapsed: int) -> None:
        if self.cycles_today == 0:
            return
        self._day_ms += elapsed
        if self._day_ms >= DAY_MS:
            self._day_ms = 0
            self.cycles_today = 0
            self.new_day = True

    def _settle(self) -> None:
        if self._suspended_ms:
            self.state = m.SUSPENDED
        elif self._updating_ms:
            self.state = m.HOST_UPDATING
        elif self._quiet_ms < self._allowed_ms:
            self.state = m.WATCHING if self._spoken else m.GRACE
        elif self.cycles_today >= self.cycles_a_day:
            self.state = m.EXHAUSTED
        else:
            self.state = m.WARNING
