"""Which disputes are looked for, and in which order. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from backend.evidence.naming import Named
from contracts.history import DisputeState


class DisputeSort(StrEnum):
    """What a list of disputes can be sorted by."""

    DUE = "due"
    """What waits for a steward, the most urgent first; then the rest, the newest step first."""
    OPENED = "opened"
    STATE = "state"


@dataclass(frozen=True, slots=True)
class DisputeQuery:
    """What is looked for; None does not restrict.

    Attributes:
        within: The agency beyond which nothing is seen, whatever else is asked; None for who may see all.
        named: A dispute's reference, or its entry's leaf.
        agency_id: Of this agency.
        state: In this state.
        overdue: Only what its agency should have answered by now.
    """

    within: str | None = None
    named: Named | None = None
    agency_id: str | None = None
    state: DisputeState | None = None
    overdue: bool = False
