"""Which lines are next, and what came of them: the workers' side of the tables."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import and_, bindparam, delete, or_, select, update

from backend.bulk.models import BulkItemRow, BulkJobRow
from backend.bulk.sealing import Sealer
from backend.store import Store
from contracts.agency import BulkItem, BulkResult, BulkState

LEASE: Final = timedelta(seconds=30)
"""How long a batch stays with a worker that says nothing more: as long as a few lines may take at worst."""
RESULTS_KEPT: Final = timedelta(hours=24)
_OPEN: Final = (BulkState.WAITING.value, BulkState.RUNNING.value)
_IS_FREE: Final = and_(
    BulkJobRow.state.in_(_OPEN),
    or_(BulkJobRow.lease_until.is_(None), BulkJobRow.lease_until < bindparam("now")),
)
# Made once: every process looks twice a second.
_WAITING: Final = select(BulkJobRow.id).where(_IS_FREE).limit(1)
_NEXT: Final = (
    select(BulkJobRow).where(_IS_FREE).order_by(BulkJobRow.served_at).limit(1).with_for_update(skip_locked=True)
)


@dataclass(frozen=True, slots=True)
class Claim:
    """Some lines of a batch, a worker's for the time of its lease.

    Attributes:
        job_id: Of which batch.
        client_id: Whose it is.
        agency_id: For whom it asks.
        officer: Who asked.
        services: Asked for.
        lease: Names the worker's hold.
        lines: Positions and lines, in order.
    """

    job_id: str
    client_id: str
    agency_id: str
    officer: str
    services: tuple[str, ...]
    lease: str
    lines: tuple[tuple[int, BulkItem], ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class BulkQueue:
    """Opens and commits the workers' transactions.

    Attributes:
        store: The database.
        sealer: Seals lines.
        now: The clock, aware UTC.
    """

    store: Store
    sealer: Sealer
    now: Callable[[], datetime]

    def claim(self, lease: str, most: int) -> Claim | None:
        """Take the next lines of the batch whose turn it is; None when nothing waits."""
        now = self.now()
        if not self._something_waits(now):  # the common case, and it takes no write lock
            return None
        with self.store.transaction() as session:
            job = session.scalar(_NEXT, {"now": now})
            if job is None:
                return None
            job.state, job.served_at = BulkState.RUNNING.value, now
            job.lease, job.lease_until = lease, now + LEASE
            rows = session.execute(
                select(BulkItemRow.position, BulkItemRow.subject)
                .where(BulkItemRow.job_id == job.id, BulkItemRow.result.is_(None))
                .order_by(BulkItemRow.position)
                .limit(most)
            ).all()
            head = (job.id, job.client_id, job.agency_id, job.officer, tuple(job.services), lease)
        lines = tuple((position, self._open(head[0], position, sealed)) for position, sealed in rows if sealed)
        return Claim(*head, lines)

    def record(self, claim: Claim, results: Sequence[tuple[int, BulkResult]], pause: timedelta | None = None) -> bool:
        """Keep results and give the batch back; False when it was cancelled or taken meanwhile, and nothing is kept.

        Args:
            claim: The lines.
            results: Of some or all of them.
            pause: How long to leave the batch alone, for lines that could not be decided now.
        """
        now = self.now()
        with self.store.transaction() as session:
            job = session.get(BulkJobRow, claim.job_id, with_for_update=True)
            if job is None or job.lease != claim.lease or job.state != BulkState.RUNNING.value:
                return False
            for position, result in results:
                sealed = self.sealer.seal(result.model_dump_json().encode(), f"{claim.job_id}/{position}")
                session.execute(
                    update(BulkItemRow)
                    .where(BulkItemRow.job_id == claim.job_id, BulkItemRow.position == position)
                    .values(subject=None, result=sealed)
                )
            job.finished += len(results)
            job.refused += sum(result.refusal is not None for _, result in results)
            job.lease_until = None if pause is None else now + pause
            if job.finished >= job.total:
                job.state, job.expires_at = BulkState.DONE.value, now + RESULTS_KEPT
            return True

    def give_up(self, claim: Claim) -> None:
        """End a batch whose client may ask no more."""
        with self.store.transaction() as session:
            job = session.get(BulkJobRow, claim.job_id)
            if job is not None and job.state in _OPEN:
                job.state, job.lease_until = BulkState.CANCELLED.value, None
                session.execute(update(BulkItemRow).where(BulkItemRow.job_id == claim.job_id).values(subject=None))

    def purge(self) -> None:
        """Delete batches whose time is over."""
        with self.store.transaction() as session:
            over = select(BulkJobRow.id).where(BulkJobRow.expires_at < self.now())
            session.execute(delete(BulkItemRow).where(BulkItemRow.job_id.in_(over)))
            session.execute(delete(BulkJobRow).where(BulkJobRow.expires_at < self.now()))

    def _something_waits(self, now: datetime) -> bool:
        with self.store.glancing() as connection:
            return connection.execute(_WAITING, {"now": now}).first() is not None

    def _open(self, job_id: str, position: int, sealed: bytes) -> BulkItem:
        return BulkItem.model_validate_json(self.sealer.open(sealed, f"{job_id}/{position}"))
