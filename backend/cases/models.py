"""Past cases: what a decision was made on, for rules to be tried on. Nobody's number, and every fact sealed."""

from datetime import date, datetime

from sqlalchemy import LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.store import Base, UtcDateTime


class PastCaseRow(Base):
    """The newest case of one person under one service at one agency.

    Attributes:
        reference: Random; what officers call the case. It leads nowhere else: not to the slip, not to the log.
        service_id: Of which service.
        agency_id: Whose mandate lets it be kept.
        pseudonym: Keyed, and another for each service and agency, so that cases cannot be laid side by side.
        decided_on: The day of the decision.
        expires_at: When it is deleted.
        sealed: The facts, encrypted.
    """

    __tablename__ = "past_cases"
    __table_args__ = (UniqueConstraint("service_id", "agency_id", "pseudonym"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(16), unique=True)
    service_id: Mapped[str] = mapped_column(String(41))
    agency_id: Mapped[str] = mapped_column(String(41))
    pseudonym: Mapped[str] = mapped_column(String(64))
    decided_on: Mapped[date]
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
