"""Whether cases may be kept and looked at: only under a mandate of the agency for that service and purpose. Pure."""

from datetime import date
from typing import Final

from backend.mandates.check import AgencyMandates, GrantState

REPLAY: Final = "replay"
"""Purpose of a mandate that lets the facts of an agency's decisions be kept, for rules to be tried on."""


def last_day(mandates: AgencyMandates, service_id: str, on: date) -> date | None:
    """Return until when an agency's cases of a service may be kept; None when they may not be kept at all."""
    held = [
        mandate.valid_until or date.max
        for mandate in mandates.mandates
        if (mandate.service_id, mandate.purpose, mandate.state) == (service_id, REPLAY, GrantState.GRANTED)
        and mandate.holds_on(on)
    ]
    return max(held, default=None)
