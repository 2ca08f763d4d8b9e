"""The life of a table's version: which steps follow which, and who may take them. Pure.

draft → checked → tried → replayed → approved; in force from its first day, superseded by the next version's. Nothing
skips a step, and nobody approves what he wrote on.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import Final

from backend.eligibility.errors import LifeError


class State(StrEnum):
    """How far a version has come; *in force* and *superseded* are told by the day, not stored."""

    DRAFT = "draft"
    CHECKED = "checked"
    TRIED = "tried"
    REPLAYED = "replayed"
    APPROVED = "approved"


class Step(StrEnum):
    """What is done to a version."""

    CHECK = "check"
    TRY = "try"
    REPLAY = "replay"
    APPROVE = "approve"
    CHANGE = "change"


_NEXT: Final[Mapping[tuple[State, Step], State]] = {
    (State.DRAFT, Step.CHECK): State.CHECKED,
    (State.CHECKED, Step.TRY): State.TRIED,
    (State.TRIED, Step.REPLAY): State.REPLAYED,
    (State.REPLAYED, Step.APPROVE): State.APPROVED,
    **{(state, Step.CHANGE): State.DRAFT for state in State if state is not State.APPROVED},
    # A step may be taken again: nothing is lost by looking twice.
    (State.CHECKED, Step.CHECK): State.CHECKED,
    (State.TRIED, Step.TRY): State.TRIED,
    (State.REPLAYED, Step.REPLAY): State.REPLAYED,
}


def next_state(state: State, step: Step) -> State:
    """Return the state after a step.

    Raises:
        LifeError: The step does not follow from the state (cause ``state``).
    """
    try:
        return _NEXT[state, step]
    except KeyError:
        raise LifeError(step.value, "state") from None


def require_approval(writers: Iterable[str], approver: str, effective_from: date, today: date) -> None:
    """Let an approval through only by somebody who wrote nothing of it, and only for a day to come.

    Raises:
        LifeError: ``same_person``, or ``too_early`` when people have been decided about on that day already.
    """
    if approver.casefold() in {writer.casefold() for writer in writers}:
        raise LifeError(Step.APPROVE.value, "same_person")
    if effective_from <= today:
        raise LifeError(Step.APPROVE.value, "too_early")
