"""Problem documents of the counter service (RFC 9457): the one file here that knows HTTP statuses of failures."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from flask import Response

from contracts.message import Words
from contracts.problems import TYPE_PREFIX
from reader_drivers.core import errors
from reader_drivers.counter.guard import Refusal

MEDIA_TYPE = "application/problem+json"
_BROKEN = 502  # the device behind this service failed
_STATUSES: Mapping[type[errors.ReaderError], int] = {
    errors.ServiceAbsentError: 503,
    errors.ReaderAbsentError: 503,
    errors.CardAbsentError: 404,
    errors.NotThaiIdError: 422,
    errors.LayoutUnknownError: 422,
    errors.CardRemovedError: 409,
}
_REFUSALS: Mapping[Refusal, tuple[int, str]] = {
    Refusal.HOST: (421, "This service answers to this machine's loopback address alone."),
    Refusal.ORIGIN: (403, "This page's origin is not on the service's list: start it with --origin."),
    Refusal.TOKEN: (401, "Send the service's token: Authorization: Bearer ..."),
}
_TITLES = {404: "There is nothing here", 405: "The method is not allowed here", 500: "The service failed"}


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem. ``citizen`` has words for the person at the counter, when it is about a card."""

    status: int
    code: str
    title: str
    citizen: Words | None = None

    def respond(self) -> Response:
        """Return the document as a response."""
        said: dict[str, object] = {"type": TYPE_PREFIX + self.code, "title": self.title, "status": self.status}
        said["code"] = self.code
        if self.citizen is not None:
            said["citizen"] = self.citizen.model_dump()
        response = Response(json.dumps(said, ensure_ascii=False), self.status, mimetype=MEDIA_TYPE)
        if self.status == _REFUSALS[Refusal.TOKEN][0]:
            response.headers["WWW-Authenticate"] = 'Bearer realm="baidiao card"'
        return response


def card_problem(error: errors.ReaderError) -> Problem:
    """Say what went wrong with a card or its reader."""
    status = next((status for kind, status in _STATUSES.items() if isinstance(error, kind)), _BROKEN)
    return Problem(status, error.code, str(error), error.citizen)


def refusal_problem(refusal: Refusal) -> Problem:
    """Say why a caller is refused."""
    status, title = _REFUSALS[refusal]
    return Problem(status, refusal.value, title)


def http_problem(status: int) -> Problem:
    """Say what HTTP itself found wrong; of our own failures nothing but that there was one."""
    known = status if status in _TITLES else 500 if status >= 500 else 400
    codes = {404: "not_found", 405: "method_not_allowed", 500: "internal"}
    return Problem(status, codes.get(known, "bad_request"), _TITLES.get(known, "The request is not well formed"))
