"""Many persons in one request, where an agency takes that: questions out of batches wait a moment for each other.

Each person keeps his own outcome. Whom a half answer leaves out is told apart from those it answers for.
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from backend.linkage.adapters.rest import nested, parse_json
from backend.linkage.adapters.subject_fields import number_sent, subject_value
from backend.linkage.answer_path import walk
from backend.linkage.directory import Request
from backend.linkage.errors import WrongAnswerError
from backend.linkage.facts import Fact
from backend.linkage.mapping import BulkShape
from backend.linkage.metrics import count_together
from backend.linkage.ports import MAX_ANSWER_BYTES, Facts, HttpCall, NotKnown, Transport
from backend.linkage.reading import read_facts
from contracts.decision import NotKnownCause, Subject

WAIT_S: Final = 0.02
"""How long the first of a round waits for others."""
_BYTES_A_PERSON: Final = 4 * 1024
_JSON: Final = frozenset({"application/json"})
_LEFT_OUT: Final = NotKnown(NotKnownCause.BAD_ANSWER, retryable=False, detail="left_out")
_TWICE: Final = NotKnown(NotKnownCause.BAD_ANSWER, retryable=False, detail="person_twice")
_LATE: Final = NotKnown(NotKnownCause.TIMEOUT, retryable=True, detail="deadline", counts=False)
_NO_RECORD: Final = NotKnown(NotKnownCause.NO_RECORD, retryable=False)
_Line = Mapping[str, Any]


@dataclass(slots=True)
class _Person:
    sent: Mapping[str, Any]
    answer: "asyncio.Future[_Line | NotKnown]"


@dataclass(slots=True, eq=False)
class _Round:
    """One request that has not gone out yet."""

    start: asyncio.TimerHandle
    persons: dict[str, _Person] = field(default_factory=dict)


class TogetherProvider:
    """One request of one agency, asked about many at once. For the loop's thread alone."""

    def __init__(self, base_url: str, request: Request, bulk: BulkShape, transport: Transport) -> None:
        self._url = base_url + bulk.path
        self._request = request
        self._bulk = bulk
        self._transport = transport
        self._round: _Round | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def offers(self) -> frozenset[Fact]:
        """The facts this request can yield."""
        return frozenset(self._request.facts)

    async def ask(self, subject: Subject, facts: frozenset[Fact], deadline_s: float) -> Facts | NotKnown:
        """Ask about one person, along with those asked about at the same moment (see ``Provider``)."""
        number = number_sent(subject, self._request)
        try:
            async with asyncio.timeout(deadline_s):
                line = await asyncio.shield(self._join(number, subject, deadline_s))
        except TimeoutError:
            return _LATE
        if isinstance(line, NotKnown):
            return line
        try:
            known = read_facts(self._request, line, facts, lexical=False, about=number)
        except WrongAnswerError as error:
            return NotKnown(NotKnownCause.BAD_ANSWER, retryable=False, detail=error.detail)
        return known if known is not None else _NO_RECORD

    def _join(self, number: str, subject: Subject, deadline_s: float) -> "asyncio.Future[_Line | NotKnown]":
        loop = asyncio.get_running_loop()
        sent = nested({name: subject_value(subject, what) for name, what in self._request.send.items()})
        present = self._round
        if present is not None and number in present.persons:
            if present.persons[number].sent == sent:
                return present.persons[number].answer
            self._start(present, deadline_s)  # the same person told of otherwise: the answers could not be told apart
            present = None
        if present is None:
            present = self._round = _Round(loop.call_later(WAIT_S, lambda: self._start(present, deadline_s)))
        answer = loop.create_future()
        present.persons[number] = _Person(sent, answer)
        if len(present.persons) >= self._bulk.most:
            self._start(present, deadline_s)
        return answer

    def _start(self, asked: _Round | None, deadline_s: float) -> None:
        if asked is None or self._round is not asked:
            return
        self._round = None
        asked.start.cancel()
        task = asyncio.get_running_loop().create_task(self._exchange(asked.persons, deadline_s - 2 * WAIT_S))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _exchange(self, persons: Mapping[str, _Person], deadline_s: float) -> None:
        told: Mapping[str, _Line | NotKnown] | NotKnown
        told = NotKnown(NotKnownCause.BAD_ANSWER, retryable=False, detail="adapter_failed")
        body = {**self._request.fixed, self._bulk.list: [person.sent for person in persons.values()]}
        content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        most = max(MAX_ANSWER_BYTES, self._bulk.most * _BYTES_A_PERSON)
        call = HttpCall(self._url, content, "application/json", _JSON, self._request.headers, most_bytes=most)
        try:
            answer = await self._transport.send(call, max(0.0, deadline_s))
            told = answer if isinstance(answer, NotKnown) else parse_lines(answer, self._bulk.list, self._request.whose)
        finally:
            self._finish(persons, told)

    def _finish(self, persons: Mapping[str, _Person], told: Mapping[str, _Line | NotKnown] | NotKnown) -> None:
        """Tell each his own; a request that failed as a whole counts once against the agency."""
        for place, (number, person) in enumerate(persons.items()):
            if person.answer.done():
                continue
            if isinstance(told, NotKnown):
                person.answer.set_result(told if place == 0 else replace(told, counts=False))
            else:
                person.answer.set_result(told.get(number, _LEFT_OUT))
        if not isinstance(told, NotKnown):
            answered = len(persons.keys() & told.keys())
            count_together(answered, len(persons) - answered)


def parse_lines(body: bytes, name: str, whose: str) -> Mapping[str, _Line | NotKnown] | NotKnown:
    """Read an answer about many, pure.

    Args:
        body: JSON, an object with a list.
        name: Of the list.
        whose: Path to the number that a line speaks of.

    Returns:
        Number → its line, or why it has none that can be believed; or why nothing can be read.
    """
    try:
        lines = _lines(parse_json(body), name)
        numbers = [walk(line, whose) for line in lines]
    except WrongAnswerError as error:
        return NotKnown(NotKnownCause.BAD_ANSWER, retryable=False, detail=error.detail)
    told: dict[str, _Line | NotKnown] = {}
    for number, line in zip(numbers, lines, strict=True):
        if isinstance(number, str):  # a line about nobody answers for nobody
            told[number] = _TWICE if number in told else line
    return told


def _lines(tree: object, name: str) -> list[_Line]:
    lines = tree.get(name) if isinstance(tree, dict) else None
    if not isinstance(lines, list) or not all(isinstance(line, Mapping) for line in lines):
        raise WrongAnswerError("bulk_list")
    return lines
