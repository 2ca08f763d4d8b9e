"""The table of rule versions that officers wrote; those that come with the project are files."""

from datetime import date, datetime

from sqlalchemy import JSON, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.store import Base, UtcDateTime


class RuleVersionRow(Base):
    """One version: its file and words as written, how far it has come, and what its checks and replay found."""

    __tablename__ = "rule_versions"
    __table_args__ = (UniqueConstraint("service_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[str] = mapped_column(String(41))
    version: Mapped[str] = mapped_column(String(40))
    effective_from: Mapped[date]
    state: Mapped[str] = mapped_column(String(12))
    author: Mapped[str] = mapped_column(String(254))
    writers: Mapped[list[str] | None] = mapped_column(JSON)
    """Everybody who wrote on it, the author among them; None in those made before this was noted: then he alone."""
    approver: Mapped[str | None] = mapped_column(String(254))
    dmn: Mapped[str] = mapped_column(Text)
    words: Mapped[str] = mapped_column(Text)
    findings: Mapped[dict[str, object]] = mapped_column(JSON)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
