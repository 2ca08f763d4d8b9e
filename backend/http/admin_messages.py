"""What administrators' tools and the centre say to each other."""

from datetime import date, datetime
from typing import Any, Final

from pydantic import Field

from contracts.agency import API_PREFIX
from contracts.message import Message, Words

ADMIN_PREFIX: Final = f"{API_PREFIX}/admin"
MANDATES_PATH: Final = f"{ADMIN_PREFIX}/mandates"
DIRECTORY_PATH: Final = f"{ADMIN_PREFIX}/directory"


class MandateEvent(Message):
    """What somebody did to a mandate."""

    at: datetime
    who: str
    what: str
    note: str = ""


class MandateView(Message):
    """One mandate with its granting.

    Attributes:
        number: Of the mandate.
        state: ``proposed``, ``granted`` or ``revoked``.
        waits_for_second: Whether a second person must still approve it, because it concerns restricted data.
        agency_id: Who may ask.
        service_id: For which service.
        purpose: Why.
        facts: What may be asked.
        legal_basis: The law it rests on.
        valid_from: First day.
        valid_until: Last day, or None.
        proposed_by: Who proposed it.
        approved_by: Who approved it, in order.
        events: What was done to it; empty in lists.
    """

    number: int
    state: str
    waits_for_second: bool
    agency_id: str
    service_id: str
    purpose: str
    facts: tuple[str, ...]
    legal_basis: Words
    valid_from: date
    valid_until: date | None = None
    proposed_by: str
    approved_by: tuple[str, ...]
    events: tuple[MandateEvent, ...] = ()


class MandateList(Message):
    """Mandates, in the order in which they were proposed."""

    mandates: tuple[MandateView, ...]
    next_cursor: str | None = None


class MandateRevocation(Message):
    """Why a mandate is taken back."""

    reason: str = Field(min_length=1, max_length=500)


class DirectoryPiece(Message):
    """Facts and agencies in the directory's own form: those of the same name are replaced, others added."""

    facts: tuple[dict[str, Any], ...] = Field(default=(), max_length=500)
    agencies: tuple[dict[str, Any], ...] = Field(default=(), max_length=500)


class DirectoryChange(Message):
    """What a change of the directory did.

    Attributes:
        changes: A line each: ``added``, ``removed`` or ``changed``, and what.
        taken_up: Whether the running centre loads it now.
    """

    changes: tuple[str, ...]
    taken_up: bool
