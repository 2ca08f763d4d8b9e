"""Who leads: one process of many, by a row in the database. When it dies, its time runs out and another takes over."""

from datetime import datetime, timedelta

from sqlalchemy import insert, or_, update
from sqlalchemy.exc import IntegrityError

from backend.evidence.models import EvidenceLease
from backend.store import Store


class Lease:
    """One process's claim to a duty.

    Args:
        store: The centre's.
        duty: Which.
        holder: A name no other process has.
        term: How long a claim lasts. The holder must be done, or claim again, before.
    """

    def __init__(self, store: Store, duty: str, holder: str, term: timedelta) -> None:
        self._store = store
        self._duty = duty
        self._holder = holder
        self._term = term

    def claim(self, now: datetime) -> bool:
        """Take or extend the lease; returns whether it is ours."""
        free = or_(EvidenceLease.holder == self._holder, EvidenceLease.until_at <= now)
        mine = update(EvidenceLease).where(EvidenceLease.duty == self._duty, free)
        try:
            with self._store.transaction() as session:
                taken = session.execute(mine.values(holder=self._holder, until_at=now + self._term))
                if taken.rowcount:  # type: ignore[attr-defined]  # an UPDATE's result is a CursorResult
                    return True
                if session.get(EvidenceLease, self._duty) is not None:
                    return False
                values = {"duty": self._duty, "holder": self._holder, "until_at": now + self._term}
                session.execute(insert(EvidenceLease).values(values))
        except IntegrityError:  # another process made the row in this very moment
            return False
        return True
