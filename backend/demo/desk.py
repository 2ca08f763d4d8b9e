"""One agency's desk: bytes asked, a reply given. Knows its store and its messages, nothing of sockets."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Protocol

from backend.demo.errors import AskedWronglyError
from backend.demo.questions import QUESTIONS, Json, Row, parse_number
from backend.demo.soap import CONTENT_TYPE, SoapFaultError, encode_answer, encode_fault, parse_request

_JSON: Final = "application/json"
SOAP_PATH: Final = "/soap"
_INTERNAL: Final = SoapFaultError("Server", "the register is out of order")


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back: status, body and its media type."""

    status: int
    body: bytes
    content_type: str = _JSON


class People(Protocol):
    """Where an agency looks people up."""

    def find(self, citizen_number: str) -> Mapping[str, Any] | None:
        """Return a person's row, or None when the agency does not know the number."""
        ...


class Desk(Protocol):
    """Answers one path's POST requests."""

    def answer(self, body: bytes) -> Reply:
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

    def answer(self, body: bytes) -> Reply:
        """Answer one question, see ``Desk``."""
        try:
            asked = _parse_object(body)
            row = self._people.find(parse_number(asked))
            answer = {"found": False} if row is None else {"found": True, **self._question(row, asked)}
        except AskedWronglyError as error:
            return encode_problem(400, error.code, error.field, error.explanation)
        return Reply(200, json.dumps(answer, ensure_ascii=False).encode())

    def out_of_order(self) -> Reply:
        """Return an internal error."""
        return encode_problem(500, "internal", message="the register is out of order")


class SoapDesk:
    """The disability register's SOAP service."""

    def __init__(self, people: People, clock: Callable[[], date]) -> None:
        self._people = people
        self._clock = clock

    def answer(self, body: bytes) -> Reply:
        """Answer one envelope, see ``Desk``. Faults travel with status 500 (SOAP 1.1 section 6.2)."""
        try:
            row = self._people.find(parse_request(body))
        except SoapFaultError as fault:
            return Reply(500, encode_fault(fault), CONTENT_TYPE)
        expires = None if row is None else date.fromisoformat(row["expires"])
        return Reply(200, encode_answer(expires, self._clock()), CONTENT_TYPE)

    def out_of_order(self) -> Reply:
        """Return a Server fault."""
        return Reply(500, encode_fault(_INTERNAL), CONTENT_TYPE)


def open_desks(agency_id: str, people: People, clock: Callable[[], date]) -> dict[str, Desk]:
    """Return an agency's desks by path.

    Args:
        agency_id: One of ``backend.demo.registers.AGENCY_IDS``.
        people: The agency's store.
        clock: Tells today: whether a disability card is in force.
    """
    if agency_id == "disability_register":
        return {SOAP_PATH: SoapDesk(people, clock)}
    return {path: JsonDesk(people, question) for path, question in QUESTIONS[agency_id].items()}


def _parse_object(body: bytes) -> Json:
    try:
        asked = json.loads(body)
    except (ValueError, RecursionError):
        raise AskedWronglyError("not_json", "", "the body must be a JSON object in UTF-8") from None
    if not isinstance(asked, dict):
        raise AskedWronglyError("not_an_object", "", "the body must be a JSON object in UTF-8")
    return asked
