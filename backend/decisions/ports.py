"""What deciding needs from the other rooms."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Protocol

from backend.eligibility.rulebook import Verdict
from backend.evidence.leaf import Pseudonymiser
from backend.evidence.submission import AlsoRow
from backend.linkage.facts import Fact, FactValue
from backend.linkage.gathered import Gathered
from backend.linkage.kept import Limits
from backend.mandates.check import AgencyMandates, Mandate
from contracts.card import Assurance
from contracts.decision import Explanation, LeafReference, NotKnownCause, Progress, Service, SourceOutcome, Subject
from contracts.slip import SlipClaims


class Device(Protocol):
    """Who asks, as the signature check established it."""

    @property
    def device_id(self) -> str: ...
    @property
    def agency_id(self) -> str: ...


class Rules(Protocol):
    """The programmes' rules (``eligibility.Rulebook``)."""

    def services(self) -> tuple[Service, ...]: ...
    def needed_facts(self, service_id: str, on: date | None = None) -> tuple[Fact, ...]: ...
    def decide(
        self,
        service_id: str,
        facts: Mapping[Fact, FactValue],
        on: date,
        unknown_causes: Mapping[Fact, NotKnownCause],
        /,
    ) -> Verdict: ...
    def stale_facts(self, service_id: str, on: date, ages: Mapping[Fact, timedelta], /) -> frozenset[Fact]: ...
    def freshness(self, service_id: str, on: date, /) -> Mapping[Fact, timedelta]: ...
    def explanation(
        self,
        service_id: str,
        facts: Mapping[Fact, FactValue],
        on: date,
        ages: Mapping[Fact, timedelta],
        causes: Mapping[Fact, NotKnownCause],
        /,
    ) -> Explanation: ...


class Mandates(Protocol):
    """The mandates (``mandates.MandateBook``)."""

    def of_agency(self, agency_id: str) -> AgencyMandates: ...
    def spend(self, mandates: Iterable[Mandate], now: datetime, on: date) -> frozenset[int]:
        """Count a use of each; returns the ids of those whose quota had none left."""
        ...

    def give_back(self, mandates: Iterable[Mandate], on: date) -> None:
        """Undo a use of each."""
        ...


class Gatherer(Protocol):
    """The agencies (``linkage.FactGatherer``)."""

    def gather(
        self, subject: Subject, facts: frozenset[Fact], *, tell_progress: bool = True, limits: Limits | None = None
    ) -> Iterator[Progress | Gathered]: ...
    def not_permitted(self, facts: frozenset[Fact]) -> tuple[SourceOutcome, ...]:
        """Return the outcome of each agency that only knows facts which may not be asked of it."""
        ...


class Links(Protocol):
    """The G codes that became citizen numbers (``linkage.SubjectLinks``)."""

    def is_former(self, pseudonyms: Sequence[bytes]) -> bool: ...


class Log(Protocol):
    """The evidence log (``evidence.EvidenceLog``): durable when it returns."""

    def append_all(self, leaves: Iterable[bytes], also: AlsoRow | None = None) -> tuple[LeafReference, ...]: ...


class Cases(Protocol):
    """Keeps what decisions were made on, where a mandate lets it be kept (``cases.CaseRecorder``)."""

    def offer(
        self,
        agency_id: str,
        subject: Subject,
        on: date,
        assurance: Assurance,
        decided_on: Mapping[str, Mapping[Fact, FactValue]],
        /,
    ) -> None:
        """Take a case. Returns at once and never raises."""
        ...


class Keyring(Protocol):
    """The keys of pseudonyms and salts (``evidence.keyring``)."""

    def present(self) -> Pseudonymiser:
        """Return the key that leaves are written with now."""
        ...

    def live(self) -> tuple[Pseudonymiser, ...]:
        """Return every key that is not destroyed, the present one first."""
        ...


class Signer(Protocol):
    """Signs slips (``evidence.SlipSigner``)."""

    @property
    def issuer(self) -> str: ...
    def sign(self, claims: SlipClaims) -> str: ...
