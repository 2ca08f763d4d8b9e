"""The life of a dispute: state x step -> state, as a table; who may take each step, and by when. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from contracts.history import DisputeState


class Actor(StrEnum):
    """Who takes a step."""

    CITIZEN = "citizen"
    STEWARD = "steward"
    CLOCK = "clock"


class DisputeStep(StrEnum):
    """What can be done to a dispute once it is open."""

    TAKE = "take"
    ANSWER = "answer"
    OBJECT = "object"
    ACCEPT = "accept"
    LAPSE = "lapse"


ACTORS: Final[Mapping[DisputeStep, Actor]] = {
    DisputeStep.TAKE: Actor.STEWARD,
    DisputeStep.ANSWER: Actor.STEWARD,
    DisputeStep.OBJECT: Actor.CITIZEN,
    DisputeStep.ACCEPT: Actor.CITIZEN,
    DisputeStep.LAPSE: Actor.CLOCK,
}
_S, _T = DisputeState, DisputeStep
TABLE: Final[Mapping[tuple[DisputeState, DisputeStep], DisputeState]] = {
    (_S.OPEN, _T.TAKE): _S.UNDER_REVIEW,
    (_S.OPEN, _T.ANSWER): _S.ANSWERED,
    (_S.UNDER_REVIEW, _T.ANSWER): _S.ANSWERED,
    (_S.ANSWERED, _T.OBJECT): _S.OBJECTED,
    (_S.ANSWERED, _T.ACCEPT): _S.CLOSED,
    (_S.ANSWERED, _T.LAPSE): _S.CLOSED,
    (_S.OBJECTED, _T.ANSWER): _S.ANSWERED_AGAIN,
    (_S.ANSWERED_AGAIN, _T.ACCEPT): _S.CLOSED,
    (_S.ANSWERED_AGAIN, _T.LAPSE): _S.CLOSED,
}
"""Every step that there is. A citizen may object once; the second answer is the agency's last."""

WAITING_FOR_STEWARD: Final = frozenset({_S.OPEN, _S.UNDER_REVIEW, _S.OBJECTED})
LAPSING: Final = frozenset(state for state, step in TABLE if step is _T.LAPSE)
_ANSWER_WITHIN: Final = timedelta(days=30)
_ANSWER_AGAIN_WITHIN: Final = timedelta(days=15)
_LAPSES_AFTER: Final = timedelta(days=30)
REMIND_BEFORE: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a dispute stands.

    Attributes:
        state: How far it is.
        due_at: When the next step must have been taken; None when closed.
    """

    state: DisputeState
    due_at: datetime | None

    def is_overdue(self, now: datetime) -> bool:
        """Say whether the agency should have answered by now."""
        return self.state in WAITING_FOR_STEWARD and self.due_at is not None and now > self.due_at

    def wants_reminder(self, now: datetime) -> bool:
        """Say whether the agency's time is nearly up, or is."""
        return self.state in WAITING_FOR_STEWARD and self.due_at is not None and now > self.due_at - REMIND_BEFORE

    def has_lapsed(self, now: datetime) -> bool:
        """Say whether the citizen has had his time to object."""
        return self.state in LAPSING and self.due_at is not None and now > self.due_at


def opened(now: datetime) -> Standing:
    """Return where a dispute begins."""
    return Standing(DisputeState.OPEN, now + _ANSWER_WITHIN)


def take_step(standing: Standing, step: DisputeStep, now: datetime) -> Standing | None:
    """Take a step; None when the table has none."""
    state = TABLE.get((standing.state, step))
    if state is None or (step is DisputeStep.LAPSE and not standing.has_lapsed(now)):
        return None
    return Standing(state, _due_at(state, standing, now))


def may(standing: Standing, step: DisputeStep) -> bool:
    """Say whether the table has a step."""
    return (standing.state, step) in TABLE


def _due_at(state: DisputeState, before: Standing, now: datetime) -> datetime | None:
    match state:
        case DisputeState.CLOSED:
            return None
        case DisputeState.ANSWERED | DisputeState.ANSWERED_AGAIN:
            return now + _LAPSES_AFTER
        case DisputeState.OBJECTED:
            return now + _ANSWER_AGAIN_WITHIN
        case _:
            return before.due_at  # taking it up wins no time
