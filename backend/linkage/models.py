"""The reference directory's tables. They hold keyed hashes: nothing that identifies anybody."""

from datetime import datetime

from sqlalchemy import BigInteger, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from backend.store import Base, UtcDateTime


class ReferenceList(Base):
    """An agency's complete list of the persons it knows.

    Attributes:
        generation: Which rows of :class:`Reference` are in use.
        valid_until: After this the list is not relied on any more.
    """

    __tablename__ = "linkage_reference_lists"

    agency_id: Mapped[str] = mapped_column(String(41), primary_key=True)
    generation: Mapped[int]
    persons: Mapped[int] = mapped_column(BigInteger)
    loaded_at: Mapped[datetime] = mapped_column(UtcDateTime())
    valid_until: Mapped[datetime] = mapped_column(UtcDateTime())


class Reference(Base):
    """One person known at one agency."""

    __tablename__ = "linkage_references"

    agency_id: Mapped[str] = mapped_column(String(41), primary_key=True)
    generation: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    person: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)


class SubjectLink(Base):
    """A pupil's G code that became a citizen number, as pseudonyms under one key.

    Attributes:
        former: Of the G code; it has become one number and no other.
        pseudonym: Of the number.
        linked_by: The officer.
    """

    __tablename__ = "linkage_subject_links"

    former: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    pseudonym: Mapped[bytes] = mapped_column(LargeBinary(32), index=True)
    linked_at: Mapped[datetime] = mapped_column(UtcDateTime())
    linked_by: Mapped[str] = mapped_column(String(254))
