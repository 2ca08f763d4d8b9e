"""From verdicts to leaves, an answer and a slip's claims; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from backend.decisions.initials import birth_digits, full_name, thai_initials
from backend.eligibility.rulebook import Verdict
from backend.evidence.leaf import (
    LeafMandate,
    LeafWriter,
    Pseudonymiser,
    encode_told,
    leaf_sources,
    salted_hash,
)
from backend.linkage.facts import Fact, KnownFact
from backend.mandates.check import Mandate
from contracts.card import Assurance
from contracts.citizen_number import CitizenNumber
from contracts.decision import Answer, CardEvidence, Decision, LeafReference, Service, SourceOutcome, Subject
from contracts.problems import ProblemCode
from contracts.slip import SlipClaims, TokenDecision

VALID_FOR: Final = timedelta(days=30)
_NOWHERE: Final = LeafReference(index=0, hash="0" * 64)
_REFUSING_STATUS: Final = {"void": ProblemCode.CARD_VOID, "mismatch": ProblemCode.CARD_MISMATCH}


def card_refusal(facts: Mapping[Fact, KnownFact]) -> ProblemCode | None:
    """Return why the registry refuses the card; None when it does not, or did not answer."""
    status = facts.get(Fact.CARD_STATUS)
    return _REFUSING_STATUS.get(str(status.value)) if status else None


def assurance(facts: Mapping[Fact, KnownFact], subject: Subject) -> Assurance:
    """Say how sure the centre is of a card that was not refused."""
    if subject.card is None:
        return Assurance.NUMBER_ONLY
    return Assurance.CONFIRMED if Fact.CARD_STATUS in facts else Assurance.PRESENTED


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asked, what permits it, and about whom: the leaf's part that does not depend on the answer.

    Attributes:
        device_id: The device.
        agency_id: Its agency.
        officer: His number at his agency; None when the citizen asked.
        pseudonym: Of whom it is about.
        question_hash: Of the question's body.
        purpose: What for.
        mandates: Service id → what permits it.
    """

    device_id: str
    agency_id: str
    officer: str | None
    pseudonym: str
    question_hash: str
    purpose: str
    mandates: Mapping[str, Sequence[Mandate]]


@dataclass(frozen=True, slots=True)
class Decided:
    """Everything decided, before the log has given it a place.

    Attributes:
        question_id: Of the question.
        reference: For the slip.
        decided_at: Aware UTC, whole seconds.
        assurance: Of the card.
        verdicts: In the question's order.
        sources: Who was asked.
        times: Agency id → when, see ``linkage.Gathered``.
    """

    question_id: UUID
    reference: str
    decided_at: datetime
    assurance: Assurance
    verdicts: Sequence[Verdict]
    sources: tuple[SourceOutcome, ...]
    times: Mapping[str, tuple[int, int]]

    def leaves(self, asker: Asker, decisions: Sequence[Decision], pseudonymiser: Pseudonymiser) -> list[bytes]:
        """Return one leaf per decision.

        Args:
            asker: Who asked, and about whom.
            decisions: What is handed out, in the verdicts' order; where the log will keep them does not matter.
            pseudonymiser: Whose key salts the answer's hashes.
        """
        writer = LeafWriter(
            self.decided_at,
            leaf_sources(self.sources, self.times),
            device_id=asker.device_id,
            agency_id=asker.agency_id,
            pseudonym=asker.pseudonym,
            question_hash=asker.question_hash,
            purpose=asker.purpose,
            reference=self.reference,
            officer=asker.officer,
            key=pseudonymiser.id,
        )
        return [
            writer.write(
                verdict.rule,
                [
                    LeafMandate(id=one.id, version=one.valid_from.isoformat())
                    for one in asker.mandates.get(verdict.service, ())
                ],
                service=verdict.service,
                outcome=verdict.outcome,
                reasons=[reason.code for reason in verdict.reasons],
                answer_hash=salted_hash(
                    pseudonymiser.answer_salt(self.reference, verdict.service), encode_told(self.reference, decision)
                ),
            )
            for verdict, decision in zip(self.verdicts, decisions, strict=True)
        ]

    def decisions(self, services: Mapping[str, Service]) -> tuple[Decision, ...]:
        """Return what is handed out, without its places in the log."""
        return tuple(
            Decision(
                service=verdict.service,
                service_name=services[verdict.service].name,
                agency=services[verdict.service].agency,
                outcome=verdict.outcome,
                reasons=verdict.reasons,
                amount=verdict.amount,
                next_step=verdict.next_step,
                rule=verdict.rule,
                leaf=_NOWHERE,
            )
            for verdict in self.verdicts
        )

    def answer(self, decisions: Sequence[Decision], references: Sequence[LeafReference]) -> Answer:
        """Return the answer, its slip token still empty."""
        placed = tuple(
            decision.model_copy(update={"leaf": leaf}) for decision, leaf in zip(decisions, references, strict=True)
        )
        return Answer(
            question_id=self.question_id,
            reference=self.reference,
            decided_at=self.decided_at,
            expires_at=self.decided_at + VALID_FOR,
            assurance=self.assurance,
            decisions=placed,
            sources=self.sources,
            slip_token="",
        )


def slip_claims(
    answer: Answer, subject: Subject, card: CardEvidence, issuer: str, *, fuller: bool = False
) -> SlipClaims:
    """Return what the slip claims: the decisions and as much of the holder as he himself needs to know it as his.

    Args:
        answer: What was decided.
        subject: For whom.
        card: What his card says of him.
        issuer: Of the slip.
        fuller: Name him and say his birth, because every service's mandate allows it.
    """
    name, birth = card.name_th, card.birth
    return SlipClaims(
        issuer=issuer,
        reference=answer.reference,
        issued_at=answer.decided_at,
        expires_at=answer.expires_at,
        holder_number=CitizenNumber.parse(subject.citizen_number).masked,
        holder_initials=full_name(name) if fuller else thai_initials(name),
        holder_birth=birth_digits(birth) if fuller else None,
        decisions=tuple(
            TokenDecision(
                service=decision.service,
                outcome=decision.outcome,
                amount_baht=decision.amount.baht if decision.amount else None,
                leaf_index=decision.leaf.index,
            )
            for decision in answer.decisions
        ),
    )
