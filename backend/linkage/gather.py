"""Asks every agency that is needed at once, each within its own deadline, and tells how far it is."""

import asyncio
import queue
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from backend.linkage.adapters.linking import make_providers
from backend.linkage.breaker import Breaker, admit, after_failure, after_success
from backend.linkage.directory import Agency, Directory, Request
from backend.linkage.errors import LoopStoppedError
from backend.linkage.facts import Fact, KnownFact
from backend.linkage.hosted.shelf import RegisterShelf
from backend.linkage.loop import AgencyLoop
from backend.linkage.maintenance import Window, is_under_way
from backend.linkage.ports import Closing, DatedFacts, Facts, NotKnown, Provider, References, Transport
from backend.linkage.transport import AiohttpTransport
from contracts.decision import AskState, NotKnownCause, Progress, SourceOutcome, Subject
from contracts.message import Words
from contracts.subject import SubjectKind

_log = structlog.get_logger(__name__)
_GRACE_S: Final = 2.0
"""How long past the latest deadline a request thread believes in the loop."""
_BREAKER_OPEN: Final = NotKnown(NotKnownCause.BREAKER_OPEN, retryable=True)
_FUTURE: Final = NotKnown(NotKnownCause.BAD_ANSWER, retryable=False, detail="as_of_future")
CLOCKS_MAY_DIFFER: Final = timedelta(minutes=5)
_USUAL: Final = frozenset({NotKnownCause.NO_RECORD, NotKnownCause.BREAKER_OPEN, NotKnownCause.MAINTENANCE})
"""Causes that operators need not hear about each time."""
_CROWDED: Final = NotKnown(NotKnownCause.OVERLOADED, retryable=True, detail="max_in_flight")
_PERSONS: Final = frozenset({SubjectKind.PERSON})
_CLOSED: Final = NotKnown(NotKnownCause.MAINTENANCE, retryable=True)


@dataclass(slots=True)
class LinkedAgency:
    """One agency at run time. Its breaker and counter are touched on the loop's thread alone.

    ``absent`` says what it means for its facts that it does not know a person; ``kinds`` whom each provider can be
    asked about, persons alone where it says nothing.
    """

    id: str
    name: Words
    deadline_s: float
    max_in_flight: int
    providers: tuple[Provider, ...]
    maintenance: tuple[Window, ...] = ()
    absent: Facts = field(default_factory=dict)
    kinds: tuple[frozenset[SubjectKind], ...] = ()
    breaker: Breaker = field(default_factory=Breaker)
    in_flight: int = 0

    def providers_for(self, kind: SubjectKind, facts: frozenset[Fact]) -> list[tuple[Provider, frozenset[Fact]]]:
        """Return those that can be asked about such a subject and yield wanted facts, with these."""
        kinds = self.kinds or (_PERSONS,) * len(self.providers)
        parts = zip(self.providers, kinds, strict=True)
        return [(provider, wanted) for provider, of in parts if kind in of and (wanted := provider.offers & facts)]


@dataclass(frozen=True, slots=True)
class Gathered:
    """What came.

    Attributes:
        facts: The facts known, each with who said so. A wanted fact that is missing here is not known.
        causes: Why each wanted fact that an asked agency did not give is not known.
        sources: One outcome per agency asked, in the directory's order.
        times: Agency id → when it was asked and when its answer came or was given up, in milliseconds since the asking
            began.
    """

    facts: dict[Fact, KnownFact] = field(repr=False)
    causes: dict[Fact, NotKnownCause]
    sources: tuple[SourceOutcome, ...]
    times: dict[str, tuple[int, int]] = field(default_factory=dict)


_Told = Progress | Gathered | BaseException
"""What the loop's thread tells a waiting thread."""


def link_agencies(
    directory: Directory, transport: Transport, shelf: RegisterShelf | None = None
) -> tuple[LinkedAgency, ...]:
    """Build the agencies a directory names, all on one transport; each source of a broker is one of its own."""
    return tuple(linked for agency in directory.agencies for linked in _link(agency, transport, shelf))


