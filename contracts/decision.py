"""A question from a device, the progress while agencies are asked, and the answer: only ever the decision."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, Field, TypeAdapter, model_validator

from contracts.card import Assurance, Birth, Name
from contracts.message import Message, Words
from contracts.subject import HolderCheck, NamedSubject

ServiceId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,40}$")]
AgencyId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,40}$")]


def _not_a_citizens(officer: str) -> str:
    if len(officer) == 13 and officer.isdigit():
        raise ValueError("an officer is known by his number at his agency, not by his citizen number")
    return officer


OfficerId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$"), AfterValidator(_not_a_citizens)]
"""An officer's number or account at his own agency: opaque to everybody else, never a name or a citizen number."""


class FactAsked(Message):
    """One fact a service needs and who will be asked for it: what the consent screen shows."""

    fact: Words
    agency: Words


class Service(Message):
    """A service on offer at a device: answer to ``GET /v1/device/services``.

    Attributes:
        id: Stable identifier, e.g. ``old_age_allowance``.
        name: Its name in the agency's words.
        agency: Whose service it is.
        summary: One sentence on what the citizen gets.
        facts: What will be asked, of whom.
    """

    id: ServiceId
    name: Words
    agency: Words
    summary: Words
    facts: tuple[FactAsked, ...]


class ServiceList(Message):
    """Services this device may offer now, under its agency's mandates."""

    services: tuple[Service, ...]


class CardEvidence(Message):
    """What proves the card to the registry: number and chip serial and request number, or name, birth and laser number.

    Source: card-status service of the Department of Provincial Administration.
    """

    name_th: Name = Field(repr=False)
    birth: Birth = Field(repr=False)
    request_number: str = Field(repr=False)
    laser_number: str | None = Field(default=None, repr=False)
    chip_serial: str | None = Field(default=None, repr=False)


class CardedSubject(NamedSubject):
    """Whom the question is about, and the card that was shown, where one was."""

    card: CardEvidence | None = Field(default=None, repr=False)

    @model_validator(mode="after")
    def _card_is_somebodys(self) -> Self:
        if self.card is not None and not self.citizen_number:
            raise ValueError("a card goes with the citizen number on it")
        return self


class Subject(CardedSubject):
    """Whom the question is about. The type travels beside the digits: digits alone cannot tell a person's number.

    A device always shows the card's evidence; an agency's own system may have no card before it. A juristic person has
    none: the card is that of the person who acts for it, and so is ``citizen_number`` beside it.
    """

    holder_check: HolderCheck = HolderCheck.NONE


class Question(Message):
    """May this person have these services? ``question_id`` is the idempotency key: asked again, answered the same.

    Body of ``POST /v1/device/questions``. ``officer`` is who asks at a counter, by his number at his agency.
    """

    question_id: UUID
    visit_id: UUID
    services: tuple[ServiceId, ...] = Field(min_length=1, max_length=12)
    purpose: Literal["eligibility"] = "eligibility"
    subject: Subject
    language: Literal["th", "en"] = "th"
    officer: OfficerId | None = None


class AskState(StrEnum):
    """How far one agency's answer is."""

    ASKING = "asking"
    ANSWERED = "answered"
    NOT_KNOWN = "not_known"


class NotKnownCause(StrEnum):
    """Why an agency's facts are not known. Never a reason to say no."""

    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    OVERLOADED = "overloaded"
    BAD_ANSWER = "bad_answer"
    NO_RECORD = "no_record"
    BREAKER_OPEN = "breaker_open"
    NOT_PERMITTED = "not_permitted"
    MAINTENANCE = "maintenance"
    STALE = "stale"


class Progress(Message):
    """One agency's state has changed: a line of the question's NDJSON stream."""

    type: Literal["progress"] = "progress"
    agency_id: AgencyId
    agency: Words
    state: AskState
    cause: NotKnownCause | None = None
    elapsed_ms: int = Field(default=0, ge=0)


class Outcome(StrEnum):
    """The three answers. ``UNDECIDED`` is its own answer, never a polite no."""

    ELIGIBLE = "eligible"
    NOT_ELIGIBLE = "not_eligible"
    UNDECIDED = "undecided"


class Reason(Message):
    """Why, in words a citizen understands, with a stable code for machines."""

    code: str = Field(pattern=r"^[a-z][a-z0-9_.]{1,60}$")
    words: Words


