"""May this agency ask this, for this purpose, now? Pure; denies unless a mandate in force says yes."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple

from backend.linkage.facts import Fact
from backend.mandates.purposes import is_commercial
from backend.mandates.quota import Quota, renews_on
from contracts.message import Words
from contracts.subject import HolderCheck, SubjectKind

APPROVALS_FOR_RESTRICTED: Final = 2
"""How many people beside the proposer must have approved a mandate on restricted facts."""


class Proof(StrEnum):
    """What a mandate may demand beyond a card that was read."""

    PHOTO = "photo"  # an officer compared face and photo
    CONFIRMED = "confirmed"  # the registry confirmed the card


class GrantState(StrEnum):
    """How far a mandate's granting is."""

    PROPOSED = "proposed"
    GRANTED = "granted"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Mandate:
    """One permission.

    Attributes:
        agency_id: Whose devices may ask.
        service_id: For which service.
        purpose: For which purpose: ``eligibility``, or ``slip_identity``, for a slip's code to name its holder,
            ``extract``, for an officer's paper extract from the source, or ``replay``, for past cases to be kept.
        facts: The facts that may be asked; nothing else.
        legal_basis: The law or regulation it rests on.
        valid_from: First day it holds.
        valid_until: Last day it holds, or None while it has no end.
        quota: How often it may be used, or None without a limit.
        assurance: What must prove the card at the question, beyond its having been read.
        subjects: Kinds of subjects it covers.
        approvals: How many people beside its proposer have approved it.
        state: Only a granted one permits anything.
        id: Of its row; 0 while it has none.
    """

    agency_id: str
    service_id: str
    purpose: str
    facts: frozenset[Fact]
    legal_basis: Words
    valid_from: date
    valid_until: date | None = None
    quota: Quota | None = None
    assurance: frozenset[Proof] = frozenset()
    subjects: frozenset[SubjectKind] = frozenset({SubjectKind.PERSON})
    approvals: int = 1
    state: GrantState = GrantState.GRANTED
    id: int = field(default=0, compare=False)

    def holds_on(self, day: date) -> bool:
        """Say whether ``day`` lies in its term (first and last day included)."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


class RefusalRule(StrEnum):
    """Which rule refused, the first that applies in this order."""

    PURPOSE_COMMERCIAL = "purpose_commercial"
    AGENCY_HAS_NONE = "agency_has_none"
    SERVICE_NOT_COVERED = "service_not_covered"
    PURPOSE_NOT_COVERED = "purpose_not_covered"
    REVOKED = "revoked"
    NOT_GRANTED = "not_granted"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    SUBJECT_NOT_COVERED = "subject_not_covered"
    PHOTO_NOT_CHECKED = "photo_not_checked"
    SECOND_APPROVAL_MISSING = "second_approval_missing"
    CARD_NOT_CONFIRMED = "card_not_confirmed"
    QUOTA_SPENT = "quota_spent"


@dataclass(frozen=True, slots=True)
class Permitted:
    """The question may be asked.

    Attributes:
        facts: The facts that may be asked, over all mandates in force.
        legal_basis: What permits it, one entry per mandate.
        mandates: Those that permit it, to count their use.
        must_confirm: Whether the registry must have confirmed the card before anything is answered.
    """

    facts: frozenset[Fact]
    legal_basis: tuple[Words, ...]
    mandates: tuple[Mandate, ...] = field(default=(), compare=False)
    must_confirm: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """The question may not be asked.

    Attributes:
        rule: Why.
        service_id: For which service.
        quota: Which quota is spent, for ``QUOTA_SPENT``.
        renews_on: The first day on which it can be used again.
    """

    rule: RefusalRule
    service_id: str
    quota: Quota | None = None
    renews_on: date | None = None


class Asking(NamedTuple):
    """What is to be checked beside the agency.

    Attributes:
        service_id: The service asked for.
        purpose: Why it is asked.
        on: The day, in the centre's own calendar (Thailand).
        subject: What kind of subject it is about.
        holder: What was done to see that the card is its holder's.
    """

    service_id: str
    purpose: str
    on: date
    subject: SubjectKind = SubjectKind.PERSON
    holder: HolderCheck = HolderCheck.NONE


_Filter = tuple[RefusalRule, Callable[[Mandate, Asking], bool]]
_FILTERS: Final[tuple[_Filter, ...]] = (
    (RefusalRule.REVOKED, lambda m, _a: m.state is not GrantState.REVOKED),
    (RefusalRule.NOT_GRANTED, lambda m, _a: m.state is GrantState.GRANTED and m.approvals > 0),
    (RefusalRule.EXPIRED, lambda m, a: m.valid_until is None or a.on <= m.valid_until),
    (RefusalRule.NOT_YET_VALID, lambda m, a: m.valid_from <= a.on),
    (RefusalRule.SUBJECT_NOT_COVERED, lambda m, a: a.subject in m.subjects),
    (RefusalRule.PHOTO_NOT_CHECKED, lambda m, a: Proof.PHOTO not in m.assurance or a.holder is HolderCheck.PHOTO),
)


class AgencyMandates:
    """One agency's mandates, compiled: whatever was asked before is answered by one look-up.

    Args:
        mandates: Every mandate of the agency, whatever its state.
        restricted: Facts that a second person must have approved.
    """

    def __init__(self, mandates: Iterable[Mandate], restricted: frozenset[Fact] = frozenset()) -> None:
        self.mandates = tuple(mandates)
        self._restricted = restricted
        self._services = frozenset(m.service_id for m in self.mandates)
        by_purpose: defaultdict[tuple[str, str], list[Mandate]] = defaultdict(list)
        for mandate in self.mandates:
            by_purpose[mandate.service_id, mandate.purpose].append(mandate)
        self._by_purpose = {key: tuple(held) for key, held in by_purpose.items()}
        self._answers: dict[Asking, Permitted | Refused] = {}

    def check(self, asking: Asking, spent: frozenset[int] = frozenset()) -> Permitted | Refused:
        """Decide the agency's right to ask for one service.

        Args:
            asking: What it would ask.
            spent: Ids of mandates whose quota is spent.
        """
        if spent:
            return self._judge(asking, spent)
        known = self._answers.get(asking)
        if known is None:
            # Services, purposes and kinds that mandates name are few; what none names is not remembered.
            known = self._judge(asking, spent)
            if (asking.service_id, asking.purpose) in self._by_purpose:
                self._answers[asking] = known
        return known

    def _judge(self, asking: Asking, spent: frozenset[int]) -> Permitted | Refused:
        left = self._by_purpose.get((asking.service_id, asking.purpose), ())
        missing = self._missing(asking)
        if missing is not None:
            return Refused(missing, asking.service_id)
        for rule, holds in _FILTERS:
            kept = tuple(m for m in left if holds(m, asking))
            if not kept:
                return Refused(rule, asking.service_id)
            left = kept
        approved = tuple(m for m in left if not (m.approvals < APPROVALS_FOR_RESTRICTED and m.facts & self._restricted))
        if not approved:
            return Refused(RefusalRule.SECOND_APPROVAL_MISSING, asking.service_id)
        return _permit(asking, approved, spent)

    def _missing(self, asking: Asking) -> RefusalRule | None:
        if is_commercial(asking.purpose):  # whoever granted it: the centre serves public services alone
            return RefusalRule.PURPOSE_COMMERCIAL
        if not self.mandates:
            return RefusalRule.AGENCY_HAS_NONE
        if asking.service_id not in self._services:
            return RefusalRule.SERVICE_NOT_COVERED
        return None if (asking.service_id, asking.purpose) in self._by_purpose else RefusalRule.PURPOSE_NOT_COVERED


def _permit(asking: Asking, approved: tuple[Mandate, ...], spent: frozenset[int]) -> Permitted | Refused:
    usable = tuple(m for m in approved if m.id not in spent)
    if not usable:
        quotas = [m.quota for m in approved if m.quota is not None]
        first = min(quotas, key=lambda quota: renews_on(quota.period, asking.on))
        return Refused(RefusalRule.QUOTA_SPENT, asking.service_id, first, renews_on(first.period, asking.on))
    facts = frozenset[Fact]().union(*(m.facts for m in usable))
    must_confirm = any(Proof.CONFIRMED in m.assurance for m in usable)
    return Permitted(facts, tuple(m.legal_basis for m in usable), usable, must_confirm)