def _link(agency: Agency, transport: Transport, shelf: RegisterShelf | None) -> Iterator[LinkedAgency]:
    providers = make_providers(agency, transport, shelf)
    deadline_s, most = agency.deadline_ms / 1000, agency.max_in_flight
    if not agency.sources:
        absent, kinds = _absent(agency.requests), tuple(r.kinds for r in agency.requests)
        yield LinkedAgency(agency.id, agency.name, deadline_s, most, providers, agency.maintenance, absent, kinds)
    for source, name in agency.sources.items():
        its = tuple(p for p, r in zip(providers, agency.requests, strict=True) if r.source == source)
        requests = [r for r in agency.requests if r.source == source]
        absent, kinds = _absent(requests), tuple(r.kinds for r in requests)
        yield LinkedAgency(source, name, deadline_s, most, its, agency.maintenance, absent, kinds)


def _absent(requests: Iterable[Request]) -> Facts:
    return {fact: value for request in requests for fact, value in request.absent.items()}


class FactGatherer:
    """Gathers facts from the linked agencies. One per worker process; any number of threads may use it."""

    def __init__(
        self,
        agencies: Sequence[LinkedAgency],
        loop: AgencyLoop,
        transport: AiohttpTransport | None = None,
        references: References | None = None,
    ) -> None:
        self._agencies = tuple(agencies)
        self._loop = loop
        self._transport = transport
        self._references = references

    @classmethod
    def from_directory(
        cls, directory: Directory, shelf: RegisterShelf | None = None, references: References | None = None
    ) -> "FactGatherer":
        """Build with real HTTP to the agencies of ``directory``, and the registers kept in ``shelf``."""
        transport = AiohttpTransport()
        return cls(link_agencies(directory, transport, shelf), AgencyLoop(), transport, references)

    def gather(
        self, subject: Subject, facts: frozenset[Fact], *, tell_progress: bool = True
    ) -> Iterator[Progress | Gathered]:
        """Ask for ``facts`` about ``subject``; blocks between items.

        Args:
            subject: Whom the question is about.
            facts: The facts wanted; agencies that yield none of them are not asked.
            tell_progress: False spares the calling thread a wake-up for each change.

        Yields:
            A ``Progress`` per change of an agency's state, and at last one ``Gathered``.
            Faults of agencies never raise.

        Raises:
            LoopStoppedError: The loop's thread is not there any more.
        """
        concerned = [agency for agency in self._agencies if agency.providers_for(subject.kind, facts)]
        spared, chosen = self._spare(subject, concerned)
        unasked = [_not_known_there(agency, subject.kind, facts, as_of) for agency, as_of in spared]
        if tell_progress:
            yield from (_progress_of(agency, without) for (agency, _), without in zip(spared, unasked, strict=True))
        if not chosen:
            yield _merge(unasked)
            return
        told: queue.SimpleQueue[_Told] = queue.SimpleQueue()
        tell = told.put if tell_progress else None
        until = time.monotonic() + max(agency.deadline_s for agency in chosen) + _GRACE_S
        cancel = self._loop.start_task(lambda: _gather_or_report(chosen, subject, facts, tell, told.put))
        finished = False
        try:
            while not finished:
                item = _next(told, until)
                finished = isinstance(item, Gathered)
                yield _merge([item, *unasked]) if unasked and isinstance(item, Gathered) else item
        finally:
            if not finished:
                cancel()

    def _spare(
        self, subject: Subject, chosen: Sequence[LinkedAgency]
    ) -> tuple[Sequence[tuple[LinkedAgency, datetime]], Sequence[LinkedAgency]]:
        """Part those agencies that are known, since when, not to know the person from those to be asked."""
        if self._references is None:
            return (), chosen
        try:
            strangers = self._references.not_known_at(subject, [agency.id for agency in chosen])
        except SQLAlchemyError as error:  # then everybody is asked, as if there were no lists
            _log.error("references_not_read", error=type(error).__name__)
            return (), chosen
        return [(a, strangers[a.id]) for a in chosen if a.id in strangers], [a for a in chosen if a.id not in strangers]

    def not_permitted(self, facts: frozenset[Fact]) -> tuple[SourceOutcome, ...]:
        """Return an outcome for each agency that knows some of ``facts``, none of which may be asked."""
        return tuple(
            SourceOutcome(
                agency_id=agency.id,
                agency=agency.name,
                state=AskState.NOT_KNOWN,
                cause=NotKnownCause.NOT_PERMITTED,
            )
            for agency in self._agencies
            if any(provider.offers & facts for provider in agency.providers)
        )

    def close(self) -> None:
        """End the loop's thread and its connections, and the databases'."""
        self._loop.stop(self._transport.aclose if self._transport else None)
        for agency in self._agencies:
            for provider in agency.providers:
                if isinstance(provider, Closing):
                    provider.close()


