"""Batches and their lines. What names a person or says an answer is sealed, and deleted in time."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from backend.store import Base, UtcDateTime


class BulkJobRow(Base):
    """One batch.

    Attributes:
        id: UUID, from the client's idempotency key where it gave one.
        client_id: Whose it is.
        agency_id: For whom it asks.
        officer: Who asked.
        services: Asked for.
        purpose: Why.
        state: ``contracts.agency.BulkState``.
        total: Lines.
        finished: Lines with a result.
        refused: Of these, without an answer.
        body_hash: Keyed hash of the request's body.
        created_at: When it was taken.
        expires_at: When it is deleted.
        served_at: When its turn last came: the one that has waited longest is next.
        lease_until: Until when its worker has it; past or None: anybody may take it.
        lease: Which worker has it.
    """

    __tablename__ = "bulk_jobs"
    __table_args__ = (Index("ix_bulk_jobs_state_served_at", "state", "served_at"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    client_id: Mapped[str] = mapped_column(String(20), index=True)
    agency_id: Mapped[str] = mapped_column(String(41))
    officer: Mapped[str] = mapped_column(String(64))
    services: Mapped[list[str]] = mapped_column(JSON)
    purpose: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(12))
    total: Mapped[int]
    finished: Mapped[int]
    refused: Mapped[int]
    body_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    served_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lease: Mapped[str] = mapped_column(String(32))


class BulkItemRow(Base):
    """One line.

    Attributes:
        job_id: Of which batch.
        position: From 1.
        subject: Sealed, ``AgencySubject`` and the agency's reference; None once there is a result.
        result: Sealed, ``BulkResult``; None until then.
    """

    __tablename__ = "bulk_items"

    job_id: Mapped[str] = mapped_column(ForeignKey("bulk_jobs.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    subject: Mapped[bytes | None] = mapped_column(LargeBinary)
    result: Mapped[bytes | None] = mapped_column(LargeBinary)
