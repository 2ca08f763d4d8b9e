"""Takes batches, tells how far they are, hands out results, gives batches up."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from backend.bulk.errors import JobConflictError, JobUnknownError, TooManyJobsError
from backend.bulk.models import BulkItemRow, BulkJobRow
from backend.bulk.sealing import Sealer
from backend.store import Store
from contracts.agency import BulkItem, BulkJob, BulkPage, BulkRequest, BulkResult, BulkState

KEPT_AT_MOST: Final = timedelta(days=7)
"""A batch that has not come to its end by then is deleted all the same."""
MOST_OPEN: Final = 20
LISTED: Final = 100
_OPEN: Final = (BulkState.WAITING.value, BulkState.RUNNING.value)


@dataclass(frozen=True, slots=True)
class BulkDesk:
    """Opens and commits the transactions that clients cause.

    Attributes:
        store: The database.
        sealer: Seals lines.
        now: The clock, aware UTC.
    """

    store: Store
    sealer: Sealer
    now: Callable[[], datetime]

    def submit(self, client_id: str, agency_id: str, job_id: str, asked: BulkRequest, body: bytes) -> BulkJob:
        """Take a batch: it is durable when this returns. The same identifier and body again give the same batch.

        Raises:
            JobConflictError: The identifier was used for another body.
            TooManyJobsError: The client has too many under way.
        """
        body_hash = self.sealer.body_hash(body)
        known = self._known(client_id, job_id, body_hash)
        if known is not None:
            return known
        try:
            with self.store.transaction() as session:
                return self._insert(session, client_id, agency_id, job_id, asked, body_hash)
        except IntegrityError as error:
            known = self._known(client_id, job_id, body_hash)
            if known is None:
                raise JobConflictError from error
            return known

    def find(self, client_id: str, job_id: str) -> BulkJob:
        """Return a batch.

        Raises:
            JobUnknownError: This client has none of this identifier.
        """
        with self.store.reading() as session:
            return _describe(_get(session, client_id, job_id))

    def list_newest(self, client_id: str) -> tuple[BulkJob, ...]:
        """Return a client's newest batches, newest first."""
        wanted = select(BulkJobRow).where(BulkJobRow.client_id == client_id)
        with self.store.reading() as session:
            rows = session.scalars(wanted.order_by(BulkJobRow.created_at.desc()).limit(LISTED))
            return tuple(_describe(row) for row in rows)

    def page(self, client_id: str, job_id: str, after: int, limit: int) -> BulkPage:
        """Return results behind the line ``after``, in the batch's order, as far as they are there without a gap.

        Raises:
            JobUnknownError: This client has none of this identifier.
        """
        with self.store.reading() as session:
            job = _get(session, client_id, job_id)
            wanted = select(BulkItemRow).where(BulkItemRow.job_id == job_id, BulkItemRow.position > after)
            rows = session.scalars(wanted.order_by(BulkItemRow.position).limit(limit)).all()
        found: list[BulkResult] = []
        last = after
        for row in rows:
            if row.result is None:
                break
            content = self.sealer.open(row.result, _place(job_id, row.position))
            found.append(BulkResult.model_validate_json(content))
            last = row.position
        at_end = last >= job.total or (job.state not in _OPEN and len(found) < limit)
        cursor = None if at_end else str(last)
        return BulkPage(state=BulkState(job.state), results=tuple(found), next_cursor=cursor)

    def cancel(self, client_id: str, job_id: str) -> BulkJob:
        """Give a batch up; results that are there stay. Harmless when it is at its end.

        Raises:
            JobUnknownError: This client has none of this identifier.
        """
        with self.store.transaction() as session:
            job = _get(session, client_id, job_id)
            if job.state in _OPEN:
                job.state, job.lease_until = BulkState.CANCELLED.value, None
                session.execute(update(BulkItemRow).where(BulkItemRow.job_id == job_id).values(subject=None))
            return _describe(job)

    def _known(self, client_id: str, job_id: str, body_hash: str) -> BulkJob | None:
        with self.store.reading() as session:
            row = session.get(BulkJobRow, job_id)
            if row is None:
                return None
            if row.client_id != client_id or row.body_hash != body_hash:
                raise JobConflictError
            return _describe(row)

    def _insert(
        self, session: Session, client_id: str, agency_id: str, job_id: str, asked: BulkRequest, body_hash: str
    ) -> BulkJob:
        theirs = (BulkJobRow.client_id == client_id, BulkJobRow.state.in_(_OPEN))
        if (session.scalar(select(func.count()).select_from(BulkJobRow).where(*theirs)) or 0) >= MOST_OPEN:
            raise TooManyJobsError(MOST_OPEN)
        now = self.now()
        job = BulkJobRow(
            id=job_id,
            client_id=client_id,
            agency_id=agency_id,
            officer=asked.officer,
            services=list(asked.services),
            purpose=asked.purpose,
            state=BulkState.WAITING.value,
            total=len(asked.items),
            finished=0,
            refused=0,
            body_hash=body_hash,
            created_at=now,
            expires_at=now + KEPT_AT_MOST,
            served_at=now,
            lease_until=None,
            lease="",
        )
        session.add(job)
        session.flush()
        session.execute(insert(BulkItemRow), [self._line(job_id, *numbered) for numbered in enumerate(asked.items, 1)])
        return _describe(job)

    def _line(self, job_id: str, position: int, item: BulkItem) -> dict[str, object]:
        sealed = self.sealer.seal(item.model_dump_json().encode(), _place(job_id, position))
        return {"job_id": job_id, "position": position, "subject": sealed, "result": None}


def _place(job_id: str, position: int) -> str:
    return f"{job_id}/{position}"


def _get(session: Session, client_id: str, job_id: str) -> BulkJobRow:
    row = session.get(BulkJobRow, job_id)
    if row is None or row.client_id != client_id:
        raise JobUnknownError
    return row


def _describe(row: BulkJobRow) -> BulkJob:
    return BulkJob(
        id=row.id,
        state=BulkState(row.state),
        services=tuple(row.services),
        officer=row.officer,
        total=row.total,
        finished=row.finished,
        refused=row.refused,
        created_at=row.created_at,
        expires_at=row.expires_at,
    )