class Amount(Message):
    """What an eligible citizen receives."""

    baht: int = Field(ge=0)
    period: Literal["month", "year", "once"]


class RuleVersion(Message):
    """Which dated decision table decided."""

    table: str
    version: str
    effective_from: date


class LeafReference(Message):
    """Where the evidence log keeps this decision.

    Attributes:
        index: Zero-based leaf index in the log.
        hash: RFC 6962 leaf hash, SHA-256, hexadecimal.
    """

    index: int = Field(ge=0)
    hash: str = Field(pattern=r"^[0-9a-f]{64}$")


class Decision(Message):
    """The answer for one service."""

    service: ServiceId
    service_name: Words
    agency: Words
    outcome: Outcome
    reasons: tuple[Reason, ...]
    amount: Amount | None = None
    next_step: Words
    rule: RuleVersion
    leaf: LeafReference


class SourceOutcome(Message):
    """Which agency was asked and whether it answered. Not what it said."""

    agency_id: AgencyId
    agency: Words
    state: AskState
    cause: NotKnownCause | None = None


class RowExplained(Message):
    """What became of one row of the decision table.

    Attributes:
        row: Counted from 1.
        applies: Whether it gave the decision.
        failed: Inputs whose known values its cells do not hold for, each with the cell.
        waiting: Inputs that are not known and that its cells ask for.
        words: All that as a sentence.
    """

    row: int = Field(ge=1)
    applies: bool
    failed: tuple[tuple[str, str], ...] = ()
    waiting: tuple[str, ...] = ()
    words: Words


class FactUsed(Message):
    """A fact that was known when deciding: who said so, and how many seconds before. Not what he said."""

    fact: str
    agency_id: AgencyId
    age_s: float | None = None


class FactMissing(Message):
    """A fact that would settle an undecided answer, who has it, and why it is not known."""

    fact: str
    words: Words
    agency_id: AgencyId
    agency: Words
    cause: NotKnownCause | None = None


class Explanation(Message):
    """How one decision came about: for the agency's officers, under a mandate for the purpose ``explanation``."""

    service: ServiceId
    rows: tuple[RowExplained, ...]
    facts: tuple[FactUsed, ...]
    missing: tuple[FactMissing, ...] = ()


class Answer(Message):
    """The whole answer to a question: the last line of the stream.

    Attributes:
        question_id: The question's own id.
        reference: Short human reference printed on the slip, ``XXXX-XXXX-XX`` (Crockford base 32, no look-alikes).
        decided_at: When the centre decided (UTC).
        expires_at: When the slip stops proving anything (UTC).
        assurance: Presented or confirmed.
        decisions: One per service asked, in the question's order.
        sources: Agencies asked.
        slip_token: Signed token for the QR (see ``contracts.slip``).
        explanations: One per decision that the asker's mandate lets it have explained. They come with the first answer
            only: rows tell what the agencies said, so nobody stores them.
    """

    type: Literal["answer"] = "answer"
    question_id: UUID
    reference: str
    decided_at: AwareDatetime
    expires_at: AwareDatetime
    assurance: Assurance
    decisions: tuple[Decision, ...]
    sources: tuple[SourceOutcome, ...]
    slip_token: str = Field(repr=False)
    explanations: tuple[Explanation, ...] = Field(default=(), repr=False)


class StreamProblem(Message):
    """A problem that arose after the stream began: its last line. Same fields as a problem document (RFC 9457).

    Attributes:
        rule: Which of the mandates' rules refused; empty when none of them did.
        words: The same in words.
    """

    type: Literal["problem"] = "problem"
    problem_type: str
    title: str
    code: str
    retryable: bool
    request_id: str
    rule: str = ""
    words: Words | None = None


StreamLine = Annotated[Progress | Answer | StreamProblem, Field(discriminator="type")]
stream_line: TypeAdapter[Progress | Answer | StreamProblem] = TypeAdapter(StreamLine)
"""Parses one NDJSON line of ``POST /v1/device/questions`` (``Accept: application/x-ndjson``)."""


def is_current(answer: Answer, now: datetime) -> bool:
    """Say whether the answer's slip still proves something at ``now`` (aware)."""
    return now < answer.expires_at
