"""What devices ask: ``POST /v1/device/questions`` and ``GET /v1/device/services``."""

from collections.abc import Callable, Iterator
from typing import Final, Self

import structlog
from flask import Blueprint, Response, request
from sqlalchemy.exc import OperationalError

from backend.decisions.errors import QuestionRefusedError
from backend.decisions.ports import Device
from backend.decisions.service import DecisionService
from backend.http.messages import answer_message, read_message
from backend.http.problems import ProblemError, current_request_id, describe
from backend.http.refusals import refuse_question
from contracts.decision import Answer, Progress, Question, StreamProblem
from contracts.fleet import QUESTION_PATH, SERVICES_PATH
from contracts.message import Words
from contracts.problems import ProblemCode

NDJSON: Final = "application/x-ndjson"
MAX_QUESTION_BYTES: Final = 16 * 1024
_log = structlog.get_logger(__name__)


def create_blueprint(service: DecisionService, require_device: Callable[[], Device]) -> Blueprint:
    """Build the two routes.

    Args:
        service: Answers the questions.
        require_device: Returns the device whose signature over the current request was checked.
    """
    blueprint = Blueprint("device_questions", __name__)

    @blueprint.get(SERVICES_PATH)
    def services() -> Response:
        return answer_message(service.services(require_device().agency_id))

    @blueprint.post(QUESTION_PATH)
    def ask() -> Response:
        device = require_device()
        body = request.get_data()
        if len(body) > MAX_QUESTION_BYTES:
            raise ProblemError(ProblemCode.TOO_LARGE, f"a question has at most {MAX_QUESTION_BYTES} bytes")
        question = read_message(Question)
        if question.subject.card is None:
            raise ProblemError(ProblemCode.BAD_REQUEST, "does not fit: subject.card")
        try:
            if _wants_stream():
                return _answer_lines(service.stream(device, question, body))
            return answer_message(service.ask(device, question, body))
        except QuestionRefusedError as error:
            raise refuse_question(error) from error

    return blueprint


def _wants_stream() -> bool:
    return request.accept_mimetypes.best_match(["application/json", NDJSON]) == NDJSON


def _answer_lines(items: Iterator[Progress | Answer]) -> Response:
    # The first item is fetched here: what is wrong with the question itself is told by an ordinary problem document.
    lines = _Lines(next(items), items, current_request_id())
    response = Response(lines, mimetype=NDJSON)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"  # nginx would hold the lines back
    return response


class _Lines:
    """The stream's lines, each sent as it comes. Closing it, even unread, gives the question up."""

    def __init__(self, first: Progress | Answer, items: Iterator[Progress | Answer], request_id: str) -> None:
        self._first: Progress | Answer | None = first
        self._items = items
        self._request_id = request_id
        self._ended = False

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        if self._ended:
            raise StopIteration
        first, self._first = self._first, None
        if first is not None:
            return _line(first)
        try:
            return _line(next(self._items))
        except StopIteration:
            self._ended = True
            raise
        except QuestionRefusedError as error:
            return self._last(error.code, error.rule, error.words)
        except OperationalError as error:
            _log.error("store_unavailable", cause=type(error.orig).__name__)
            return self._last(ProblemCode.UNAVAILABLE)
        except Exception as error:  # noqa: BLE001  # the status has been sent: the last line must say that it failed
            _log.error("question_failed", error=type(error).__name__)
            return self._last(ProblemCode.INTERNAL)

    def _last(self, code: ProblemCode, rule: str = "", words: Words | None = None) -> bytes:
        self._ended = True
        problem = describe(code)
        return _line(
            StreamProblem(
                problem_type=problem.type,
                title=problem.title,
                code=code.value,
                retryable=problem.retryable,
                request_id=self._request_id,
                rule=rule,
                words=words,
            )
        )

    def close(self) -> None:
        """Give up what is still being asked (WSGI calls this at the end, also when the caller has gone)."""
        self._ended = True
        close = getattr(self._items, "close", None)
        if close is not None:
            close()


def _line(message: Progress | Answer | StreamProblem) -> bytes:
    return message.model_dump_json().encode() + b"\n"
