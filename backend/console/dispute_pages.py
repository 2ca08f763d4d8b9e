"""The console's pages for one dispute: look at it closely, take it up, answer it."""

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from backend.console.dispute_desk import DisputeDesk, dispute_row
from backend.console.dispute_list import add_dispute_list, kept_list
from backend.console.dispute_scope import DisputeScope
from backend.history.dispute_states import DisputeStep, may
from backend.history.disputes import standing_of
from backend.history.errors import DisputeError
from backend.history.models import Dispute
from backend.http.problems import ProblemError
from contracts.problems import ProblemCode


def add_dispute_pages(console: Blueprint, desk: DisputeDesk, now: Callable[[], datetime]) -> None:
    """Add the pages; who may open which stands in ``access``."""
    add_dispute_list(console, desk, now)

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
    return redirect(url_for("console.dispute", ref=ref) + kept_list())


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
        row=dispute_row(found, desk, desk.agencies(), now),
        may_take=steward and may(standing, DisputeStep.TAKE),
        may_answer=steward and may(standing, DisputeStep.ANSWER),
        kept=kept_list(),
        wrong=wrong,
        typed=typed,
    )