def _next(told: "queue.SimpleQueue[_Told]", until: float) -> Progress | Gathered:
    try:
        item = told.get(timeout=max(0.0, until - time.monotonic()))
    except queue.Empty:
        raise LoopStoppedError("the agency loop did not report in time") from None
    if isinstance(item, BaseException):
        raise LoopStoppedError("gathering was broken off") from item
    return item


async def _gather_or_report(
    agencies: Sequence[LinkedAgency],
    subject: Subject,
    facts: frozenset[Fact],
    tell: Callable[[Progress], None] | None,
    finish: Callable[["_Told"], None],
) -> None:
    try:
        finish(await _gather(agencies, subject, facts, tell))
    except asyncio.CancelledError as error:
        finish(error)
        raise
    except Exception as error:  # noqa: BLE001  # a thread waits for the outcome, whatever it is, and raises it there
        finish(error)


async def _gather(
    agencies: Sequence[LinkedAgency],
    subject: Subject,
    facts: frozenset[Fact],
    tell: Callable[[Progress], None] | None,
) -> Gathered:
    began_s = asyncio.get_running_loop().time()
    asked = [_ask_agency(agency, subject, facts, tell, began_s) for agency in agencies]
    return _merge(await asyncio.gather(*asked))


def _merge(outcomes: Iterable[Gathered]) -> Gathered:
    known: dict[Fact, KnownFact] = {}
    causes: dict[Fact, NotKnownCause] = {}
    sources: list[SourceOutcome] = []
    times: dict[str, tuple[int, int]] = {}
    for outcome in outcomes:
        known.update(outcome.facts)
        causes.update(outcome.causes)
        sources += outcome.sources
        times.update(outcome.times)
    return Gathered(known, causes, tuple(sources), times)


def _not_known_there(agency: LinkedAgency, kind: SubjectKind, facts: frozenset[Fact], as_of: datetime) -> Gathered:
    """Return what it means that an agency does not know the person, who therefore is not asked about there."""
    wanted = frozenset[Fact]().union(*(part for _provider, part in agency.providers_for(kind, facts)))
    known = {fact: KnownFact(value, agency.id, as_of) for fact, value in agency.absent.items() if fact in wanted}
    causes = dict.fromkeys(wanted - known.keys(), NotKnownCause.NO_RECORD)
    state, cause = (AskState.NOT_KNOWN, NotKnownCause.NO_RECORD) if causes else (AskState.ANSWERED, None)
    return Gathered(known, causes, (SourceOutcome(agency_id=agency.id, agency=agency.name, state=state, cause=cause),))


def _progress_of(agency: LinkedAgency, outcome: Gathered) -> Progress:
    source = outcome.sources[0]
    return Progress(agency_id=agency.id, agency=agency.name, state=source.state, cause=source.cause)


