"""The mandates in the database: put there at first, looked up for every question, their use counted."""

import time
from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from backend.linkage.facts import Fact
from backend.mandates.check import AgencyMandates, Mandate
from backend.mandates.models import MandateEvent, MandateRow
from backend.mandates.rows import INSTALLATION, make_row, read_row
from backend.mandates.uses import UseCounter
from backend.store import Store

_COLUMNS = MandateRow.__table__.c
_OF_AGENCY = select(*_COLUMNS).where(_COLUMNS.agency_id == bindparam("agency_id")).order_by(_COLUMNS.id)


class MandateBook:
    """Reads mandates and counts their use.

    Args:
        store: Where they are.
        kept_s: How long an agency's mandates are remembered, in seconds: a withdrawn mandate stops after that long.
        restricted: Facts whose mandates need the approval of two people.
    """

    def __init__(self, store: Store, kept_s: float = 1.0, restricted: frozenset[Fact] = frozenset()) -> None:
        self._store = store
        self._kept_s = kept_s
        self._restricted = restricted
        self._kept: dict[str, tuple[float, AgencyMandates]] = {}
        self._uses = UseCounter(store)

    def of_agency(self, agency_id: str) -> AgencyMandates:
        """Return every mandate of one agency, whether in force or not."""
        now_s = time.monotonic()
        kept = self._kept.get(agency_id)
        if kept is not None and now_s - kept[0] < self._kept_s:
            return kept[1]
        mandates = self._read(agency_id)
        if kept is not None and kept[1].mandates == mandates:
            compiled = kept[1]  # what it has worked out stays true
        else:
            compiled = AgencyMandates(mandates, self._restricted)
        self._kept[agency_id] = (now_s, compiled)  # one entry per agency with devices: a few hundred at most
        return compiled

    def spend(self, mandates: Iterable[Mandate], now: datetime, on: date) -> frozenset[int]:
        """Count one use of each mandate on day ``on``; returns the ids of those whose quota had none left."""
        return self._uses.spend(mandates, now, on)

    def give_back(self, mandates: Iterable[Mandate], on: date) -> None:
        """Undo :meth:`spend` for mandates under which nothing was asked after all."""
        self._uses.give_back(mandates, on)

    def close(self) -> None:
        """Write down what is still counted in memory alone."""
        self._uses.close()

    def _read(self, agency_id: str) -> tuple[Mandate, ...]:
        with self._store.reading() as session:
            rows = session.execute(_OF_AGENCY, {"agency_id": agency_id}).all()
        return tuple(read_row(row) for row in rows)


def seed_mandates(session: Session, mandates: Iterable[Mandate], at: datetime | None = None) -> int:
    """Put mandates into an empty table, within the caller's transaction.

    Args:
        session: Within which.
        mandates: Which.
        at: When; noted as the moment since when they can be used. Without it that is their term's first day.

    Returns:
        How many were put in; 0 when the table already held any, which then stays as it is.
    """
    if session.scalar(select(func.count()).select_from(MandateRow)):
        return 0
    rows = [make_row(m, INSTALLATION, (INSTALLATION,) * m.approvals) for m in mandates]
    session.add_all(rows)
    if at is not None:
        session.flush()
        session.add_all(
            MandateEvent(mandate_id=row.id, at=at, who=INSTALLATION, what="approved", note="from the file of mandates")
            for row in rows
        )
    return len(rows)
