"""How an agency misbehaves, switchable while it runs. Pure."""

from enum import StrEnum
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from backend.demo.errors import AskedWronglyError
from backend.demo.reply import Reply


class Failure(StrEnum):
    """Ways to fail."""

    NONE = "none"
    ERROR = "error"
    HANG = "hang"
    CLOSE = "close"
    GARBAGE = "garbage"
    OVERSIZED = "oversized"
    REDIRECT = "redirect"
    HALF = "half"
    LIE = "lie"
    WRONG_TYPE = "wrong_type"
    BUSY = "busy"
    WRONG_MEDIA = "wrong_media"
    CUT = "cut"
    DRIP = "drip"
    BAD_TLS = "bad_tls"


class Control(BaseModel):
    """An agency's present behaviour.

    Attributes:
        latency_ms: Waited before every answer, milliseconds.
        failure: What comes instead of an answer: an error, nothing at all, a closed connection, nonsense, far
            too much, a redirect, half an answer, wrong values, values of the wrong type, that it is too busy, an answer
            that calls itself a page, one that breaks off, one that comes byte by byte, a certificate of nobody's.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    latency_ms: int = Field(default=0, ge=0, le=60_000)
    failure: Failure = Failure.NONE


def parse_control(body: bytes, before: Control) -> Control:
    """Return the behaviour a PUT asks for; what it does not name stays as it was.

    Raises:
        AskedWronglyError: Not JSON, an unknown field, or a value out of range.
    """
    try:
        asked = Control.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        field = ".".join(str(step) for step in first["loc"])
        raise AskedWronglyError("control_invalid", field, first["msg"]) from None
    return before.model_copy(update=asked.model_dump(exclude_unset=True))


NONSENSE: Final = (
    Reply(200, b'{"found": tru'),
    Reply(200, b"<html><body><h1>Scheduled maintenance</h1></body></html>", "text/html"),
    Reply(200, b'{"found": "maybe", "person": 42, "income_baht": "a lot", "scheme": [], "status": null}'),
    Reply(200, b"\xff\xfe\x00garbage\x00\x80", "application/octet-stream"),
    Reply(200, b""),
)
"""Every kind of nonsense an agency may send: cut off, a page, wrong types, bytes, nothing."""

CANNED: Final = {
    Failure.OVERSIZED: Reply(200, b'{"found": true, "filler": "' + b"x" * 200_000 + b'"}'),
    Failure.BUSY: Reply(503, b'{"error": {"code": "busy"}}', headers={"Retry-After": "1"}),
    Failure.REDIRECT: Reply(302, b"", headers={"Location": "/elsewhere"}),
}
"""Failures that are always the same."""


def twist(answer: dict[str, Any], failure: Failure) -> dict[str, Any]:
    """Return an answer as an agency gives it that leaves parts out, says what is not so, or writes values wrongly."""
    match failure:
        case Failure.HALF:
            return {name: value for name, value in answer.items() if name == "found"}
        case Failure.LIE:
            return {name: value if name == "found" else _turn(value) for name, value in answer.items()}
        case Failure.WRONG_TYPE:
            return {name: value if name == "found" else [value] for name, value in answer.items()}
        case _:
            return answer


def _turn(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _turn(inner) for name, inner in value.items()}
    if isinstance(value, bool):
        return not value
    return value + 1 if isinstance(value, int) else value
