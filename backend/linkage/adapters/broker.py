"""A broker of another ministry: one provider that stands for many sources.

The sources of one question are asked in one request. Each source has its own provider here, hence its own breaker, its
own outcome and its own cause; they meet at the broker's desk.
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from backend.linkage.adapters.rest import parse_json
from backend.linkage.adapters.subject_fields import number_sent, subject_value
from backend.linkage.directory import Request
from backend.linkage.errors import WrongAnswerError
from backend.linkage.facts import Fact
from backend.linkage.ports import Facts, HttpCall, NotKnown, Transport
from backend.linkage.reading import read_facts
from contracts.decision import NotKnownCause, Subject

_JSON: Final = frozenset({"application/json"})
_NO_RECORD: Final = NotKnown(NotKnownCause.NO_RECORD, retryable=False)
_TELLABLE: Final = {
    "timeout": NotKnown(NotKnownCause.TIMEOUT, retryable=True, detail="source_timeout"),
    "unreachable": NotKnown(NotKnownCause.UNREACHABLE, retryable=True, detail="source_unreachable"),
    "overloaded": NotKnown(NotKnownCause.OVERLOADED, retryable=True, detail="source_overloaded"),
    "maintenance": NotKnown(NotKnownCause.MAINTENANCE, retryable=True, detail="source_maintenance"),
    "not_permitted": NotKnown(NotKnownCause.NOT_PERMITTED, retryable=False, detail="source_not_permitted"),
    "bad_answer": NotKnown(NotKnownCause.BAD_ANSWER, retryable=False, detail="source_bad_answer"),
}
"""What a broker may say of a source that gave nothing."""
_UNTOLD: Final = NotKnown(NotKnownCause.BAD_ANSWER, retryable=False, detail="source_untold")
Told = Mapping[str, Mapping[str, Any]] | NotKnown


@dataclass(slots=True, eq=False)
class _Round:
    """One request to the broker while its sources are still being gathered."""

    subject: Subject
    answer: "asyncio.Future[Told]"
    sources: set[str] = field(default_factory=set)


class BrokerDesk:
    """Gathers what is asked about one person at the same moment into one request."""

    def __init__(self, base_url: str, path: str, send: Mapping[str, Any], transport: Transport) -> None:
        self._url = base_url + path
        self._send = send
        self._transport = transport
        self._rounds: dict[int, _Round] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def ask(self, subject: Subject, source: str, deadline_s: float) -> Told:
        """Ask one source; whoever asks about the same subject before the loop comes round goes along."""
        loop = asyncio.get_running_loop()
        present = self._rounds.get(id(subject))
        if present is None:
            present = self._rounds[id(subject)] = _Round(subject, loop.create_future())
            loop.call_soon(self._start, present, deadline_s)
        present.sources.add(source)
        try:
            async with asyncio.timeout(deadline_s):
                return await asyncio.shield(present.answer)
        except TimeoutError:
            return NotKnown(NotKnownCause.TIMEOUT, retryable=True, detail="deadline")

    def _start(self, asked: _Round, deadline_s: float) -> None:
        del self._rounds[id(asked.subject)]
        task = asyncio.get_running_loop().create_task(self._exchange(asked, deadline_s))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _exchange(self, asked: _Round, deadline_s: float) -> None:
        sent = {name: subject_value(asked.subject, what) for name, what in self._send.items()}
        body = json.dumps(
            {**sent, "sources": sorted(asked.sources)}, ensure_ascii=False, separators=(",", ":")
        ).encode()
        told: Told = NotKnown(NotKnownCause.BAD_ANSWER, retryable=False, detail="adapter_failed")
        try:
            answer = await self._transport.send(HttpCall(self._url, body, "application/json", _JSON, {}), deadline_s)
            told = answer if isinstance(answer, NotKnown) else parse_answers(answer)
        finally:
            if not asked.answer.done():
                asked.answer.set_result(told)


def parse_answers(body: bytes) -> Told:
    """Read a broker's answer: ``{"answers": [{"source", "status", "cause"?, "record"?}, …]}``; by source, pure."""
    try:
        tree = parse_json(body)
    except WrongAnswerError as error:
        return NotKnown(NotKnownCause.BAD_ANSWER, retryable=False, detail=error.detail)
    answers = tree.get("answers") if isinstance(tree, dict) else None
    if not isinstance(answers, list) or not all(isinstance(one, dict) for one in answers):
        return NotKnown(NotKnownCause.BAD_ANSWER, retryable=False, detail="answers")
    by_source = {str(one.get("source")): one for one in answers}
    if len(by_source) < len(answers):
        return NotKnown(NotKnownCause.BAD_ANSWER, retryable=False, detail="source_twice")
    return by_source


class BrokerProvider:
    """One source behind a broker."""

    def __init__(self, desk: BrokerDesk, source: str, request: Request) -> None:
        self._desk = desk
        self._source = source
        self._request = request

    @property
    def offers(self) -> frozenset[Fact]:
        """The facts this source can yield."""
        return frozenset(self._request.facts)

    async def ask(self, subject: Subject, facts: frozenset[Fact], deadline_s: float) -> Facts | NotKnown:
        """Ask about one person (see ``Provider``)."""
        told = await self._desk.ask(subject, self._source, deadline_s)
        if isinstance(told, NotKnown):
            return told
        one = told.get(self._source, {})
        status, record = one.get("status"), one.get("record")
        if status == "failed":
            return _TELLABLE.get(str(one.get("cause")), _UNTOLD)
        if status == "not_found":
            tree: dict[str, Any] = {"found": False}
        elif status == "ok" and isinstance(record, dict):
            tree = {**record, "found": True}
        else:
            return _UNTOLD
        try:
            known = read_facts(self._request, tree, facts, lexical=False, about=number_sent(subject, self._request))
        except WrongAnswerError as error:
            return NotKnown(NotKnownCause.BAD_ANSWER, retryable=False, detail=error.detail)
        return known if known is not None else _NO_RECORD
