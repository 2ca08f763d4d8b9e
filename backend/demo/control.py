"""How an agency misbehaves, switchable while it runs. Pure."""

from enum import StrEnum
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from backend.demo.desk import Reply
from backend.demo.errors import AskedWronglyError


class Failure(StrEnum):
    """Ways to fail."""

    NONE = "none"
    ERROR = "error"
    HANG = "hang"
    CLOSE = "close"
    GARBAGE = "garbage"


class Control(BaseModel):
    """An agency's present behaviour.

    Attributes:
        latency_ms: Waited before every answer, milliseconds.
        failure: What comes instead of an answer: an error, nothing at all, a closed connection, or nonsense.
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
