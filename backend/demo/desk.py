"""One agency's desk: bytes asked, a reply given. Knows its store and its messages, nothing of sockets."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Protocol

from backend.demo.control import Failure, twist
from backend.demo.errors import AskedWronglyError
from backend.demo.questions import Json, Row, parse_number
from backend.demo.reply import Reply
from backend.demo.soap import CONTENT_TYPE, SoapFaultError, encode_answer, encode_fault, garble, parse_request

SOAP_PATH: Final = "/soap"
EVENT_PATH: Final = "/control/event"
_INTERNAL: Final = SoapFaultError("Server", "the register is out of order")


@dataclass(frozen=True, slots=True)
class Asked:
    """One question as it came.

    Attributes:
        body: Its body.
        path: The request's path.
        headers: Names in any case.
        failure: How the answer is to be twisted, if it is.
    """

    body: bytes
    path: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    failure: Failure = Failure.NONE


class People(Protocol):
    """Where an agency looks people up."""

    def find(self, citizen_number: str) -> Mapping[str, Any] | None:
        """Return a person's row, or None when the agency does not know the number."""
        ...


class Desk(Protocol):
    """Answers one path's POST requests."""

    def answer(self, asked: "Asked") -> Reply:
        """Answer one question; a wrong one gets a clear error, never an exception."""
        ...

    def out_of_order(self) -> Reply:
        """Return what the agency says while it is broken."""
        ...


def encode_problem(status: int, code: str, field: str = "", message: str = "") -> Reply:
    """Return an error in the form all JSON desks use."""
    problem = {"error": {"code": code, "field": field, "message": message}}
    return Reply(status, json.dumps(problem).encode())


class JsonDesk:
    """One JSON question of one agency."""

    def __init__(self, people: People, question: Callable[[Row, Json], Json]) -> None:
        self._people = people
        self._question = question

    def answer(self, asked: Asked) -> Reply:
        """Answer one question, see ``Desk``."""
        try:
            answer = self.look_up(parse_object(asked.body))
        except AskedWronglyError as error:
            return encode_problem(400, error.code, error.field, error.explanation)
        return Reply(200, json.dumps(twist(answer, asked.failure), ensure_ascii=False).encode())

    def look_up(self, asked: Json) -> Json:
        """Return the answer to a parsed question.

        Raises:
            AskedWronglyError: The question is not as it must be.
        """
        row = self._people.find(parse_number(asked))
        return {"found": False} if row is None else {"found": True, **self._question(row, asked)}

    def out_of_order(self) -> Reply:
        """Return an internal error."""
        return encode_problem(500, "internal", message="the register is out of order")


class SoapDesk:
    """The disability register's SOAP service."""

    def __init__(self, people: People, clock: Callable[[], date]) -> None:
        self._people = people
        self._clock = clock

    def answer(self, asked: Asked) -> Reply:
        """Answer one envelope, see ``Desk``. Faults travel with status 500 (SOAP 1.1 section 6.2)."""
        try:
            row = self._people.find(parse_request(asked.body))
        except SoapFaultError as fault:
            return Reply(500, encode_fault(fault), CONTENT_TYPE)
        expires = None if row is None else date.fromisoformat(row["expires"])
        if asked.failure is Failure.LIE:
            expires = date.max if expires is None else None
        return Reply(200, garble(encode_answer(expires, self._clock()), asked.failure), CONTENT_TYPE)

    def out_of_order(self) -> Reply:
        """Return a Server fault."""
        return Reply(500, encode_fault(_INTERNAL), CONTENT_TYPE)


def parse_object(body: bytes) -> Json:
    try:
        asked = json.loads(body)
    except (ValueError, RecursionError):
        raise AskedWronglyError("not_json", "", "the body must be a JSON object in UTF-8") from None
    if not isinstance(asked, dict):
        raise AskedWronglyError("not_an_object", "", "the body must be a JSON object in UTF-8")
    return asked