async def _ask_agency(
    agency: LinkedAgency,
    subject: Subject,
    facts: frozenset[Fact],
    tell: Callable[[Progress], None] | None,
    began_s: float,
) -> Gathered:
    started = asyncio.get_running_loop().time()
    if tell:
        tell(Progress(agency_id=agency.id, agency=agency.name, state=AskState.ASKING))
    parts = agency.providers_for(subject.kind, facts)
    answers = await _ask_guarded(agency, subject, parts)
    known: dict[Fact, KnownFact] = {}
    causes: dict[Fact, NotKnownCause] = {}
    for (_provider, wanted), answer in zip(parts, answers, strict=True):
        if isinstance(answer, NotKnown):
            causes.update(dict.fromkeys(wanted, answer.cause))
        else:
            known.update({fact: KnownFact(value, agency.id, answer.as_of) for fact, value in answer.items()})
            causes.update(dict.fromkeys(wanted - answer.keys(), NotKnownCause.NO_RECORD))
    missing = next((answer for answer in answers if isinstance(answer, NotKnown)), None)
    elapsed_ms = round((asyncio.get_running_loop().time() - started) * 1000)
    state = AskState.ANSWERED if missing is None else AskState.NOT_KNOWN
    cause = None if missing is None else missing.cause
    if missing is not None and missing.cause not in _USUAL:
        _log.warning("agency_facts_not_known", agency_id=agency.id, cause=str(missing.cause), detail=missing.detail)
    if tell:
        tell(Progress(agency_id=agency.id, agency=agency.name, state=state, cause=cause, elapsed_ms=elapsed_ms))
    source = SourceOutcome(agency_id=agency.id, agency=agency.name, state=state, cause=cause)
    out_ms = round((started - began_s) * 1000)
    return Gathered(known, causes, (source,), {agency.id: (out_ms, out_ms + elapsed_ms)})


async def _ask_guarded(
    agency: LinkedAgency, subject: Subject, parts: Sequence[tuple[Provider, frozenset[Fact]]]
) -> Sequence[DatedFacts | NotKnown]:
    """Ask an agency's requests behind its breaker and its limit of questions under way."""
    if agency.maintenance and is_under_way(agency.maintenance, datetime.now(UTC)):
        return [_CLOSED] * len(parts)
    if agency.in_flight >= agency.max_in_flight:
        return [_CROWDED] * len(parts)
    agency.breaker, admitted = admit(agency.breaker, asyncio.get_running_loop().time())
    if not admitted:
        return [_BREAKER_OPEN] * len(parts)
    agency.in_flight += 1
    try:
        asked = [_ask_provider(agency, provider, subject, wanted) for provider, wanted in parts]
        # One question needs no task of its own.
        answers: Sequence[DatedFacts | NotKnown] = [await asked[0]] if len(asked) == 1 else await asyncio.gather(*asked)
    finally:
        agency.in_flight -= 1
    troubled = any(isinstance(answer, NotKnown) and answer.retryable for answer in answers)
    agency.breaker = after_failure(agency.breaker, asyncio.get_running_loop().time()) if troubled else after_success()
    return answers


async def _ask_provider(
    agency: LinkedAgency, provider: Provider, subject: Subject, wanted: frozenset[Fact]
) -> DatedFacts | NotKnown:
    try:
        answer = await provider.ask(subject, wanted, agency.deadline_s)
    except Exception as error:  # noqa: BLE001  # our bug in an adapter must not take the other agencies' answers along
        _log.error("agency_adapter_failed", agency_id=agency.id, error=type(error).__name__)
        return NotKnown(NotKnownCause.BAD_ANSWER, retryable=False, detail="adapter_failed")
    return answer if isinstance(answer, NotKnown) else _dated(answer, datetime.now(UTC))


def _dated(answer: Facts, now: datetime) -> DatedFacts | NotKnown:
    """Date an answer: by itself where its agency does so, though never later than now; else now."""
    if not isinstance(answer, DatedFacts):
        return DatedFacts(answer, now)
    if answer.as_of > now + CLOCKS_MAY_DIFFER:
        return _FUTURE
    return DatedFacts(answer, now) if answer.as_of > now else answer
