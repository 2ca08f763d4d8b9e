"""Disputes: opened by a citizen, answered by the agency's steward. Each step is a leaf, stored with its row."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from backend.evidence.acts import ActKind
from backend.history.acting import Acting
from backend.history.dispute_states import (
    ACTORS,
    LAPSING,
    Actor,
    DisputeStep,
    Standing,
    may,
    opened,
    take_step,
)
from backend.history.errors import DisputeError
from backend.history.models import Dispute
from backend.store import Store
from contracts.history import DisputeReason, DisputeState, DisputeStatus

_LONGEST_ANSWER: Final = 2000


@dataclass(frozen=True, slots=True)
class DisputedEntry:
    """What is disputed.

    Attributes:
        index: The entry's leaf.
        agency_id: Who asked.
        service: For which service.
    """

    index: int
    agency_id: str
    service: str


def standing_of(row: Dispute) -> Standing:
    """Return where a dispute stands (pure)."""
    return Standing(DisputeState(row.state), row.due_at)


def status_of(row: Dispute) -> DisputeStatus:
    """Return what the citizen sees of it (pure)."""
    return DisputeStatus(
        reference=row.reference,
        state=DisputeState(row.state),
        reason=DisputeReason(row.reason),
        due_at=row.due_at,
        answer=row.answer,
        may_object=may(standing_of(row), DisputeStep.OBJECT),
    )


class Disputes:
    """The disputes in the database."""

    def __init__(self, store: Store, acting: Acting) -> None:
        self._store = store
        self._acting = acting

    def open(self, entry: DisputedEntry, reason: DisputeReason) -> Dispute:
        """Open a dispute. One that is there stays as it is.

        Raises:
            LogUnavailableError: The log could not be written.
        """
        known = self.find(entry.index)
        if known is not None:
            return known
        now = self._acting.now()
        begun = opened(now)
        row = Dispute(
            reference=self._acting.new_reference(),
            index=entry.index,
            agency_id=entry.agency_id,
            service=entry.service,
            reason=reason.value,
            state=begun.state.value,
            opened_at=now,
            due_at=begun.due_at,
            changed_at=now,
            answer="",
        )

        def add(session: Session) -> None:
            session.add(row)
            session.flush()

        try:
            self._record(row, DisputeState.OPEN, Actor.CITIZEN, None, now, add)
        except IntegrityError:  # opened twice at once
            known = self.find(entry.index)
            if known is None:
                raise
            return known
        return row

    def take(self, reference: str, step: DisputeStep, who: str | None = None, answer: str = "") -> Dispute:
        """Take a step.

        Args:
            reference: Of the dispute.
            step: What is done.
            who: The steward; None for a citizen and the clock.
            answer: The agency's, for ``ANSWER``.

        Raises:
            DisputeError: Unknown, not in a state for this, or an answer that is none.
            LogUnavailableError: The log could not be written.
        """
        row, now, answer = self.get(reference), self._acting.now(), answer.strip()
        if step is DisputeStep.ANSWER and not 1 <= len(answer) <= _LONGEST_ANSWER:
            raise DisputeError("answer")
        after = take_step(standing_of(row), step, now)
        if after is None:
            raise DisputeError("state")
        values: dict[str, object] = {"state": after.state.value, "due_at": after.due_at, "changed_at": now}
        if ACTORS[step] is Actor.STEWARD:
            values["steward"] = who
        if step is DisputeStep.ANSWER:
            values["answer"] = answer
        unchanged = Dispute.reference == reference, Dispute.state == row.state
        change = update(Dispute).where(*unchanged).values(**values).returning(Dispute.reference)

        def also(session: Session) -> None:
            if not session.execute(change).all():
                raise DisputeError("state")  # somebody else was quicker

        self._record(row, after.state, ACTORS[step], who, now, also)
        return self.get(reference)

    def close_lapsed(self) -> int:
        """Close what the citizen has let rest; returns how many."""
        ended = Dispute.state.in_(LAPSING), Dispute.due_at < self._acting.now()
        with self._store.reading() as session:
            lapsed = session.scalars(select(Dispute.reference).where(*ended)).all()
        return sum(self._closes(reference) for reference in lapsed)

    def find(self, index: int) -> Dispute | None:
        """Return the dispute of an entry, or None."""
        return self.find_many([index]).get(index)

    def find_many(self, indexes: Sequence[int]) -> dict[int, Dispute]:
        """Return the disputes of entries, by leaf index."""
        with self._store.reading() as session:
            rows = session.scalars(select(Dispute).where(Dispute.index.in_(indexes))).all()
        return {row.index: row for row in rows}

    def get(self, reference: str) -> Dispute:
        """Return a dispute.

        Raises:
            DisputeError: There is none.
        """
        with self._store.reading() as session:
            row = session.get(Dispute, reference)
        if row is None:
            raise DisputeError("unknown")
        return row

    def _closes(self, reference: str) -> bool:
        try:
            self.take(reference, DisputeStep.LAPSE)
        except DisputeError:  # another process closed it first, or the citizen did
            return False
        return True

    def _record(
        self,
        row: Dispute,
        state: DisputeState,
        actor: Actor,
        who: str | None,
        at: datetime,
        change: Callable[[Session], None],
    ) -> None:
        said: dict[str, object] = {
            "dispute": row.reference,
            "entry": row.index,
            "about_agency": row.agency_id,
            "reason": row.reason,
            "state": state.value,
            "by": actor.value,
            "officer": who,
        }
        self._acting.record(ActKind.DISPUTE, at, said, change)
