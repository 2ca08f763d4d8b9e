"""A decision service on a real store, log, rulebook and signer; only the agencies are played."""

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from backend.decisions import models as decision_models
from backend.decisions.answers import AnswerShelf
from backend.decisions.service import DecisionService, Parts
from backend.eligibility.loading import load_rulebook
from backend.evidence import models as evidence_models
from backend.evidence.keyring import FixedKeyring
from backend.evidence.leaf import Pseudonymiser
from backend.evidence.log import EvidenceLog
from backend.evidence.slips import SlipSigner
from backend.linkage import models as linkage_models
from backend.linkage.facts import Fact, FactValue, KnownFact
from backend.linkage.file import DEFAULT_DIRECTORY, load_directory
from backend.linkage.gathered import Gathered
from backend.linkage.kept import Limits
from backend.linkage.links import SubjectLinks
from backend.mandates import models as mandate_models
from backend.mandates.book import MandateBook, seed_mandates
from backend.mandates.check import Mandate
from backend.mandates.file import DEMO_MANDATES, load_mandates
from backend.store import Base, Store
from contracts.card import Birth
from contracts.decision import AskState, NotKnownCause, Progress, Question, SourceOutcome, Subject
from tests.support.linkage_agencies import subject

TABLES = (linkage_models, decision_models, evidence_models, mandate_models)
ORIGIN = "centre.test"
NOW = datetime(2026, 11, 23, 2, 30, 15, 250_000, tzinfo=UTC)
TOWN = "tuayang_municipality"
SLIP_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))

GRANDMOTHER: Mapping[Fact, FactValue] = {
    Fact.BIRTH: Birth(year=1953),
    Fact.THAI_NATIONAL: True,
    Fact.ALIVE: True,
    Fact.DOMICILE_REGISTERED: True,
    Fact.CARD_STATUS: "normal",
    Fact.STATE_PENSION: False,
    Fact.DISABILITY_CARD_VALID: False,
    Fact.HEALTH_SCHEME: "UCS",
    Fact.HOSPITAL_REGISTERED: True,
}


@dataclass(frozen=True)
class TestDevice:
    """Who asks."""

    __test__ = False

    device_id: str = "dev_0123456789abcdef"
    agency_id: str = TOWN


@dataclass
class FakeGatherer:
    """Knows ``known`` but for agencies in ``silent``. ``gate`` holds back the outcome."""

    known: Mapping[Fact, FactValue] = field(default_factory=lambda: dict(GRANDMOTHER))
    silent: dict[str, NotKnownCause] = field(default_factory=dict)
    gate: threading.Event | None = None
    fault: Exception | None = None
    asked: list[frozenset[Fact]] = field(default_factory=list)
    given_up: int = 0
    as_of: dict[Fact, datetime] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._directory = load_directory(DEFAULT_DIRECTORY)

    def gather(
        self, subject: Subject, facts: frozenset[Fact], *, tell_progress: bool = True, limits: Limits | None = None
    ) -> Iterator[Progress | Gathered]:
        self.asked.append(facts)
        agencies = [a for a in self._directory.agencies if any(facts & r.facts.keys() for r in a.requests)]
        try:
            for agency in agencies if tell_progress else ():
                yield Progress(agency_id=agency.id, agency=agency.name, state=AskState.ASKING)
            if self.gate is not None:
                assert self.gate.wait(10)
            if self.fault is not None:
                raise self.fault
        except GeneratorExit:
            self.given_up += 1
            raise
        of = {fact: agency.id for fact in facts if (agency := self._directory.agency_of(fact))}
        known = {
            f: KnownFact(self.known[f], of[f], self.as_of.get(f))
            for f in facts
            if f in self.known and of[f] not in self.silent
        }
        causes = {f: self.silent.get(of[f], NotKnownCause.NO_RECORD) for f in facts if f not in known}
        states = {
            agency.id: AskState.NOT_KNOWN if agency.id in self.silent else AskState.ANSWERED for agency in agencies
        }
        yield Gathered(
            known,
            causes,
            tuple(
                SourceOutcome(agency_id=a.id, agency=a.name, state=states[a.id], cause=self.silent.get(a.id))
                for a in agencies
            ),
            {a.id: (0, 40) for a in agencies},
        )

    def not_permitted(self, facts: frozenset[Fact]) -> tuple[SourceOutcome, ...]:
        cause = NotKnownCause.NOT_PERMITTED
        return tuple(
            SourceOutcome(agency_id=a.id, agency=a.name, state=AskState.NOT_KNOWN, cause=cause)
            for a in self._directory.agencies
            if any(facts & r.facts.keys() for r in a.requests)
        )


KEYRING = FixedKeyring((Pseudonymiser(b"p" * 32),))


class Centre:
    """Everything around one service; ``restart`` makes a new one on the same store."""

    def __init__(self, folder: Path, mandates: tuple[Mandate, ...] | None = None) -> None:
        self.store = Store(f"sqlite:///{folder / 'centre.sqlite3'}")
        Base.metadata.create_all(self.store.engine)
        with self.store.transaction() as session:
            seed_mandates(session, load_mandates(DEMO_MANDATES) if mandates is None else mandates)
        self.now = NOW
        self.gatherer = FakeGatherer()
        self.log = EvidenceLog(self.store, ORIGIN, Ed25519PrivateKey.from_private_bytes(bytes(32)))
        self.service = self.restart()

    def restart(self, keyring: FixedKeyring = KEYRING) -> DecisionService:
        self.service = DecisionService(
            Parts(
                rules=load_rulebook(),
                mandates=MandateBook(self.store),
                gatherer=self.gatherer,
                log=self.log,
                signer=SlipSigner(SLIP_KEY, "slip-test", ORIGIN),
                keyring=keyring,
                answers=AnswerShelf(self.store),
                now=lambda: self.now,
                random_bytes=lambda count: bytes(uuid4().bytes[:count]),
                links=SubjectLinks(self.store),
            )
        )
        return self.service

    def close(self) -> None:
        self.log.close()
        self.store.close()


def question(*services: str, question_id: UUID | None = None, **changes: Any) -> Question:
    return Question(
        question_id=question_id or uuid4(),
        visit_id=uuid4(),
        services=services or ("old_age_allowance",),
        subject=changes.pop("subject", None) or subject(),
        **changes,
    )


def body_of(asked: Question) -> bytes:
    return asked.model_dump_json().encode()
