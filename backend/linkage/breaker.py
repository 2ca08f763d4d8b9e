"""A circuit breaker for one agency, pure: after repeated failures it stops asking for a while, then tries one question.

States: closed (ask), open (do not ask until ``open_until_s``), probing (one question is under way; the others wait).
Times are seconds on any monotonic clock, given by the caller.
"""

from dataclasses import dataclass, replace
from typing import Final

FAILURES_TO_OPEN: Final = 5
FIRST_PAUSE_S: Final = 5.0
LONGEST_PAUSE_S: Final = 60.0
PROBE_LOST_AFTER_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class Breaker:
    """The state of one breaker.

    Attributes:
        failures: Failures in a row while closed.
        pause_s: How long the next opening lasts, in seconds.
        open_until_s: While not None, the breaker is open (or probing) and asks again at this time at the earliest.
        probing: Whether the one trial question is under way.
    """

    failures: int = 0
    pause_s: float = FIRST_PAUSE_S
    open_until_s: float | None = None
    probing: bool = False

    @property
    def closed(self) -> bool:
        """Whether questions pass freely."""
        return self.open_until_s is None


def admit(breaker: Breaker, now_s: float) -> tuple[Breaker, bool]:
    """Decide whether a question may be asked at ``now_s``.

    Returns:
        The next state, and whether to ask. An open breaker whose pause is over admits exactly one question; should
        its outcome never be told, another is admitted after ``PROBE_LOST_AFTER_S``.
    """
    if breaker.open_until_s is None:
        return breaker, True
    if now_s < breaker.open_until_s:
        return breaker, False
    return replace(breaker, open_until_s=now_s + PROBE_LOST_AFTER_S, probing=True), True


def after_success() -> Breaker:
    """Return the state after any answer: closed, with nothing held against the agency."""
    return Breaker()


def after_failure(breaker: Breaker, now_s: float) -> Breaker:
    """Return the state after a retryable failure at ``now_s``: each opening in a row lasts twice as long.

    Questions that were under way when it opened also fail, later; they tell nothing new and change nothing.
    """
    if breaker.open_until_s is not None and not breaker.probing:
        return breaker
    failures = breaker.failures + 1
    if failures < FAILURES_TO_OPEN:
        return replace(breaker, failures=failures)
    longer_s = min(breaker.pause_s * 2, LONGEST_PAUSE_S)
    return Breaker(failures=failures, pause_s=longer_s, open_until_s=now_s + breaker.pause_s)
