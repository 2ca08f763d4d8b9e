"""Entries that appear later, by a rule of two officers with its legal basis and its end. All of it is logged."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from backend.evidence.acts import ActKind
from backend.history.acting import Acting
from backend.history.errors import DelayError
from backend.history.models import HistoryDelay
from backend.store import Store
from contracts.message import Words

LONGEST: Final = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Hiding:
    """What one delay in force hides until it ends.

    Attributes:
        agency_id: Whose entries.
        service: For one service, or None for all.
        purpose: For one purpose, or None for all.
        from_at: Entries from then on.
        until_at: When they appear.
    """

    agency_id: str
    service: str | None
    purpose: str | None
    from_at: datetime
    until_at: datetime

    def hides(self, agency_id: str, service: str, purpose: str, at: datetime, now: datetime) -> bool:
        """Say whether an entry is still hidden (pure)."""
        return (
            now < self.until_at
            and self.from_at <= at < self.until_at
            and self.agency_id == agency_id
            and self.service in {None, service}
            and self.purpose in {None, purpose}
        )


def is_hidden(
    hidings: Iterable[Hiding], agency_id: str, service: str, purpose: str, at: datetime, now: datetime
) -> bool:
    """Say whether any delay hides an entry (pure)."""
    return any(hiding.hides(agency_id, service, purpose, at, now) for hiding in hidings)


@dataclass(frozen=True, slots=True)
class DelayProposal:
    """What an officer proposes.

    Attributes:
        agency_id: Whose entries.
        service: For one service, or None.
        purpose: For one purpose, or None.
        from_at: Entries from then on.
        until_at: When they appear.
        basis: The law.
    """

    agency_id: str
    service: str | None
    purpose: str | None
    from_at: datetime
    until_at: datetime
    basis: Words


class Delays:
    """The delays in the database."""

    def __init__(self, store: Store, acting: Acting) -> None:
        self._store = store
        self._acting = acting

    def propose(self, wanted: DelayProposal, officer: str) -> str:
        """Keep a proposal; returns its reference. It hides nothing until somebody else approves it.

        Raises:
            DelayError: No basis, no end, or one too far away.
        """
        now, reference = self._acting.now(), self._acting.new_reference()
        if not wanted.basis.th.strip() or not wanted.basis.en.strip():
            raise DelayError("basis")
        if wanted.until_at <= now:
            raise DelayError("past")
        if wanted.until_at - now > LONGEST:
            raise DelayError("too_long")
        row = HistoryDelay(
            reference=reference,
            agency_id=wanted.agency_id,
            service=wanted.service,
            purpose=wanted.purpose,
            from_at=wanted.from_at.replace(microsecond=0),  # decisions are dated in whole seconds
            until_at=wanted.until_at,
            basis_th=wanted.basis.th,
            basis_en=wanted.basis.en,
            proposed_by=officer,
        )
        self._record(ActKind.DELAY_PROPOSED, row, officer, now, lambda session: session.add(row))
        return reference

    def approve(self, reference: str, officer: str) -> None:
        """Let a proposal take effect.

        Raises:
            DelayError: Unknown, done already, or proposed by the same officer.
        """
        row = self._get(reference)
        if row.withdrawn_at is not None:
            raise DelayError("withdrawn")
        if row.approved_by is not None:
            raise DelayError("approved")
        if row.proposed_by == officer:
            raise DelayError("same_person")
        untouched = (HistoryDelay.approved_by.is_(None), HistoryDelay.withdrawn_at.is_(None))
        change = update(HistoryDelay).where(HistoryDelay.reference == reference, *untouched).values(approved_by=officer)

        def also(session: Session) -> None:
            if not session.execute(change.returning(HistoryDelay.reference)).all():
                raise DelayError("approved")

        self._record(ActKind.DELAY_APPROVED, row, officer, self._acting.now(), also)

    def withdraw(self, reference: str, officer: str) -> None:
        """Take a delay back: what it hid appears at once.

        Raises:
            DelayError: Unknown, or withdrawn already.
        """
        row, now = self._get(reference), self._acting.now()
        if row.withdrawn_at is not None:
            raise DelayError("withdrawn")
        change = update(HistoryDelay).where(HistoryDelay.reference == reference).values(withdrawn_at=now)

        def also(session: Session) -> None:
            session.execute(change)

        self._record(ActKind.DELAY_WITHDRAWN, row, officer, now, also)

    def all(self) -> list[HistoryDelay]:
        """Return every delay, those that end last first."""
        with self._store.reading() as session:
            return list(session.scalars(select(HistoryDelay).order_by(HistoryDelay.until_at.desc())))

    def in_force(self, now: datetime) -> tuple[Hiding, ...]:
        """Return what is hidden now."""
        wanted = select(HistoryDelay).where(
            HistoryDelay.approved_by.is_not(None), HistoryDelay.withdrawn_at.is_(None), HistoryDelay.until_at > now
        )
        with self._store.reading() as session:
            rows = session.scalars(wanted).all()
        return tuple(Hiding(row.agency_id, row.service, row.purpose, row.from_at, row.until_at) for row in rows)

    def _get(self, reference: str) -> HistoryDelay:
        with self._store.reading() as session:
            row = session.get(HistoryDelay, reference)
        if row is None:
            raise DelayError("unknown")
        return row

    def _record(
        self, kind: ActKind, row: HistoryDelay, officer: str, at: datetime, change: Callable[[Session], None]
    ) -> None:
        said: dict[str, object] = {
            "delay": row.reference,
            "agency_id": row.agency_id,
            "service": row.service,
            "purpose": row.purpose,
            "from_at": row.from_at.isoformat(),
            "until_at": row.until_at.isoformat(),
            "basis": {"th": row.basis_th, "en": row.basis_en},
            "officer": officer,
        }
        self._acting.record(kind, at, said, change)
