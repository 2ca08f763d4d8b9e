"""The alternative that was not chosen: the same providers over urllib3 in a thread pool. For comparison alone."""

from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self, TypeVar

import urllib3

from backend.linkage.directory import Directory
from backend.linkage.facts import Fact, KnownFact
from backend.linkage.gather import Gathered, LinkedAgency, link_agencies
from backend.linkage.ports import Facts, HttpCall, NotKnown, Provider
from contracts.decision import AskState, NotKnownCause, Progress, SourceOutcome, Subject

Result = TypeVar("Result")
_THREADS = 96
"""Enough for every request thread of a worker to ask some agencies at once."""


class Urllib3Transport:
    def __init__(self) -> None:
        self._pool = urllib3.PoolManager(maxsize=_THREADS, retries=False)

    async def send(self, call: HttpCall, deadline_s: float) -> bytes | NotKnown:
        headers = {"Content-Type": call.content_type, **call.headers}
        try:
            response = self._pool.request("POST", call.url, body=call.body, headers=headers, timeout=deadline_s)
        except urllib3.exceptions.HTTPError as error:
            return NotKnown(NotKnownCause.UNREACHABLE, retryable=True, detail=type(error).__name__)
        return response.data


class Urllib3Gatherer:
    def __init__(self, agencies: tuple[LinkedAgency, ...]) -> None:
        self._agencies = agencies
        self._threads = ThreadPoolExecutor(_THREADS)

    @classmethod
    def from_directory(cls, directory: Directory) -> Self:
        return cls(link_agencies(directory, Urllib3Transport()))

    def gather(
        self,
        subject: Subject,
        facts: frozenset[Fact],
        *,
        tell_progress: bool = True,  # noqa: ARG002  (port's name)
    ) -> Iterator[Progress | Gathered]:
        asked = [
            (agency, self._threads.submit(_ask, provider, subject, facts & provider.offers, agency.deadline_s))
            for agency in self._agencies
            for provider in agency.providers
            if provider.offers & facts
        ]
        known: dict[Fact, KnownFact] = {}
        states: dict[str, SourceOutcome] = {}
        for agency, future in asked:
            answer = future.result()
            if not isinstance(answer, NotKnown):
                known.update({fact: KnownFact(value, agency.id) for fact, value in answer.items()})
            state = AskState.NOT_KNOWN if isinstance(answer, NotKnown) else AskState.ANSWERED
            states[agency.id] = SourceOutcome(agency_id=agency.id, agency=agency.name, state=state)
        yield Gathered(known, {}, tuple(states.values()))

    def not_permitted(self, facts: frozenset[Fact]) -> tuple[SourceOutcome, ...]:  # noqa: ARG002  (port's name)
        return ()

    def close(self) -> None:
        self._threads.shutdown()


def _ask(provider: Provider, subject: Subject, facts: frozenset[Fact], deadline_s: float) -> Facts | NotKnown:
    return _finish(provider.ask(subject, facts, deadline_s))


def _finish(work: Coroutine[Any, Any, Result]) -> Result:
    """Run a coroutine that never really waits, its transport being a blocking one."""
    try:
        work.send(None)
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]  # a coroutine returns by this exception
    raise RuntimeError("the provider waited for something")
