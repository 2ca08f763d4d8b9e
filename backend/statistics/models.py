"""Decisions counted. No row is about a person, a device or an agency; all of it follows from the log."""

from typing import Final

from sqlalchemy import BigInteger, CheckConstraint, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from backend.store import Base

CURSOR_ID: Final = 1
_Big = BigInteger().with_variant(Integer, "sqlite")


class StatisticsCount(Base):
    """Decisions of one kind on one day.

    Attributes:
        day: ``YYYY-MM-DD`` in Thailand.
        service: What was asked for.
        outcome: What was decided.
        province: Where the device stands, two digits; empty when that is not known.
        count: How many.
    """

    __tablename__ = "statistics_count"

    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    service: Mapped[str] = mapped_column(String(41), primary_key=True)
    outcome: Mapped[str] = mapped_column(String(20), primary_key=True)
    province: Mapped[str] = mapped_column(String(2), primary_key=True)
    count: Mapped[int] = mapped_column(_Big)


class StatisticsCursor(Base):
    """How many leaves have been counted."""

    __tablename__ = "statistics_cursor"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    size: Mapped[int] = mapped_column(_Big)
