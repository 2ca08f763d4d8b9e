"""The table of mandates."""

from datetime import date

from sqlalchemy import JSON, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.store import Base


class MandateRow(Base):
    """One mandate as stored: agency × service × purpose × first day."""

    __tablename__ = "mandates"
    __table_args__ = (UniqueConstraint("agency_id", "service_id", "purpose", "valid_from"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    agency_id: Mapped[str] = mapped_column(String(41))
    service_id: Mapped[str] = mapped_column(String(41))
    purpose: Mapped[str] = mapped_column(String(40))
    facts: Mapped[list[str]] = mapped_column(JSON)
    legal_basis_th: Mapped[str] = mapped_column(String(2000))
    legal_basis_en: Mapped[str] = mapped_column(String(2000))
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
