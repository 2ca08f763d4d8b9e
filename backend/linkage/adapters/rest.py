"""An agency that answers JSON, to a JSON POST or to a GET, as the directory says."""

import json
from collections.abc import Mapping
from typing import Any, Final, NoReturn
from urllib.parse import quote, urlencode

from backend.linkage.adapters.subject_fields import number_sent, subject_value
from backend.linkage.answer_path import scalar_text
from backend.linkage.directory import Request
from backend.linkage.errors import WrongAnswerError
from backend.linkage.facts import Fact
from backend.linkage.mapping import NUMBER_PLACE
from backend.linkage.ports import Facts, HttpCall, NotKnown, Transport
from backend.linkage.reading import absent_facts, read_facts
from contracts.decision import NotKnownCause, Subject

_JSON: Final = frozenset({"application/json"})
_NO_RECORD: Final = NotKnown(NotKnownCause.NO_RECORD, retryable=False)
_ABSENT: Final = NotKnown(NotKnownCause.NO_RECORD, retryable=False, detail="absent_status")


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
        answer = await self._transport.send(self._call(subject), deadline_s)
        if answer is _ABSENT:
            return absent_facts(self._request, facts) or _NO_RECORD
        if isinstance(answer, NotKnown):
            return answer
        try:
            known = read_facts(
                self._request, parse_json(answer), facts, lexical=False, about=number_sent(subject, self._request)
            )
        except WrongAnswerError as error:
            return NotKnown(NotKnownCause.BAD_ANSWER, retryable=False, detail=error.detail)
        return known if known is not None else _NO_RECORD

    def _call(self, subject: Subject) -> HttpCall:
        request = self._request
        sent = {field: subject_value(subject, name) for field, name in request.send.items()} | request.fixed
        url, inspect = self._url, self._inspect if request.not_found_statuses else None
        if request.number_in_url:
            url = url.replace(NUMBER_PLACE, quote(number_sent(subject, request), safe=""))
        if request.method == "GET":
            query = urlencode({field: scalar_text(value) or "" for field, value in sent.items() if value is not None})
            url = f"{url}?{query}" if query else url
            return HttpCall(url, b"", "", _JSON, request.headers, method="GET", inspect=inspect)
        body = _write(nested(sent)).encode()
        return HttpCall(url, body, "application/json", _JSON, request.headers, inspect=inspect)

    def _inspect(self, status: int, _headers: Mapping[str, str]) -> NotKnown | None:
        return _ABSENT if status in self._request.not_found_statuses else None


def nested(sent: Mapping[str, Any]) -> dict[str, Any]:
    """Turn ``outer.inner`` into objects."""
    tree: dict[str, Any] = {}
    for field, value in sent.items():
        *outer, last = field.split(".")
        place = tree
        for name in outer:
            place = place.setdefault(name, {})
        place[last] = value
    return tree


def parse_json(body: bytes) -> object:
    """Read strict JSON (RFC 8259: UTF-8, no NaN).

    Raises:
        WrongAnswerError: Not JSON, or nested too deeply to be an answer of ours. Its text says nothing of the body.
    """
    try:
        tree: object = _read(body.decode("utf-8"))
    except (ValueError, RecursionError):
        raise WrongAnswerError("not_json") from None
    return tree


def _refuse_constant(_name: str) -> NoReturn:
    raise ValueError


_read: Final = json.JSONDecoder(parse_constant=_refuse_constant).decode
_write: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
