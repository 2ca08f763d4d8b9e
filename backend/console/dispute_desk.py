"""What the console's pages for disputes need, and a dispute in words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backend.history.dispute_finder import DisputeFinder
from backend.history.dispute_states import DisputeStep, may
from backend.history.disputes import Disputes, standing_of
from backend.history.models import Dispute
from contracts.message import Words


@dataclass(frozen=True, slots=True)
class DisputeDesk:
    """What the pages need.

    Attributes:
        disputes: The disputes.
        finder: Finds them.
        agencies: Names by id.
        services: Names by id.
    """

    disputes: Disputes
    finder: DisputeFinder
    agencies: Callable[[], Mapping[str, Words]]
    services: Mapping[str, Words]


def name_agency(agencies: Mapping[str, Words], agency_id: str) -> Words:
    """Return an agency's name; its id when it is no longer known."""
    return agencies.get(agency_id) or Words(th=agency_id, en=agency_id)


def dispute_row(row: Dispute, desk: DisputeDesk, agencies: Mapping[str, Words], now: datetime) -> dict[str, Any]:
    """Return what the pages show of a dispute."""
    standing = standing_of(row)
    overdue = standing.is_overdue(now)
    return {
        "reference": row.reference,
        "leaf": row.index,
        "agency": name_agency(agencies, row.agency_id),
        "service": desk.services.get(row.service) or Words(th=row.service, en=row.service),
        "reason": row.reason,
        "state": row.state,
        "opened_at": row.opened_at,
        "due_at": row.due_at,
        "waiting": may(standing, DisputeStep.ANSWER),
        "urgency": "overdue" if overdue else "soon" if standing.wants_reminder(now) else "",
        "steward": row.steward,
        "answer": row.answer,
    }
