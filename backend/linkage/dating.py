"""When an answer's facts are of, pure."""

from datetime import datetime, timedelta
from typing import Final

from backend.linkage.ports import DatedFacts, Facts, NotKnown
from contracts.decision import NotKnownCause

CLOCKS_MAY_DIFFER: Final = timedelta(minutes=5)
_FUTURE: Final = NotKnown(NotKnownCause.BAD_ANSWER, retryable=False, detail="as_of_future")


def date_answer(answer: Facts, now: datetime) -> DatedFacts | NotKnown:
    """Date an answer: by itself where its agency does so, though never later than now; else now."""
    if not isinstance(answer, DatedFacts):
        return DatedFacts(answer, now)
    if answer.as_of > now + CLOCKS_MAY_DIFFER:
        return _FUTURE
    return DatedFacts(answer, now) if answer.as_of > now else answer
