"""May this agency ask this, for this purpose, now? Pure; denies unless a mandate in force says yes."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from backend.linkage.facts import Fact
from contracts.message import Words

COMMERCIAL: Final = "commercial"
"""The purpose that no mandate can permit, whoever granted it: the centre serves public services alone."""


@dataclass(frozen=True, slots=True)
class Mandate:
    """One permission.

    Attributes:
        agency_id: Whose devices may ask.
        service_id: For which service.
        purpose: For which purpose: ``eligibility``, or ``slip_identity``, for a slip's code to name its holder,
            or ``extract``, for an officer's paper extract from the source.
        facts: The facts that may be asked; nothing else.
        legal_basis: The law or regulation it rests on.
        valid_from: First day it holds.
        valid_until: Last day it holds, or None while it has no end.
        id: Of its row; 0 while it has none.
    """

    agency_id: str
    service_id: str
    purpose: str
    facts: frozenset[Fact]
    legal_basis: Words
    valid_from: date
    valid_until: date | None = None
    id: int = field(default=0, compare=False)

    def holds_on(self, day: date) -> bool:
        """Say whether it is in force on ``day`` (first and last day included)."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


class RefusalRule(StrEnum):
    """Which rule refused, the first that applies in this order."""

    PURPOSE_COMMERCIAL = "purpose_commercial"
    AGENCY_HAS_NONE = "agency_has_none"
    SERVICE_NOT_COVERED = "service_not_covered"
    PURPOSE_NOT_COVERED = "purpose_not_covered"
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Permitted:
    """The question may be asked.

    Attributes:
        facts: The facts that may be asked, over all mandates in force.
        legal_basis: What permits it, one entry per mandate.
        mandates: Those that permit it.
    """

    facts: frozenset[Fact]
    legal_basis: tuple[Words, ...]
    mandates: tuple[Mandate, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Refused:
    """The question may not be asked.

    Attributes:
        rule: Why.
        service_id: For which service.
    """

    rule: RefusalRule
    service_id: str


def check(mandates: Iterable[Mandate], agency_id: str, service_id: str, purpose: str, on: date) -> Permitted | Refused:
    """Decide one agency's right to ask for one service on day ``on``.

    Args:
        mandates: Every mandate that might apply; those of other agencies are ignored.
        agency_id: Whose device asks.
        service_id: The service asked for.
        purpose: Why it is asked.
        on: The day, in the centre's own calendar (Thailand).
    """
    if purpose == COMMERCIAL:
        return Refused(RefusalRule.PURPOSE_COMMERCIAL, service_id)
    own = [m for m in mandates if m.agency_id == agency_id]
    for_service = [m for m in own if m.service_id == service_id]
    for_purpose = [m for m in for_service if m.purpose == purpose]
    in_force = [m for m in for_purpose if m.holds_on(on)]
    if in_force:
        facts = frozenset[Fact]().union(*(m.facts for m in in_force))
        return Permitted(facts, tuple(m.legal_basis for m in in_force), tuple(in_force))
    if not own:
        rule = RefusalRule.AGENCY_HAS_NONE
    elif not for_service:
        rule = RefusalRule.SERVICE_NOT_COVERED
    elif not for_purpose:
        rule = RefusalRule.PURPOSE_NOT_COVERED
    elif any(on < m.valid_from for m in for_purpose):
        rule = RefusalRule.NOT_YET_VALID
    else:
        rule = RefusalRule.EXPIRED
    return Refused(rule, service_id)
