"""When to try again, and how long to wait before; pure."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

_LONGEST_TEXT: Final = 40


@dataclass(frozen=True, slots=True)
class Patience:
    """How patient a client is.

    Attributes:
        tries: In all.
        first_wait_s: Before the second try; doubled before each further one.
        longest_wait_s: At most, whatever the centre asks for: beyond it the refusal is handed on.
    """

    tries: int = 5
    first_wait_s: float = 0.5
    longest_wait_s: float = 30.0

    def wait_s(self, tries_made: int, asked_s: float | None, chance: float) -> float | None:
        """Return how long to wait before the next try, or None to give up.

        Args:
            tries_made: So far, from 1.
            asked_s: What the centre asked for (``Retry-After``), or None.
            chance: From 0 to 1: spreads those who were refused together.
        """
        if tries_made >= self.tries or (asked_s is not None and asked_s > self.longest_wait_s):
            return None
        own = min(self.longest_wait_s, self.first_wait_s * (1 << (tries_made - 1)))
        return max(asked_s or 0.0, own * (0.5 + chance / 2))


def parse_retry_after(text: str, date: str, now: datetime) -> float | None:
    """Read a ``Retry-After`` (RFC 9110 section 10.2.3): seconds from the centre, perhaps a date from a proxy before it.

    Args:
        text: The header's value; empty without one.
        date: The answer's ``Date``: the clocks of two machines differ. Empty without one.
        now: For an answer without one; aware.

    Returns:
        Seconds to wait, 0 and more, or None when nothing understandable is said.
    """
    said = text.strip()
    if said.isascii() and said.isdigit() and len(said) <= _LONGEST_TEXT:
        return float(said)
    at = _parse_date(said)
    return None if at is None else max(0.0, (at - (_parse_date(date) or now)).total_seconds())


def _parse_date(text: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(text[:_LONGEST_TEXT])
    except (ValueError, OverflowError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
