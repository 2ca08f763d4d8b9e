"""Asks one agency, once: what is kept is not asked again, the rest goes behind its breaker and its limits."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

import structlog

from backend.linkage.breaker import admit, after_failure, after_success
from backend.linkage.dating import date_answer
from backend.linkage.facts import Fact, KnownFact
from backend.linkage.gathered import Gathered
from backend.linkage.kept import KeepingProvider, Limits
from backend.linkage.linked import LinkedAgency
from backend.linkage.maintenance import is_under_way
from backend.linkage.ports import DatedFacts, NotKnown, Provider
from contracts.decision import AskState, NotKnownCause, Progress, SourceOutcome, Subject

_log = structlog.get_logger(__name__)
_BREAKER_OPEN: Final = NotKnown(NotKnownCause.BREAKER_OPEN, retryable=True)
_USUAL: Final = frozenset({NotKnownCause.NO_RECORD, NotKnownCause.BREAKER_OPEN, NotKnownCause.MAINTENANCE})
"""Causes that operators need not hear about each time."""
_CROWDED: Final = NotKnown(NotKnownCause.OVERLOADED, retryable=True, detail="max_in_flight")
_CLOSED: Final = NotKnown(NotKnownCause.MAINTENANCE, retryable=True)
_Part = tuple[Provider, frozenset[Fact]]


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What is to be found out.

    Attributes:
        subject: About whom.
        facts: What.
        tell: Told of each change; None: nobody watches.
        limits: How old facts may be; None: nothing kept may be used.
        together: Whether it may wait a moment for others to be asked about along with it.
    """

    subject: Subject = field(repr=False)
    facts: frozenset[Fact]
    tell: Callable[[Progress], None] | None = None
    limits: Limits | None = None
    together: bool = False


async def ask_agency(agency: LinkedAgency, inquiry: Inquiry, began_s: float) -> Gathered:
    """Ask one agency what it is to know; ``began_s`` is the loop's time when the whole asking began."""
    clock, tell = asyncio.get_running_loop().time, inquiry.tell
    started = clock()
    parts = agency.providers_for(inquiry.subject.kind, inquiry.facts, together=inquiry.together)
    answers: Mapping[int, DatedFacts | NotKnown] = _recall(parts, inquiry)
    recalled = len(answers) == len(parts)
    if tell and not recalled:
        tell(Progress(agency_id=agency.id, agency=agency.name, state=AskState.ASKING))
    if not recalled:
        left = [place for place in range(len(parts)) if place not in answers]
        asked = await _ask_guarded(agency, inquiry.subject, [parts[place] for place in left])
        answers = {**answers, **dict(zip(left, asked, strict=True))}
    known: dict[Fact, KnownFact] = {}
    causes: dict[Fact, NotKnownCause] = {}
    missing: NotKnown | None = None
    for place, (_provider, wanted) in enumerate(parts):
        answer = answers[place]
        if isinstance(answer, NotKnown):
            missing = missing or answer
            causes.update(dict.fromkeys(wanted, answer.cause))
        else:
            known.update({fact: KnownFact(value, agency.id, answer.as_of) for fact, value in answer.items()})
            causes.update(dict.fromkeys(wanted - answer.keys(), NotKnownCause.NO_RECORD))
    elapsed_ms = round((clock() - started) * 1000)
    state = AskState.ANSWERED if missing is None else AskState.NOT_KNOWN
    cause = None if missing is None else missing.cause
    if missing is not None and missing.cause not in _USUAL:
        _log.warning("agency_facts_not_known", agency_id=agency.id, cause=str(missing.cause), detail=missing.detail)
    if tell:
        tell(Progress(agency_id=agency.id, agency=agency.name, state=state, cause=cause, elapsed_ms=elapsed_ms))
    source = SourceOutcome(agency_id=agency.id, agency=agency.name, state=state, cause=cause)
    out_ms = round((started - began_s) * 1000)
    times = {} if recalled else {agency.id: (out_ms, out_ms + elapsed_ms)}
    return Gathered(known, causes, (source,), times)


def _recall(parts: Sequence[_Part], inquiry: Inquiry) -> dict[int, DatedFacts | NotKnown]:
    """Return what need not be asked, by its place among the parts."""
    recalled: dict[int, DatedFacts | NotKnown] = {}
    if inquiry.limits is None:
        return recalled
    for place, (provider, wanted) in enumerate(parts):
        if isinstance(provider, KeepingProvider):
            answer = provider.recall(inquiry.subject, wanted, inquiry.limits)
            recalled.update({} if answer is None else {place: answer})
    return recalled


async def _ask_guarded(
    agency: LinkedAgency, subject: Subject, parts: Sequence[_Part]
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
    counted = [answer for answer in answers if not isinstance(answer, NotKnown) or answer.counts]
    if any(isinstance(answer, NotKnown) and answer.retryable for answer in counted):
        agency.breaker = after_failure(agency.breaker, asyncio.get_running_loop().time())
    elif counted:
        agency.breaker = after_success()
    return answers


async def _ask_provider(
    agency: LinkedAgency, provider: Provider, subject: Subject, wanted: frozenset[Fact]
) -> DatedFacts | NotKnown:
    try:
        answer = await provider.ask(subject, wanted, agency.deadline_s)
    except Exception as error:  # noqa: BLE001  # our bug in an adapter must not take the other agencies' answers along
        _log.error("agency_adapter_failed", agency_id=agency.id, error=type(error).__name__)
        return NotKnown(NotKnownCause.BAD_ANSWER, retryable=False, detail="adapter_failed")
    return answer if isinstance(answer, NotKnown) else date_answer(answer, datetime.now(UTC))
