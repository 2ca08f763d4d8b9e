"""Answers kept for a day, so that a question asked again is answered the same."""

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from backend.store import Base, UtcDateTime


class AnsweredQuestion(Base):
    """One answered question. Holds the decision and nothing that names the citizen.

    Attributes:
        device_id: Who asked; one device's identifiers say nothing about another's.
        question_id: The device's idempotency key.
        body_hash: Keyed hash of the request's body.
        answered_at: For purging.
        answer: The ``Answer`` as JSON without its slip token, which is signed again when wanted.
    """

    __tablename__ = "answered_questions"

    device_id: Mapped[str] = mapped_column(String(20), primary_key=True)
    question_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    body_hash: Mapped[str] = mapped_column(String(64))
    answered_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    answer: Mapped[str] = mapped_column(Text)
