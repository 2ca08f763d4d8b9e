"""Problem documents (RFC 9457): the one file that knows HTTP statuses of failures."""

import re
from dataclasses import dataclass
from typing import Final, NoReturn

import structlog
from flask import Flask, Response, g, has_request_context, request
from prometheus_client import Counter
from pydantic import ValidationError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from backend.http.logs import list_frames
from contracts.message import Words
from contracts.problems import TYPE_PREFIX, Problem, ProblemCode

log = structlog.get_logger()
MEDIA_TYPE: Final = "application/problem+json"
_LONGEST_DETAIL: Final = 2_000
_FIELD: Final = re.compile(r"[a-z][a-z_]{0,39}")
_REFUSED: Final = Counter("baidiao_problems_total", "Requests and questions refused, by the problem's code", ["code"])


@dataclass(frozen=True, slots=True)
class _Kind:
    status: int
    title: str
    retryable: bool = False


PROBLEMS: Final[dict[ProblemCode, _Kind]] = {
    ProblemCode.BAD_REQUEST: _Kind(400, "The request is not well formed"),
    ProblemCode.NOT_FOUND: _Kind(404, "There is nothing here"),
    ProblemCode.METHOD_NOT_ALLOWED: _Kind(405, "The method is not allowed here"),
    ProblemCode.TOO_LARGE: _Kind(413, "The request is too large"),
    ProblemCode.UNSUPPORTED_MEDIA: _Kind(415, "The media type is not supported"),
    ProblemCode.SIGNATURE_MISSING: _Kind(401, "The request is not signed"),
    ProblemCode.SIGNATURE_WRONG: _Kind(401, "The signature does not fit the request"),
    # A device whose clock was just set, or that makes a new nonce, signs again and succeeds.
    ProblemCode.SIGNATURE_OLD: _Kind(401, "The signature's time is outside the limits", retryable=True),
    ProblemCode.SIGNATURE_REPLAYED: _Kind(401, "The signature has been used before", retryable=True),
    ProblemCode.DIGEST_WRONG: _Kind(400, "The body does not fit its digest"),
    ProblemCode.DEVICE_UNKNOWN: _Kind(401, "The signing key belongs to no enrolled device"),
    ProblemCode.DEVICE_SUSPENDED: _Kind(403, "The device is suspended"),
    ProblemCode.CLAIM_UNKNOWN: _Kind(403, "The claim code is not known"),
    ProblemCode.CLAIM_USED: _Kind(409, "The claim code has been used"),
    ProblemCode.CLAIM_EXPIRED: _Kind(410, "The claim code has expired"),
    ProblemCode.MANDATE_MISSING: _Kind(403, "No mandate allows this question"),
    # Retry-After says when; until then asking again is of no use.
    ProblemCode.QUOTA_SPENT: _Kind(429, "The mandate's quota is spent"),
    ProblemCode.PURPOSE_COMMERCIAL: _Kind(403, "Commercial purposes are refused"),
    ProblemCode.SERVICE_UNKNOWN: _Kind(404, "The service is not known"),
    ProblemCode.NUMBER_INVALID: _Kind(422, "The number is not valid"),
    ProblemCode.CARD_VOID: _Kind(422, "The card is no longer valid"),
    ProblemCode.CARD_MISMATCH: _Kind(422, "The card does not agree with the register"),
    ProblemCode.IDEMPOTENCY_CONFLICT: _Kind(409, "The identifier was used for a different question"),
    ProblemCode.DISPUTE_STATE: _Kind(409, "The dispute is not in a state for this"),
    ProblemCode.RATE_LIMITED: _Kind(429, "Too many requests", retryable=True),
    ProblemCode.LOGIN_REQUIRED: _Kind(401, "Log in first"),
    ProblemCode.ROLE_MISSING: _Kind(403, "Your account may not do this"),
    ProblemCode.TOKEN_MISSING: _Kind(401, "The request carries no access token"),
    # A token lives for minutes: whoever asks for a new one succeeds.
    ProblemCode.TOKEN_WRONG: _Kind(401, "The access token is not valid", retryable=True),
    ProblemCode.CERTIFICATE_WRONG: _Kind(401, "The access token belongs to another certificate"),
    ProblemCode.SCOPE_MISSING: _Kind(403, "The client may not do this"),
    ProblemCode.SECOND_PERSON_NEEDED: _Kind(403, "Another person has to do this"),
    ProblemCode.STATE_CONFLICT: _Kind(409, "This cannot be done in the present state"),
    ProblemCode.RULE_REFUSED: _Kind(422, "The decision table cannot be used"),
    ProblemCode.RULE_STEP_REFUSED: _Kind(409, "The version may not take this step now"),
    ProblemCode.UNAVAILABLE: _Kind(503, "The service cannot answer now", retryable=True),
    ProblemCode.INTERNAL: _Kind(500, "The service failed", retryable=True),
}

