"""What agencies' own systems and the centre say to each other: one question, or many at once."""

from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, AwareDatetime, Field

from contracts.card import Assurance
from contracts.decision import Answer, CardedSubject, Decision, OfficerId, ServiceId, SourceOutcome
from contracts.message import Message
from contracts.problems import ProblemCode

API_PREFIX: Final = "/api/v1"
TOKEN_PATH: Final = f"{API_PREFIX}/oauth/token"
AGENCY_PREFIX: Final = f"{API_PREFIX}/agency"
AGENCY_SERVICES_PATH: Final = f"{AGENCY_PREFIX}/services"
DECISIONS_PATH: Final = f"{AGENCY_PREFIX}/decisions"
BULK_PATH: Final = f"{AGENCY_PREFIX}/bulk"
IDEMPOTENCY_HEADER: Final = "Idempotency-Key"
"""draft-ietf-httpapi-idempotency-key-header: 8 to 64 letters, digits, ``-`` or ``_``."""
MAX_BULK_ITEMS: Final = 10_000
MAX_BULK_BYTES: Final = 8 * 1024 * 1024
_NUMBER_LENGTH: Final = 13


def _is_no_number(text: str) -> str:
    if sum(character.isdigit() for character in text) == _NUMBER_LENGTH:
        raise ValueError("looks like a citizen's number, which must not be used as a name for anything")
    return text


ItemReference = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$"), AfterValidator(_is_no_number)]
"""The agency's own name for one line of a batch; never a citizen's number."""


class AgencySubject(CardedSubject):
    """Whom the question is about. An agency's system has a number; a counter may have the card's proof as well."""


class AgencyQuestion(Message):
    """May this person have these services? Body of ``POST /api/v1/agency/decisions``.

    Attributes:
        services: Decided together, each under the agency's own mandate for it.
        purpose: Why it is asked.
        officer: Who asks; the evidence log keeps it.
        subject: About whom.
    """

    services: tuple[ServiceId, ...] = Field(min_length=1, max_length=12)
    purpose: Literal["eligibility"] = "eligibility"
    officer: OfficerId
    subject: AgencySubject


class AgencyAnswer(Message):
    """The decision, and nothing that the agencies said.

    Attributes:
        reference: Of the decision, for the person and for the evidence log.
        decided_at: When (UTC).
        expires_at: When it stops proving anything (UTC).
        assurance: How sure the centre is of the card; ``number_only`` where none was shown.
        decisions: One per service asked, in the question's order.
        sources: Agencies asked, and whether they answered.
    """

    reference: str
    decided_at: AwareDatetime
    expires_at: AwareDatetime
    assurance: Assurance
    decisions: tuple[Decision, ...]
    sources: tuple[SourceOutcome, ...]

    @classmethod
    def of(cls, answer: Answer) -> "AgencyAnswer":
        """Take what an agency gets out of an answer: no slip goes with it."""
        return cls(
            reference=answer.reference,
            decided_at=answer.decided_at,
            expires_at=answer.expires_at,
            assurance=answer.assurance,
            decisions=answer.decisions,
            sources=answer.sources,
        )


class BulkItem(Message):
    """One line of a batch."""

    reference: ItemReference
    subject: AgencySubject


class BulkRequest(Message):
    """Many persons, the same services. Body of ``POST /api/v1/agency/bulk``."""

    services: tuple[ServiceId, ...] = Field(min_length=1, max_length=12)
    purpose: Literal["eligibility"] = "eligibility"
    officer: OfficerId
    items: tuple[BulkItem, ...] = Field(min_length=1, max_length=MAX_BULK_ITEMS)


class BulkState(StrEnum):
    """How far a batch is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"


class BulkJob(Message):
    """A batch and its progress.

    Attributes:
        id: Of the batch.
        state: How far it is.
        services: Asked for.
        officer: Who asked.
        total: Lines in it.
        finished: Lines that have a result, answers and refusals.
        refused: Of these, refusals.
        created_at: When it was taken (UTC).
        expires_at: When its results are deleted (UTC).
    """

    id: str
    state: BulkState
    services: tuple[ServiceId, ...]
    officer: str
    total: int = Field(ge=1)
    finished: int = Field(ge=0)
    refused: int = Field(ge=0)
    created_at: AwareDatetime
    expires_at: AwareDatetime


class BulkJobList(Message):
    """A client's newest batches, newest first."""

    jobs: tuple[BulkJob, ...]


class BulkRefusal(Message):
    """Why one line got no answer."""

    code: ProblemCode
    title: str
    detail: str = ""
    retryable: bool


class BulkResult(Message):
    """One line's result: an answer or a refusal."""

    reference: str
    answer: AgencyAnswer | None = None
    refusal: BulkRefusal | None = None


class BulkPage(Message):
    """Some results, in the batch's order.

    Attributes:
        state: Of the batch.
        results: Those that there are behind the cursor.
        next_cursor: Where to go on, also while the batch is under way; None behind the last result.
    """

    state: BulkState
    results: tuple[BulkResult, ...]
    next_cursor: str | None = None
