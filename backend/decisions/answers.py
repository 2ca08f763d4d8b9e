"""The answers of the last day in the database."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from backend.decisions.errors import AnsweredAlreadyError
from backend.decisions.models import AnsweredQuestion
from backend.store import Store
from contracts.decision import Answer

KEPT_FOR: Final = timedelta(hours=24)
Key = tuple[str, str]
"""Device id and question id."""

_COLUMNS = AnsweredQuestion.__table__.c
_FIND = select(_COLUMNS.body_hash, _COLUMNS.answer).where(
    _COLUMNS.device_id == bindparam("device"), _COLUMNS.question_id == bindparam("question")
)
_PUT = insert(AnsweredQuestion.__table__)  # type: ignore[arg-type]  # declared as a clause, in truth always a table


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """An answer given before, without its slip token."""

    body_hash: str
    answer: Answer


class AnswerShelf:
    """Finds and purges answers. They are put there within the log's own transaction, by :func:`put_answer`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def find_answer(self, key: Key) -> StoredAnswer | None:
        """Return the stored answer to a question, or None."""
        with self._store.glancing() as connection:
            row = connection.execute(_FIND, {"device": key[0], "question": key[1]}).one_or_none()
        return None if row is None else StoredAnswer(row.body_hash, Answer.model_validate_json(row.answer))

    def purge(self, now: datetime) -> None:
        """Forget answers older than ``KEPT_FOR``."""
        with self._store.transaction() as session:
            session.execute(delete(AnsweredQuestion).where(AnsweredQuestion.answered_at < now - KEPT_FOR))


def put_answer(session: Session, key: Key, body_hash: str, answer: Answer) -> None:
    """Store an answer within the caller's transaction. Its slip token must be empty.

    Raises:
        AnsweredAlreadyError: The question has an answer; the caller's transaction must undo what belongs to this one.
    """
    row = {
        "device_id": key[0],
        "question_id": key[1],
        "body_hash": body_hash,
        "answered_at": answer.decided_at,
        "answer": answer.model_dump_json(),
    }
    try:
        session.connection().execute(_PUT, row)
    except IntegrityError as error:
        raise AnsweredAlreadyError from error