_BY_STATUS: Final[dict[int, ProblemCode]] = {
    404: ProblemCode.NOT_FOUND,
    405: ProblemCode.METHOD_NOT_ALLOWED,
    413: ProblemCode.TOO_LARGE,
    415: ProblemCode.UNSUPPORTED_MEDIA,
    429: ProblemCode.RATE_LIMITED,
    503: ProblemCode.UNAVAILABLE,
}

_RULES: Final[dict[str, ProblemCode]] = {"purpose_commercial": ProblemCode.PURPOSE_COMMERCIAL}
"""Types of validation errors that are a rule's refusal; such an error brings its words, ``th`` and ``en``."""


class ProblemError(Exception):
    """A request cannot be answered as asked.

    Attributes:
        code: Stable code; it decides status, title and whether trying again can help.
        detail: What to do, for the person who runs the caller. Never citizen data.
        retry_after_s: When trying again may help, seconds; None when unknown.
        rule: Which of the mandates' rules refused; empty when none of them did.
        words: The same in words.
    """

    def __init__(
        self,
        code: ProblemCode,
        detail: str = "",
        retry_after_s: int | None = None,
        *,
        rule: str = "",
        words: Words | None = None,
    ) -> None:
        super().__init__(code.value)
        self.code = code
        self.detail = detail
        self.retry_after_s = retry_after_s
        self.rule = rule
        self.words = words


def current_request_id() -> str:
    """Return the id of the request being answered; empty outside of one."""
    return str(g.get("request_id", "")) if has_request_context() else ""


def describe(code: ProblemCode, detail: str = "", *, rule: str = "", words: Words | None = None) -> Problem:
    """Build the problem document for a code, within a request."""
    _REFUSED.labels(code.value).inc()
    kind = PROBLEMS[code]
    return Problem(
        type=TYPE_PREFIX + code.value,
        title=kind.title,
        status=kind.status,
        detail=detail[:_LONGEST_DETAIL],
        code=code,
        retryable=kind.retryable,
        request_id=current_request_id(),
        rule=rule,
        words=words,
    )


def answer_problem(
    code: ProblemCode, detail: str = "", retry_after_s: int | None = None, *, rule: str = "", words: Words | None = None
) -> Response:
    """Build the response for a problem."""
    return _answer(describe(code, detail, rule=rule, words=words), retry_after_s)


def _answer(problem: Problem, retry_after_s: int | None) -> Response:
    unsaid = None if problem.rule else {"rule", "words"}
    response = Response(problem.model_dump_json(exclude=unsaid), status=problem.status, mimetype=MEDIA_TYPE)
    response.headers["Cache-Control"] = "no-store"
    if retry_after_s is not None:
        response.headers["Retry-After"] = str(retry_after_s)
    return response


def refuse_body(error: ValidationError) -> NoReturn:
    """Turn a message that does not fit its type into a problem naming the fields, never their contents."""
    items = error.errors(include_input=False)
    places = sorted({".".join(map(_tell_part, item["loc"])) or "body" for item in items})
    for item in items:
        if item["type"] in _RULES:  # not a slip of the pen: say which rule it runs into
            rule, ctx = item["type"], item["ctx"]
            raise ProblemError(_RULES[rule], ctx["en"], rule=rule, words=Words(th=ctx["th"], en=ctx["en"])) from None
    raise ProblemError(ProblemCode.BAD_REQUEST, "does not fit: " + ", ".join(places[:8])) from None


def _tell_part(part: int | str) -> str:
    """Name a field, or a list's place. A key of the caller's own making may be anything, a citizen's number too."""
    return str(part) if isinstance(part, int) or _FIELD.fullmatch(part) else "…"


def register_problem_handlers(app: Flask) -> None:
    """Make every failure of the application a problem document."""
    app.register_error_handler(ProblemError, _answer_own)
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(OperationalError, _answer_store)
    app.register_error_handler(Exception, _answer_bug)
    for code in ProblemCode:  # shown at nothing before it first happens: an alarm sees grow only what was there
        _REFUSED.labels(code.value)


def _answer_own(error: ProblemError) -> Response:
    log.info("request_refused", code=error.code.value)
    return _answer(describe(error.code, error.detail, rule=error.rule, words=error.words), error.retry_after_s)


def _answer_http(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400:  # a redirect raised by routing is no failure
        return Response(status=status, headers=list(error.get_headers()))
    fallback = ProblemCode.INTERNAL if status >= 500 else ProblemCode.BAD_REQUEST
    response = answer_problem(_BY_STATUS.get(status, fallback))
    for name, value in error.get_headers():
        if name == "Allow":
            response.headers[name] = value
    return response


def _answer_store(error: OperationalError) -> Response:
    # The driver's text may quote values, so only its type is kept.
    log.error("store_unavailable", cause=type(error.orig).__name__)
    return answer_problem(ProblemCode.UNAVAILABLE, retry_after_s=5)


def _answer_bug(error: Exception) -> Response:
    log.error("request_failed", error=type(error).__name__, where=list_frames(error), route=str(request.url_rule or ""))
    return answer_problem(ProblemCode.INTERNAL)
