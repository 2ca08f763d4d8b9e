"""Mandates by HTTP, for administrators' tools. Each client acts for one officer, so that two people stay two people."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from flask import Blueprint, Response, request

from backend.http.admin_messages import MANDATES_PATH, MandateEvent, MandateList, MandateRevocation, MandateView
from backend.http.agency_gate import current_client
from backend.http.messages import answer_message, read_message
from backend.http.problems import ProblemError, answer_problem
from backend.mandates.errors import GrantError
from backend.mandates.file import MandateEntry
from backend.mandates.granting import Granting, Held
from contracts.problems import ProblemCode

PAGE: Final = 200
_CREATED: Final = 201
_CODES: Final = {
    "unknown": ProblemCode.NOT_FOUND,
    "state": ProblemCode.STATE_CONFLICT,
    "same_person": ProblemCode.SECOND_PERSON_NEEDED,
    "purpose_commercial": ProblemCode.PURPOSE_COMMERCIAL,
}


def create_blueprint(granting: Granting, now: Callable[[], datetime]) -> Blueprint:
    """Build the routes."""
    blueprint = Blueprint("admin_mandates", __name__)
    blueprint.register_error_handler(GrantError, _refuse)

    def view(number: int, status: int = 200) -> Response:
        held = granting.get(number)
        events = tuple(MandateEvent(at=e.at, who=e.who, what=e.what, note=e.note) for e in granting.history(number))
        return answer_message(_view(granting, held).model_copy(update={"events": events}), status)

    @blueprint.get(MANDATES_PATH)
    def list_mandates() -> Response:
        after = request.args.get("cursor", "0")
        if not (after.isascii() and after.isdigit() and len(after) < 10):
            raise ProblemError(ProblemCode.BAD_REQUEST, "cursor: a whole number")
        held = [one for one in granting.list(request.args.get("agency", "")) if one.mandate.id > int(after)]
        views = tuple(_view(granting, one) for one in held[:PAGE])
        cursor = str(views[-1].number) if len(held) > PAGE else None
        return answer_message(MandateList(mandates=views, next_cursor=cursor))

    @blueprint.post(MANDATES_PATH)
    def propose() -> Response:
        mandate = read_message(MandateEntry).to_mandate()
        return view(granting.propose(mandate, current_client().person, now()), _CREATED)

    @blueprint.get(f"{MANDATES_PATH}/<int:number>")
    def show(number: int) -> Response:
        return view(_within(number))

    @blueprint.post(f"{MANDATES_PATH}/<int:number>/approval")
    def approve(number: int) -> Response:
        granting.approve(_within(number), current_client().person, now())
        return view(number)

    @blueprint.post(f"{MANDATES_PATH}/<int:number>/revocation")
    def revoke(number: int) -> Response:
        reason = read_message(MandateRevocation).reason
        granting.revoke(_within(number), current_client().person, reason, now())
        return view(number)

    return blueprint


def _within(number: int) -> int:
    if number >= 2**31:  # PostgreSQL's integer
        raise GrantError(0, "unknown", "there is no such mandate")
    return number


def _view(granting: Granting, held: Held) -> MandateView:
    mandate = held.mandate
    return MandateView(
        number=mandate.id,
        state=mandate.state.value,
        waits_for_second=granting.needs_second(mandate),
        agency_id=mandate.agency_id,
        service_id=mandate.service_id,
        purpose=mandate.purpose,
        facts=tuple(sorted(mandate.facts)),
        legal_basis=mandate.legal_basis,
        valid_from=mandate.valid_from,
        valid_until=mandate.valid_until,
        proposed_by=held.proposed_by,
        approved_by=held.approved_by,
    )


def _refuse(error: GrantError) -> Response:
    rule = error.reason if error.words else ""
    return answer_problem(_CODES.get(error.reason, ProblemCode.BAD_REQUEST), str(error), rule=rule, words=error.words)
