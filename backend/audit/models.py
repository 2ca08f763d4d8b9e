"""What an auditor searches the log by. All of it follows from the log, and no row names a citizen."""

from datetime import datetime
from typing import Final

from sqlalchemy import BigInteger, CheckConstraint, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from backend.store import Base, UtcDateTime

REFERENCE_MOST: Final = 40
AGENCY_MOST: Final = 41
DEVICE_MOST: Final = 64
_Big = BigInteger().with_variant(Integer, "sqlite")


class AuditPlace(Base):
    """One leaf, by what it may be looked for.

    Attributes:
        index: The leaf's.
        at: When what it records happened; the first of 1970 when the leaf does not say.
        reference: Printed on the paper that came of it, or an act's own.
        agency_id: Who asked.
        device_id: With which device.
    """

    __tablename__ = "audit_place"
    __table_args__ = (
        Index("ix_audit_place_at", "at", "leaf_index"),
        Index("ix_audit_place_reference", "reference"),
        Index("ix_audit_place_agency", "agency_id", "at", "leaf_index"),
        Index("ix_audit_place_device", "device_id", "at", "leaf_index"),
    )

    index: Mapped[int] = mapped_column("leaf_index", _Big, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    reference: Mapped[str | None] = mapped_column(String(REFERENCE_MOST))
    agency_id: Mapped[str | None] = mapped_column(String(AGENCY_MOST))
    device_id: Mapped[str | None] = mapped_column(String(DEVICE_MOST))


class AuditCursor(Base):
    """How many leaves have been looked at."""

    __tablename__ = "audit_cursor"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    size: Mapped[int] = mapped_column(_Big)
