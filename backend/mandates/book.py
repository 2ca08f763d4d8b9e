"""The mandates in the database: put there at first, looked up for every question."""

import time
from collections.abc import Iterable

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from backend.linkage.facts import Fact
from backend.mandates.check import Mandate
from backend.mandates.models import MandateRow
from backend.store import Store
from contracts.message import Words

_COLUMNS = MandateRow.__table__.c
_OF_AGENCY = select(*_COLUMNS).where(_COLUMNS.agency_id == bindparam("agency_id"))


class MandateBook:
    """Reads mandates.

    Args:
        store: Where they are.
        kept_s: How long an agency's mandates are remembered, in seconds: a withdrawn mandate stops after that long.
    """

    def __init__(self, store: Store, kept_s: float = 1.0) -> None:
        self._store = store
        self._kept_s = kept_s
        self._kept: dict[str, tuple[float, tuple[Mandate, ...]]] = {}

    def of_agency(self, agency_id: str) -> tuple[Mandate, ...]:
        """Return every mandate of one agency, whether in force or not."""
        now_s = time.monotonic()
        kept = self._kept.get(agency_id)
        if kept is not None and now_s - kept[0] < self._kept_s:
            return kept[1]
        mandates = self._read(agency_id)
        self._kept[agency_id] = (now_s, mandates)  # one entry per agency with devices: a few hundred at most
        return mandates

    def _read(self, agency_id: str) -> tuple[Mandate, ...]:
        with self._store.reading() as session:
            rows = session.execute(_OF_AGENCY, {"agency_id": agency_id}).all()
        return tuple(
            Mandate(
                row.agency_id,
                row.service_id,
                row.purpose,
                frozenset(Fact(name) for name in row.facts),
                Words(th=row.legal_basis_th, en=row.legal_basis_en),
                row.valid_from,
                row.valid_until,
                id=row.id,
            )
            for row in rows
        )


def seed_mandates(session: Session, mandates: Iterable[Mandate]) -> int:
    """Put mandates into an empty table, within the caller's transaction.

    Returns:
        How many were put in; 0 when the table already held any, which then stays as it is.
    """
    if session.scalar(select(func.count()).select_from(MandateRow)):
        return 0
    rows = [
        MandateRow(
            agency_id=m.agency_id,
            service_id=m.service_id,
            purpose=m.purpose,
            facts=sorted(m.facts),
            legal_basis_th=m.legal_basis.th,
            legal_basis_en=m.legal_basis.en,
            valid_from=m.valid_from,
            valid_until=m.valid_until,
        )
        for m in mandates
    ]
    session.add_all(rows)
    return len(rows)
