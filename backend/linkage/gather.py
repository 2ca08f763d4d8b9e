"""Asks every agency that is needed at once, each within its own deadline, and tells how far it is."""

import asyncio
import queue
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from backend.linkage.asking import Inquiry, ask_agency
from backend.linkage.directory import Directory
from backend.linkage.errors import LoopStoppedError
from backend.linkage.facts import Fact, KnownFact
from backend.linkage.gathered import Gathered, merge
from backend.linkage.hosted.shelf import RegisterShelf
from backend.linkage.kept import KeptAnswers, Limits
from backend.linkage.linked import LinkedAgency, link_agencies
from backend.linkage.loop import AgencyLoop
from backend.linkage.ports import Closing, References
from backend.linkage.transport import HttpTransport
from contracts.decision import AskState, NotKnownCause, Progress, SourceOutcome, Subject
from contracts.subject import SubjectKind

_log = structlog.get_logger(__name__)
_GRACE_S: Final = 2.0
"""How long past the latest deadline a request thread believes in the loop."""
_Told = Progress | Gathered | BaseException
"""What the loop's thread tells a waiting thread."""


class FactGatherer:
    """Gathers facts from the linked agencies. One per worker process; any number of threads may use it."""

    def __init__(
        self,
        agencies: Sequence[LinkedAgency],
        loop: AgencyLoop,
        transport: HttpTransport | None = None,
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
        transport = HttpTransport()
        agencies = link_agencies(directory, transport, shelf, KeptAnswers())
        return cls(agencies, AgencyLoop(), transport, references)

    def for_batches(self) -> "BatchGatherer":
        """Return this gatherer for questions out of batches: they go together where an agency takes many at once."""
        return BatchGatherer(self)

    def gather(
        self,
        subject: Subject,
        facts: frozenset[Fact],
        *,
        tell_progress: bool = True,
        limits: Limits | None = None,
        together: bool = False,
    ) -> Iterator[Progress | Gathered]:
        """Ask for ``facts`` about ``subject``; blocks between items.

        Args:
            subject: Whom the question is about.
            facts: The facts wanted; agencies that yield none of them are not asked.
            tell_progress: False spares the calling thread a wake-up for each change.
            limits: How old facts may be for what they are used for; without it everything is asked anew.
            together: True when it may wait a moment for others to be asked about along with it.

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
            yield merge(unasked)
            return
        told: queue.SimpleQueue[_Told] = queue.SimpleQueue()
        tell = told.put if tell_progress else None
        until = time.monotonic() + max(agency.deadline_s for agency in chosen) + _GRACE_S
        inquiry = Inquiry(subject, facts, tell, limits, together)
        cancel = self._loop.start_task(lambda: _gather_or_report(chosen, inquiry, told.put))
        finished = False
        try:
            while not finished:
                item = _next(told, until)
                finished = isinstance(item, Gathered)
                yield merge([item, *unasked]) if unasked and isinstance(item, Gathered) else item
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


@dataclass(frozen=True, slots=True)
class BatchGatherer:
    """A gatherer that has all its questions wait a moment for company."""

    inner: FactGatherer

    def gather(
        self, subject: Subject, facts: frozenset[Fact], *, tell_progress: bool = True, limits: Limits | None = None
    ) -> Iterator[Progress | Gathered]:
        """Ask (see ``FactGatherer.gather``)."""
        return self.inner.gather(subject, facts, tell_progress=tell_progress, limits=limits, together=True)

    def not_permitted(self, facts: frozenset[Fact]) -> tuple[SourceOutcome, ...]:
        """Return outcomes (see ``FactGatherer.not_permitted``)."""
        return self.inner.not_permitted(facts)


async def _gather_or_report(
    agencies: Sequence[LinkedAgency], inquiry: Inquiry, finish: Callable[["_Told"], None]
) -> None:
    try:
        finish(await _gather(agencies, inquiry))
    except asyncio.CancelledError as error:
        finish(error)
        raise
    except Exception as error:  # noqa: BLE001  # a thread waits for the outcome, whatever it is, and raises it there
        finish(error)


async def _gather(agencies: Sequence[LinkedAgency], inquiry: Inquiry) -> Gathered:
    began_s = asyncio.get_running_loop().time()
    asked = [ask_agency(agency, inquiry, began_s) for agency in agencies]
    return merge(await asyncio.gather(*asked))


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
