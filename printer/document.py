"""What a slip says, in blocks from top to bottom; nothing yet about where or how large. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from contracts.decision import AskState, Decision, Outcome, SourceOutcome
from contracts.message import Words
from contracts.slip import SlipRecord
from printer import wording
from printer.thai_date import clock_time, english_date, thai_date


@dataclass(frozen=True)
class Heading:
    """Top of the slip: what it is, who gives it, where. No emblem: the state's emblem is not ours to print."""

    title: Words
    agency: Words
    place: Words


@dataclass(frozen=True)
class Field:
    """A labelled value; ``value.en`` is empty where the value reads the same in both languages."""

    label: Words
    value: Words


@dataclass(frozen=True)
class ServiceName:
    """Which service the following answer is about, and whose it is."""

    name: Words
    agency: Words


@dataclass(frozen=True)
class Verdict:
    """The answer, large, told by words, by shape and by tone together: never by one of them alone."""

    outcome: Outcome
    words: Words
    amount: Words | None


@dataclass(frozen=True)
class Passage:
    """A labelled list of sentences."""

    label: Words
    sentences: tuple[Words, ...]


@dataclass(frozen=True)
class SourceTable:
    """Who was asked and whether they answered."""

    label: Words
    rows: tuple[tuple[Words, Words, bool], ...]


@dataclass(frozen=True)
class Proof:
    """The signed code, the reference in letters, and what both are for."""

    token_text: str
    label: Words
    reference: str
    notes: tuple[Words, ...]


@dataclass(frozen=True)
class Divider:
    """A line across; strong ones part the slip's main sections."""

    strong: bool = False


Block = Heading | Field | ServiceName | Verdict | Passage | SourceTable | Proof | Divider


@dataclass(frozen=True)
class Document:
    """A slip's blocks.

    Attributes:
        blocks: Top to bottom.
        names: Names that are not broken across lines.
    """

    blocks: tuple[Block, ...]
    names: tuple[str, ...]


def _moment(moment: datetime) -> Iterator[Block]:
    yield Field(wording.DATE, Words(th=f"{thai_date(moment)} / {english_date(moment)}", en=""))
    yield Field(wording.TIME, Words(th=f"{clock_time(moment)} น.", en=""))


def _service(decision: Decision) -> Iterator[Block]:
    amount = wording.amount_words(decision.amount) if decision.amount else None
    yield ServiceName(decision.service_name, decision.agency)
    yield Verdict(decision.outcome, wording.OUTCOMES[decision.outcome], amount)
    if decision.reasons:
        yield Passage(wording.WHY, tuple(reason.words for reason in decision.reasons))
    yield Passage(wording.NEXT, (decision.next_step,))


def _sources(sources: Iterable[SourceOutcome]) -> SourceTable:
    rows = tuple(
        (source.agency, wording.ASK_STATES[source.state], source.state is AskState.ANSWERED) for source in sources
    )
    return SourceTable(wording.SOURCES, rows)


def _proof(record: SlipRecord) -> Proof:
    answer = record.answer
    expires_at = answer.expires_at
    until = Words(
        th=f"{wording.VALID_UNTIL.th} {thai_date(expires_at)}",
        en=f"{wording.VALID_UNTIL.en} {english_date(expires_at)}",
    )
    notes = (until, wording.CODE_PURPOSE, wording.ASSURANCES[answer.assurance], wording.AS_OF)
    return Proof(answer.slip_token, wording.REFERENCE, answer.reference, notes)


def _blocks(record: SlipRecord) -> Iterator[Block]:
    answer = record.answer
    yield Heading(wording.TITLE, record.agency, record.place)
    yield Divider(strong=True)
    yield Field(wording.HOLDER, record.holder.initials)
    yield Field(wording.NUMBER, Words(th=record.holder.masked_number, en=""))
    yield from _moment(answer.decided_at)
    for decision in answer.decisions:
        yield Divider(strong=True)
        yield from _service(decision)
    yield Divider(strong=True)
    if answer.sources:
        yield _sources(answer.sources)
        yield Divider()
    yield _proof(record)


def _names(record: SlipRecord) -> tuple[str, ...]:
    answer = record.answer
    named = [record.agency, record.place]
    named += [words for decision in answer.decisions for words in (decision.service_name, decision.agency)]
    named += [source.agency for source in answer.sources]
    return tuple(sorted({text for words in named for text in (words.th, words.en)}))


def compose(record: SlipRecord) -> Document:
    """Say a slip.

    Args:
        record: The visit's result; the holder is masked already.
    """
    return Document(tuple(_blocks(record)), _names(record))
