"""An agency that answers JSON to a JSON POST."""

import json
from typing import Final, NoReturn

from backend.linkage.adapters.subject_fields import subject_value
from backend.linkage.directory import Request
from backend.linkage.errors import WrongAnswerError
from backend.linkage.facts import Fact
from backend.linkage.ports import Facts, HttpCall, NotKnown, Transport
from backend.linkage.reading import read_facts
from contracts.decision import NotKnownCause, Subject

_JSON: Final = frozenset({"application/json"})


class RestProvider:
    """One request of one agency, spoken as the directory says."""

    def __init__(self, base_url: str, request: Request, transport: Transport, *, whole_url: bool = False) -> None:
        self._url = base_url if whole_url else base_url + request.path
        self._request = request
        self._transport = transport

    @property
    def offers(self) -> frozenset[Fact]:
        """The facts this request can yield."""
        return frozenset(self._request.facts)

    async def ask(self, subject: Subject, facts: frozenset[Fact], deadline_s: float) -> Facts | NotKnown:
        """Ask about one person (see ``Provider``)."""
        answer = await self._transport.post(self._call(subject), deadline_s)
        if isinstance(answer, NotKnown):
            return answer
        try:
            known = read_facts(self._request, parse_json(answer), facts, lexical=False, about=subject.citizen_number)
        except WrongAnswerError as error:
            return NotKnown(NotKnownCause.BAD_ANSWER, retryable=False, detail=error.detail)
        return known if known is not None else NotKnown(NotKnownCause.NO_RECORD, retryable=False)

    def _call(self, subject: Subject) -> HttpCall:
        sent = {field: subject_value(subject, name) for field, name in self._request.send.items()}
        body = json.dumps(sent, ensure_ascii=False, separators=(",", ":")).encode()
        return HttpCall(self._url, body, "application/json", _JSON, {})


def parse_json(body: bytes) -> object:
    """Read strict JSON (RFC 8259: UTF-8, no NaN).

    Raises:
        WrongAnswerError: Not JSON, or nested too deeply to be an answer of ours. Its text says nothing of the body.
    """
    try:
        tree: object = json.loads(body.decode("utf-8"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise WrongAnswerError("not_json") from None
    return tree


def _refuse_constant(_name: str) -> NoReturn:
    raise ValueError
