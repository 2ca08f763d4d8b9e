"""Who asked about a citizen: what he sees of it at a kiosk, and how he disputes an entry."""

from enum import StrEnum
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from contracts.agency import AGENCY_PREFIX
from contracts.decision import LeafReference, OfficerId, Outcome, Subject
from contracts.message import Count, Message, Words
from contracts.slip import MaskedHolder

HISTORY_PATH = "/v1/device/history"
DISPUTE_PATH = "/v1/device/history/disputes"
HISTORY_EXPORT_PATH = "/v1/device/history/export"
ACCESS_LOG_PATH = "/v1/device/access-log"
AGENCY_ACCESS_LOG_PATH = f"{AGENCY_PREFIX}/access-log"
PAGE_MOST = 50


class EntryKind(StrEnum):
    """What an entry is about."""

    DECISION = "decision"
    EXTRACT = "extract"
    LOOK_UP = "look_up"


class DisputeReason(StrEnum):
    """Why a citizen disputes an entry. No free text: a kiosk is no place to write about oneself."""

    NOT_ME = "not_me"
    NOT_AGREED = "not_agreed"
    WRONG_DECISION = "wrong_decision"
    OTHER = "other"


class DisputeState(StrEnum):
    """How far a dispute is."""

    OPEN = "open"
    UNDER_REVIEW = "under_review"
    ANSWERED = "answered"
    OBJECTED = "objected"
    ANSWERED_AGAIN = "answered_again"
    CLOSED = "closed"


class DisputeStatus(Message):
    """What a citizen sees of his dispute.

    Attributes:
        reference: To ask about it with, ``XXXX-XXXX-XX``.
        state: How far it is.
        reason: Why he disputes the entry.
        due_at: When the agency must have answered or, once it has, when the dispute closes by itself; None when closed.
        answer: The agency's, in its own words; empty before.
        may_object: Whether he may say that the answer does not satisfy him.
    """

    reference: str
    state: DisputeState
    reason: DisputeReason
    due_at: AwareDatetime | None
    answer: str = Field(default="", repr=False)
    may_object: bool = False


class HistoryEntry(Message):
    """One look at a citizen's data, in plain words.

    Attributes:
        leaf: Where the evidence log keeps it.
        kind: What it is.
        at: When.
        agency: Who asked.
        by_officer: Whether an officer asked, not the citizen at a kiosk.
        purpose: Why.
        legal_basis: What allowed it.
        service: For which service; None for a look at this list.
        outcome: What was decided; None where nothing was.
        asked: Agencies whose registers were asked.
        reference: Printed on the paper that came of it; empty where none did.
        dispute: The citizen's, if he disputes it.
    """

    leaf: LeafReference
    kind: EntryKind
    at: AwareDatetime
    agency: Words
    by_officer: bool
    purpose: Words
    legal_basis: tuple[Words, ...] = ()
    service: Words | None = None
    outcome: Outcome | None = None
    asked: tuple[Words, ...] = ()
    reference: str = ""
    dispute: DisputeStatus | None = None


class HistoryQuestion(Message):
    """Body of ``POST /v1/device/history``: who asked about the holder of this card?

    Attributes:
        visit_id: The visit.
        subject: The holder, with what proves his card; the registry must confirm it.
        before: Only entries at smaller leaf indexes: the ``next`` of the page before.
        limit: Entries wanted.
    """

    visit_id: UUID
    subject: Subject = Field(repr=False)
    before: Count | None = None
    limit: int = Field(default=20, ge=1, le=PAGE_MOST)


class HistoryPage(Message):
    """Answer to it: entries, newest first. That it was asked is an entry itself.

    Attributes:
        entries: Newest first.
        next: For ``before`` of the next page; None when there is none.
        reference: Of this look.
        looked_at: When it was; None in an export.
    """

    entries: tuple[HistoryEntry, ...] = Field(repr=False)
    next: int | None = None
    reference: str = ""
    looked_at: AwareDatetime | None = None


class HistoryRecord(Message):
    """Everything needed to print the list.

    Attributes:
        place: Where the kiosk stands.
        agency: Who runs it.
        holder: Masked.
        reference: Of the look.
        looked_at: When.
        entries: Newest first.
        more: Whether there are older ones.
        large_print: For who reads small print badly.
    """

    place: Words
    agency: Words
    holder: MaskedHolder
    reference: str
    looked_at: AwareDatetime
    entries: tuple[HistoryEntry, ...] = Field(repr=False)
    more: bool = False
    large_print: bool = False


class DisputeQuestion(Message):
    """Body of ``POST /v1/device/history/disputes``.

    Attributes:
        visit_id: The visit.
        subject: The holder, with what proves his card.
        leaf_index: Which entry.
        act: ``open`` a dispute, ``object`` to the agency's answer, or ``accept`` it.
        reason: Why, for ``open``.
    """

    visit_id: UUID
    subject: Subject = Field(repr=False)
    leaf_index: Count
    act: Literal["open", "object", "accept"] = "open"
    reason: DisputeReason = DisputeReason.OTHER


class HistoryExportQuestion(Message):
    """Body of ``POST /v1/device/history/export``: an officer hands a citizen all of his history.

    Attributes:
        subject: The citizen, with what proves his card.
        officer: Who exports it, by his number at his agency.
        format: Of the answer.
    """

    subject: Subject = Field(repr=False)
    officer: OfficerId
    format: Literal["json", "csv"] = "json"


class AccessEntry(Message):
    """One question an agency asked, as its own log shows it. It names no citizen."""

    leaf: LeafReference
    kind: EntryKind
    at: AwareDatetime
    device_id: str
    officer: str | None
    service: str | None
    purpose: str
    mandates: tuple[int, ...]
    outcome: Outcome | None
    sources: tuple[str, ...]
    reference: str


class AccessPage(Message):
    """What an agency asked, newest first: for its devices, and for its systems by access token."""

    entries: tuple[AccessEntry, ...]
    next: int | None = None
