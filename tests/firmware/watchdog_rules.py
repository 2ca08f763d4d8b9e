"""The rules of docs/panel.md, "The host's watchdog", told anew: from what happened to when the power must be cut.

Written beside the firmware, not from it: it knows deadlines, where the firmware counts ticks.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

DAY_S = 86_400.0
AT_MOST_A_DAY = 10
GRACE_S = 240.0
SILENCE_S = 90.0
WARNING_S = 10.0
CUT_S = 5.0
PAUSES_S = (60, 120, 240, 480, 960, 1_920, 3_600)
STEADY_S = 600.0
UPDATE_S = 1_200.0
TECHNICIAN_S = 1_800.0
NEVER_S = float("-inf")


@dataclass
class Rules:
    """One panel's view of its host, in seconds."""

    cuts: list[float] = field(default_factory=list)
    quiet_from: float = 0.0
    patience: float = GRACE_S
    in_a_row: int = 0
    today: int = 0
    day_from: float = 0.0
    clock_from: float | None = None
    steady_from: float | None = None
    update_from: float | None = None
    held_until: float = NEVER_S

    def due(self) -> float:
        """When the power must be cut if nothing happens any more."""
        update_ends = NEVER_S if self.update_from is None else self.update_from + UPDATE_S
        when = max(self.quiet_from, self.held_until, update_ends) + self.patience + WARNING_S
        return max(when, self.day_from + DAY_S) if self.today >= AT_MOST_A_DAY else when

    def pass_until(self, now: float) -> None:
        """Cut whenever it is due before ``now``."""
        while (when := self.due()) <= now:
            self._forget_yesterday(when)
            self._forgive(when)
            if self.today == 0:
                self.day_from = when
            self.today += 1
            self.cuts.append(when)
            self.patience = GRACE_S + PAUSES_S[min(self.in_a_row, len(PAUSES_S) - 1)]
            self.in_a_row += 1
            self.quiet_from = when + CUT_S
            self.steady_from = None
            self.update_from = None
        self._forget_yesterday(now)

    def beat(self, now: float, updating: bool) -> None:
        """The host speaks."""
        if self.cuts and self.cuts[-1] <= now < self.cuts[-1] + CUT_S:
            return
        held = max(self.held_until, NEVER_S if self.update_from is None else self.update_from + UPDATE_S)
        if self.steady_from is None or now - max(self.quiet_from, held) >= self.patience:
            self.steady_from = now
        self.quiet_from, self.patience = now, SILENCE_S
        self._forgive(now)
        self._look_at_the_clock(now)
        if not updating:
            self.update_from = None
        elif self.update_from is None:
            self.update_from = now

    def chord(self, now: float) -> None:
        """The technician holds the three keys."""
        self.held_until = now + TECHNICIAN_S

    def start(self, now: float) -> None:
        """The panel itself starts: it knows today's cuts from its log, and begins the rest anew."""
        cuts, today, clock_from = self.cuts, self.today, self.clock_from
        self.__init__(cuts, now)  # type: ignore[misc]  # a new life with the old memory
        self.today, self.day_from, self.clock_from = today, now, clock_from
        self.in_a_row = min(today, len(PAUSES_S))

    def _forget_yesterday(self, now: float) -> None:
        if self.today and now >= self.day_from + DAY_S:
            self.today, self.clock_from = 0, None

    def _look_at_the_clock(self, now: float) -> None:
        if self.today and self.clock_from is None:
            self.clock_from = now
        elif self.clock_from is not None and now >= self.clock_from + DAY_S:
            self.today, self.clock_from = 0, None

    def _forgive(self, now: float) -> None:
        if self.steady_from is not None and min(now, self.quiet_from + self.patience) - self.steady_from >= STEADY_S:
            self.in_a_row = 0


def cuts_expected(facts: Iterable[tuple[float, str, bool]], until: float) -> list[float]:
    """Return when the power must be cut, in seconds.

    Args:
        facts: Seconds, ``start``, ``beat`` or ``chord``, and of a beat whether it says "updating"; in order.
        until: The end of it all.
    """
    rules = Rules()
    for now, what, updating in facts:
        rules.pass_until(now)
        if what == "start":
            rules.start(now)
        elif what == "beat":
            rules.beat(now, updating)
        else:
            rules.chord(now)
    rules.pass_until(until)
    return rules.cuts
