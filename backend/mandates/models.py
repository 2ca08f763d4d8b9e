"""The tables of mandates, of their use and of what was done to them."""

from datetime import date, datetime

from sqlalchemy import JSON, BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from backend.store import Base, UtcDateTime


class MandateRow(Base):
    """One mandate as stored. What it permits never changes: another is proposed and the old one revoked."""

    __tablename__ = "mandates"

    id: Mapped[int] = mapped_column(primary_key=True)
    agency_id: Mapped[str] = mapped_column(String(41), index=True)
    service_id: Mapped[str] = mapped_column(String(41))
    purpose: Mapped[str] = mapped_column(String(40))
    facts: Mapped[list[str]] = mapped_column(JSON)
    legal_basis_th: Mapped[str] = mapped_column(String(2000))
    legal_basis_en: Mapped[str] = mapped_column(String(2000))
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    quota_limit: Mapped[int | None]
    quota_period: Mapped[str | None] = mapped_column(String(8))
    assurance: Mapped[list[str]] = mapped_column(JSON)
    subjects: Mapped[list[str]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(12), server_default="granted")
    proposed_by: Mapped[str] = mapped_column(String(254), server_default="installation")
    approved_by: Mapped[list[str]] = mapped_column(JSON)


class MandateEvent(Base):
    """Who did what to a mandate, and when. Rows are only ever added."""

    __tablename__ = "mandate_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    mandate_id: Mapped[int] = mapped_column(ForeignKey("mandates.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime())
    who: Mapped[str] = mapped_column(String(254))
    what: Mapped[str] = mapped_column(String(20))
    note: Mapped[str] = mapped_column(String(2000))


class MandateUse(Base):
    """How often a mandate was used in one period, including uses that a worker has taken in advance."""

    __tablename__ = "mandate_uses"

    mandate_id: Mapped[int] = mapped_column(ForeignKey("mandates.id"), primary_key=True)
    period_start: Mapped[date] = mapped_column(primary_key=True)
    used: Mapped[int] = mapped_column(BigInteger, server_default="0")
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
