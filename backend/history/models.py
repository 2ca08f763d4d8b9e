"""Where a person's and an agency's leaves are, which entries are delayed, what is disputed. No row names a citizen."""

from datetime import datetime
from typing import Final

from sqlalchemy import BigInteger, CheckConstraint, Index, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from backend.store import Base, UtcDateTime

AGENCY_MOST: Final = 41
_Big = BigInteger().with_variant(Integer, "sqlite")


class HistoryPlace(Base):
    """Whom one leaf is about and who asked. All of it follows from the log.

    Attributes:
        index: The leaf's.
        subject: The leaf's pseudonym; None when it is about nobody.
        agency_id: Who asked.
    """

    __tablename__ = "history_place"
    __table_args__ = (
        Index("ix_history_place_subject", "subject", "leaf_index"),
        Index("ix_history_place_agency", "agency_id", "leaf_index"),
    )

    index: Mapped[int] = mapped_column("leaf_index", _Big, primary_key=True, autoincrement=False)
    subject: Mapped[bytes | None] = mapped_column(LargeBinary)
    agency_id: Mapped[str | None] = mapped_column(String(AGENCY_MOST))


class HistoryCursor(Base):
    """How many leaves have been looked at."""

    __tablename__ = "history_cursor"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    size: Mapped[int] = mapped_column(_Big)


class HistoryDelay(Base):
    """A rule by which entries appear later than they happened.

    Attributes:
        reference: Names it.
        agency_id: Whose entries.
        service: For one service, or None for all.
        purpose: For one purpose, or None for all.
        from_at: Entries from then on.
        until_at: When they appear.
        basis_th: The law, in Thai.
        basis_en: The same in English.
        proposed_by: An officer's number.
        approved_by: Another's; None before.
        withdrawn_at: When it was taken back, or None.
    """

    __tablename__ = "history_delay"

    reference: Mapped[str] = mapped_column(String(12), primary_key=True)
    agency_id: Mapped[str] = mapped_column(String(41))
    service: Mapped[str | None] = mapped_column(String(41))
    purpose: Mapped[str | None] = mapped_column(String(40))
    from_at: Mapped[datetime] = mapped_column(UtcDateTime)
    until_at: Mapped[datetime] = mapped_column(UtcDateTime)
    basis_th: Mapped[str] = mapped_column(String(1000))
    basis_en: Mapped[str] = mapped_column(String(1000))
    proposed_by: Mapped[str] = mapped_column(String(40))
    approved_by: Mapped[str | None] = mapped_column(String(40))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Dispute(Base):
    """An entry that its citizen disputes.

    Attributes:
        reference: Names it.
        index: The entry's leaf.
        agency_id: Whose steward answers.
        service: The entry's, for the steward.
        reason: The citizen's.
        state: See ``dispute_states``.
        opened_at: When.
        due_at: When the next step must have been taken; None when closed.
        changed_at: When the last one was.
        steward: Who took it or answered, by his number or account; None before.
        answer: The last one.
    """

    __tablename__ = "history_dispute"
    __table_args__ = (Index("ix_history_dispute_agency", "agency_id", "state"),)

    reference: Mapped[str] = mapped_column(String(12), primary_key=True)
    index: Mapped[int] = mapped_column("leaf_index", _Big, unique=True)
    agency_id: Mapped[str] = mapped_column(String(41))
    service: Mapped[str] = mapped_column(String(41))
    reason: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    steward: Mapped[str | None] = mapped_column(String(254))
    answer: Mapped[str] = mapped_column(String(2000))
