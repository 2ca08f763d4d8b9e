"""Limits at the doors: refuses who comes too often, and tells everybody how much is left."""

from dataclasses import dataclass
from typing import Final

from flask import Flask, Response, g

from backend.http.problems import ProblemError
from backend.rates import Allowance, RateLimiter, Standing
from contracts.problems import ProblemCode

UNLIMITED: Final = Allowance(0, 0)
STRANGER: Final = Allowance(120, 60)


@dataclass(frozen=True, slots=True)
class RateGuard:
    """The limits of one application.

    Attributes:
        limiter: Counts.
        device: For each device.
        client: For each agency's system that has none of its own.
        stranger: For each address that asks for tokens.
    """

    limiter: RateLimiter
    device: Allowance = UNLIMITED
    client: Allowance = UNLIMITED
    stranger: Allowance = STRANGER

    def install(self, app: Flask) -> None:
        """Tell callers of their limit (draft-ietf-httpapi-ratelimit-headers)."""
        app.after_request(_tell)

    def admit(self, who: str, allowance: Allowance, cost: int = 1) -> None:
        """Count one request of ``who``.

        Raises:
            ProblemError: ``rate_limited``, with the seconds to wait.
        """
        standing = self.limiter.take(who, allowance, cost)
        g.rate_standing = standing
        if not standing.allowed:
            detail = f"at most {allowance.per_minute} a minute; come again in {standing.wait_s} s"
            raise ProblemError(ProblemCode.RATE_LIMITED, detail, standing.wait_s)


def allow(per_minute: int) -> Allowance:
    """Return a limit whose burst is six seconds' worth, and at least ten."""
    return Allowance(per_minute, max(10, per_minute // 10))


def _tell(response: Response) -> Response:
    standing: Standing | None = g.get("rate_standing")
    if standing is not None and standing.allowance.per_minute:
        allowance = standing.allowance
        response.headers["RateLimit-Policy"] = f'"default";q={allowance.per_minute};w=60'
        response.headers["RateLimit"] = f'"default";r={standing.left};t={standing.wait_s or 60}'
    return response
