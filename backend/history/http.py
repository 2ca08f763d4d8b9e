"""Where devices ask for histories: the citizen's view and disputes, an officer's export, an agency's access log."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from flask import Blueprint, Response, request

from backend.clients.register import Client
from backend.decisions.errors import QuestionRefusedError
from backend.evidence.errors import LogUnavailableError
from backend.history.entries import write_agencys_csv, write_citizens_csv
from backend.history.errors import DisputeError, EntryUnknownError
from backend.history.service import HistoryService
from backend.http.device_identity import DeviceIdentity
from backend.http.messages import answer_message, read_message
from backend.http.problems import ProblemError
from contracts.history import (
    ACCESS_LOG_PATH,
    AGENCY_ACCESS_LOG_PATH,
    DISPUTE_PATH,
    HISTORY_EXPORT_PATH,
    HISTORY_PATH,
    PAGE_MOST,
    DisputeQuestion,
    HistoryExportQuestion,
    HistoryPage,
    HistoryQuestion,
)
from contracts.problems import ProblemCode

_LOG_MOST: Final = 1000


def create_blueprint(
    history: HistoryService, require_device: Callable[[], DeviceIdentity], require_client: Callable[[], Client]
) -> Blueprint:
    """Build the routes.

    Args:
        history: Answers them.
        require_device: Returns the device whose signature over the current request was checked.
        require_client: Returns the agency's system whose token was.
    """
    blueprint = Blueprint("history", __name__)

    @blueprint.post(HISTORY_PATH)
    def page() -> Response:
        device, question = require_device(), read_message(HistoryQuestion)
        with _told():
            return answer_message(history.page(device, question))

    @blueprint.post(DISPUTE_PATH)
    def dispute() -> Response:
        require_device()
        question = read_message(DisputeQuestion)
        with _told():
            return answer_message(history.dispute(question))

    @blueprint.post(HISTORY_EXPORT_PATH)
    def export() -> Response:
        device, question = require_device(), read_message(HistoryExportQuestion)
        with _told():
            entries = history.export(device, question)
        if question.format == "csv":
            return _csv(write_citizens_csv(entries))
        return answer_message(HistoryPage(entries=entries))

    @blueprint.get(ACCESS_LOG_PATH)
    def access_log() -> Response:
        return _access_log(history, require_device().agency_id)

    @blueprint.get(AGENCY_ACCESS_LOG_PATH)
    def agency_access_log() -> Response:
        return _access_log(history, require_client().agency_id)

    return blueprint


def _access_log(history: HistoryService, agency_id: str) -> Response:
    page = history.access_log(agency_id, _number("before", None), _number("limit", PAGE_MOST) or PAGE_MOST)
    if request.args.get("format") != "csv":
        return answer_message(page)
    response = _csv(write_agencys_csv(page.entries))
    if page.next is not None:
        response.headers["Link"] = f'<{request.path}?before={page.next}&format=csv>; rel="next"'
    return response


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except QuestionRefusedError as error:
        raise ProblemError(error.code, error.detail) from error
    except EntryUnknownError as error:
        raise ProblemError(ProblemCode.NOT_FOUND, "no such entry in this history") from error
    except DisputeError as error:
        raise ProblemError(ProblemCode.DISPUTE_STATE) from error
    except LogUnavailableError as error:
        raise ProblemError(ProblemCode.UNAVAILABLE, retry_after_s=5) from error


def _number(name: str, default: int | None) -> int | None:
    given = request.args.get(name)
    if given is None:
        return default
    if not given.isascii() or not given.isdigit() or len(given) > 15:
        raise ProblemError(ProblemCode.BAD_REQUEST, f"{name} is a whole number")
    return min(int(given), _LOG_MOST) if name == "limit" else int(given)


def _csv(text: str) -> Response:
    response = Response(text, mimetype="text/csv")
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Disposition"] = "attachment"
    return response
