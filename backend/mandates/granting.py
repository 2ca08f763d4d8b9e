"""The life of a mandate: proposed by one person, approved by another, revoked by anybody; who did what is kept."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.linkage.facts import Fact
from backend.mandates.check import APPROVALS_FOR_RESTRICTED, GrantState, Mandate, RefusalRule
from backend.mandates.errors import GrantError
from backend.mandates.models import MandateEvent, MandateRow, MandateUse
from backend.mandates.purposes import is_commercial
from backend.mandates.rows import make_row, read_row
from backend.mandates.words import COMMERCIAL_WORDS
from backend.store import Store


@dataclass(frozen=True, slots=True)
class Event:
    """What somebody did to a mandate."""

    at: datetime
    who: str
    what: str
    note: str


@dataclass(frozen=True, slots=True)
class Held:
    """A mandate with its granting and its use.

    Attributes:
        mandate: What it permits.
        proposed_by: Who proposed it; ``installation`` when it came with the installation's file.
        approved_by: Who approved it, in order.
        granted_on: The day of its first approval; its first day of validity when that is not recorded.
        last_used_at: When it was last used, to the minute; None when it never was.
        used: How often, over all periods recorded.
    """

    mandate: Mandate
    proposed_by: str
    approved_by: tuple[str, ...]
    granted_on: date
    last_used_at: datetime | None
    used: int

    def is_unused(self, now: datetime, for_days: int) -> bool:
        """Say whether it is in force and has not been used for so many days, nor was granted since."""
        in_force = self.mandate.state is GrantState.GRANTED and self.mandate.holds_on(now.date())
        since = now.date() - timedelta(days=for_days)
        last = self.last_used_at.date() if self.last_used_at else self.granted_on
        return in_force and last <= since


class Granting:
    """Takes mandates through their life.

    Args:
        store: Where they are.
        known: Facts that some database yields or may yield; others cannot be proposed.
        restricted: Facts that a second person must approve.
    """

    def __init__(self, store: Store, known: frozenset[Fact], restricted: frozenset[Fact]) -> None:
        self._store = store
        self._known = known
        self._restricted = restricted

    def propose(self, mandate: Mandate, by: str, now: datetime) -> int:
        """Keep a proposal; returns its number.

        Raises:
            GrantError: Nobody's name, a commercial purpose, or a fact that no database has.
        """
        name = _name_of(by)
        if is_commercial(mandate.purpose):
            rule = RefusalRule.PURPOSE_COMMERCIAL.value
            raise GrantError(0, rule, f"{rule}: {COMMERCIAL_WORDS.en}", COMMERCIAL_WORDS)
        unknown = sorted(mandate.facts - self._known)
        if unknown:
            raise GrantError(0, "facts_unknown", "no database has " + ", ".join(unknown))
        with self._store.transaction() as session:
            row = make_row(mandate, name, ())
            row.state = GrantState.PROPOSED
            session.add(row)
            session.flush()
            _note(session, row.id, now, name, "proposed")
            return row.id

    def approve(self, number: int, by: str, now: datetime) -> Mandate:
        """Approve a proposal, or a restricted mandate a second time; returns it as it stands then.

        Raises:
            GrantError: No such mandate, it waits for no approval, or this person proposed or approved it already.
        """
        name = _name_of(by)
        with self._store.transaction() as session:
            row = _locked(session, number)
            held = read_row(row)
            if held.state is not GrantState.PROPOSED and not self.needs_second(held):
                raise GrantError(number, "state", f"mandate {number} is {held.state.value} and waits for no approval")
            if name in {row.proposed_by, *row.approved_by}:
                raise GrantError(number, "same_person", f"{by} has proposed or approved it: another person has to")
            row.approved_by = [*row.approved_by, name]
            row.state = GrantState.GRANTED
            _note(session, number, now, name, "approved" if held.state is GrantState.PROPOSED else "approved again")
            return read_row(row)

    def revoke(self, number: int, by: str, reason: str, now: datetime) -> None:
        """Take a mandate or a proposal back, for ever.

        Raises:
            GrantError: No such mandate, revoked before, or no reason given.
        """
        name = _name_of(by)
        if not reason.strip():
            raise GrantError(number, "no_reason", "say why")
        with self._store.transaction() as session:
            row = _locked(session, number)
            if row.state == GrantState.REVOKED:
                raise GrantError(number, "state", f"mandate {number} was revoked before")
            row.state = GrantState.REVOKED
            _note(session, number, now, name, "revoked", reason.strip())

    def needs_second(self, mandate: Mandate) -> bool:
        """Say whether a granted mandate permits nothing until a second person has approved it."""
        waiting = mandate.state is GrantState.GRANTED and mandate.approvals < APPROVALS_FOR_RESTRICTED
        return waiting and bool(mandate.facts & self._restricted)

    def list(self, agency_id: str = "") -> Sequence[Held]:
        """Return all mandates, or one agency's, whatever their state, in the order they were proposed."""
        wanted = select(MandateRow).order_by(MandateRow.id)
        if agency_id:
            wanted = wanted.where(MandateRow.agency_id == agency_id)
        with self._store.reading() as session:
            rows = session.scalars(wanted).all()
            return [_held(session, row) for row in rows]

    def get(self, number: int) -> Held:
        """Return one.

        Raises:
            GrantError: There is none.
        """
        with self._store.reading() as session:
            row = session.get(MandateRow, number)
            if row is None:
                raise GrantError(number, "unknown", f"there is no mandate {number}")
            return _held(session, row)

    def history(self, number: int) -> tuple[Event, ...]:
        """Return what was done to one, the oldest first."""
        wanted = select(MandateEvent).where(MandateEvent.mandate_id == number).order_by(MandateEvent.id)
        with self._store.reading() as session:
            return tuple(Event(e.at, e.who, e.what, e.note) for e in session.scalars(wanted))


def unused(held: Iterable[Held], now: datetime, for_days: int) -> tuple[Held, ...]:
    """Return those in force that nobody has used for so many days."""
    return tuple(one for one in held if one.is_unused(now, for_days))


def _name_of(by: str) -> str:
    """Write a person's name in one form, so that two spellings are not two people."""
    name = " ".join(unicodedata.normalize("NFKC", by).casefold().split())
    if not name:
        raise GrantError(0, "no_name", "say who does it")
    return name


def _locked(session: Session, number: int) -> MandateRow:
    row = session.get(MandateRow, number, with_for_update=True)
    if row is None:
        raise GrantError(number, "unknown", f"there is no mandate {number}")
    return row


def _note(session: Session, number: int, now: datetime, who: str, what: str, note: str = "") -> None:
    session.add(MandateEvent(mandate_id=number, at=now, who=who, what=what, note=note))


def _held(session: Session, row: MandateRow) -> Held:
    uses = select(func.max(MandateUse.last_used_at), func.sum(MandateUse.used)).where(MandateUse.mandate_id == row.id)
    last_used_at, used = session.execute(uses).one()
    first = select(func.min(MandateEvent.at)).where(MandateEvent.mandate_id == row.id, MandateEvent.what == "approved")
    granted_at = session.scalar(first)
    granted_on = granted_at.date() if granted_at else row.valid_from
    return Held(read_row(row), row.proposed_by, tuple(row.approved_by), granted_on, last_used_at, int(used or 0))
