"""The answers of the last day in the database."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import bindparam, delete, insert, select

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
PUT_ANSWER: Final = insert(AnsweredQuestion.__table__)  # type: ignore[arg-type]  # declared as a clause, in truth always a table
"""Stores an answer within the log's own transaction: a question that has one already is an ``IntegrityError``."""


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """An answer given before, without its slip token."""

    body_hash: str
    answer: Answer


class AnswerShelf:
    """Finds and purges answers. They are put there within the log's own transaction, by :data:`PUT_ANSWER`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._find = store.single(_FIND)

    def find_answer(self, key: Key) -> StoredAnswer | None:
        """Return the stored answer to a question, or None."""
        row = self._find.one({"device": key[0], "question": key[1]})
        return None if row is None else StoredAnswer(row[0], Answer.model_validate_json(row[1]))

    def purge(self, now: datetime) -> None:
        """Forget answers older than ``KEPT_FOR``."""
        with self._store.transaction() as session:
            session.execute(delete(AnsweredQuestion).where(AnsweredQuestion.answered_at < now - KEPT_FOR))


def answer_row(key: Key, body_hash: str, answer: Answer) -> Mapping[str, Any]:
    """Return what :data:`PUT_ANSWER` takes. The answer's slip token must be empty."""
    return {
        "device_id": key[0],
        "question_id": key[1],
        "body_hash": body_hash,
        "answered_at": answer.decided_at,
        "answer": answer.model_dump_json(),
    }
