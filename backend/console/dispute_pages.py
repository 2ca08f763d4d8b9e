"""The console's pages for disputes: list, one closely, take it up, answer it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from backend.console.dispute_scope import DisputeScope
from backend.history.dispute_states import DisputeStep, may
from backend.history.disputes import Disputes, standing_of
from backend.history.errors import DisputeError
from backend.history.models import Dispute
from backend.http.problems import ProblemError
from contracts.message import Words
from contracts.problems import ProblemCode


@dataclass(frozen=True, slots=True)
class DisputeDesk:
    """What the pages need.

    Attributes:
        disputes: The disputes.
        agencies: Names by id.
        services: Names by id.
    """

    disputes: Disputes
    agencies: Callable[[], Mapping[str, Words]]
    services: Mapping[str, Words]


def add_dispute_pages(console: Blueprint, desk: DisputeDesk, now: Callable[[], datetime]) -> None:
    """Add the pages; who may open which stands in ``access``."""

    @console.get("/disputes")
    def disputes() -> str:
        desk.disputes.close_lapsed()
        names, scope = desk.agencies(), DisputeScope.of(current_user)
        found = [] if scope.is_homeless else desk.disputes.list_all(None if scope.reads_all else scope.agency_id)
        return render_template(
            "console/disputes.html",
            rows=[_row(row, desk, names, now()) for row in found],
            steward_of=_name(names, scope.agency_id) if scope.agency_id else None,
            homeless=scope.is_homeless,
            reads_all=scope.reads_all,
        )

    @console.get("/disputes/<ref>")
    def dispute(ref: str) -> str:
        return _page(desk, ref, now())

    @console.post("/disputes/<ref>/take")
    def dispute_take(ref: str) -> BaseResponse | tuple[str, int]:
        return _step(desk, ref, now, DisputeStep.TAKE)

    @console.post("/disputes/<ref>/answer")
    def dispute_answer(ref: str) -> BaseResponse | tuple[str, int]:
        return _step(desk, ref, now, DisputeStep.ANSWER)


def _step(
    desk: DisputeDesk, ref: str, now: Callable[[], datetime], step: DisputeStep
) -> BaseResponse | tuple[str, int]:
    answer = request.form.get("answer", "")
    if not DisputeScope.of(current_user).answers(_find(desk, ref).agency_id):
        raise ProblemError(ProblemCode.ROLE_MISSING)
    try:
        desk.disputes.take(ref, step, current_user.email, answer)
    except DisputeError as error:
        return _page(desk, ref, now(), f"dispute_wrong_{error.reason}", answer), 409
    return redirect(url_for("console.dispute", ref=ref))


def _find(desk: DisputeDesk, ref: str) -> Dispute:
    """Return a dispute. Of another agency's a steward is not even told that there is one."""
    try:
        found = desk.disputes.get(ref)
    except DisputeError as error:
        raise ProblemError(ProblemCode.NOT_FOUND) from error
    if not DisputeScope.of(current_user).reads(found.agency_id):
        raise ProblemError(ProblemCode.NOT_FOUND)
    return found


def _page(desk: DisputeDesk, ref: str, now: datetime, wrong: str = "", typed: str = "") -> str:
    found = _find(desk, ref)
    steward = DisputeScope.of(current_user).answers(found.agency_id)
    standing = standing_of(found)
    return render_template(
        "console/dispute.html",
        row=_row(found, desk, desk.agencies(), now),
        may_take=steward and may(standing, DisputeStep.TAKE),
        may_answer=steward and may(standing, DisputeStep.ANSWER),
        wrong=wrong,
        typed=typed,
    )


def _name(agencies: Mapping[str, Words], agency_id: str) -> Words:
    return agencies.get(agency_id) or Words(th=agency_id, en=agency_id)


def _row(row: Dispute, desk: DisputeDesk, agencies: Mapping[str, Words], now: datetime) -> dict[str, Any]:
    standing = standing_of(row)
    overdue = standing.is_overdue(now)
    return {
        "reference": row.reference,
        "leaf": row.index,
        "agency": _name(agencies, row.agency_id),
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
