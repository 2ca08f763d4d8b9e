"""Slows guessing at passwords down: so many tries for each account and from each address, whoever is right or wrong."""

from dataclasses import dataclass
from typing import Final

from backend.accounts.service import EmailError, normalise_email
from backend.rates import Allowance, RateLimiter

ACCOUNT: Final = Allowance(per_minute=5, burst=10)
"""NIST SP 800-63B section 5.2.2 wants tries limited; a clerk who mistypes comes nowhere near."""
ADDRESS: Final = Allowance(per_minute=30, burst=60)
"""A whole office may come from one address."""


@dataclass(frozen=True, slots=True)
class LoginThrottle:
    """The limits; one over all worker processes.

    Attributes:
        limiter: Counts.
    """

    limiter: RateLimiter

    def admit(self, typed_email: str, address: str) -> int:
        """Count one try.

        An account that does not exist is counted like one that does, so that nobody learns which ones there are.

        Returns:
            0 when the password may be looked at; else the seconds to wait, and nothing is counted.
        """
        try:
            account = normalise_email(typed_email)
        except EmailError:
            account = ""
        limits = [(f"login-address:{address}", ADDRESS), (f"login-account:{account}", ACCOUNT)]
        wait_s = max(self.limiter.take(who, allowance, cost=0).wait_s for who, allowance in limits)
        if wait_s == 0:
            for who, allowance in limits:
                self.limiter.take(who, allowance)
        return wait_s
