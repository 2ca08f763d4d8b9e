"""What a slip says, in blocks from top to bottom; nothing yet about where or how large. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import datetime
from typing import Any, TypeVar, cast

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
    """A labelled value.

    Attributes:
        label: What it is.
        value: In both languages; they stand beside each other.
        literal: Letters and digits that stay as they are, e.g. the card's number.
        plain: The value alone says what it is: a date. Where the label does not fit beside it, it is left away.
    """

    label: Words
    value: Words
    literal: str = ""
    plain: bool = False


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
class SourceList:
    """Agencies asked that are in the same state, in one run of text; bold where the answer is missing."""

    label: Words
    agencies: tuple[Words, ...]
    missing: bool


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


@dataclass(frozen=True)
class Stamp:
    """A sentence in a heavy frame: what kind of paper this is."""

    words: Words


@dataclass(frozen=True)
class SignatureLine:
    """Room for a hand to sign, and the line under it."""

    label: Words


Block = Heading | Field | ServiceName | Verdict | Passage | SourceList | Proof | Divider | Stamp | SignatureLine


@dataclass(frozen=True)
class Document:
    """A slip's blocks.

    Attributes:
        blocks: Top to bottom.
        names: Names that are not broken across lines.
        large_print: To be laid out larger.
    """

    blocks: tuple[Block, ...]
    names: tuple[str, ...]
    large_print: bool = False


def _service(decision: Decision) -> Iterator[Block]:
    amount = wording.amount_words(decision.amount) if decision.amount else None
    yield ServiceName(decision.service_name, decision.agency)
    yield Verdict(decision.outcome, wording.OUTCOMES[decision.outcome], amount)
    if decision.reasons:
        yield Passage(wording.WHY, tuple(reason.words for reason in decision.reasons))
    yield Passage(wording.NEXT, (decision.next_step,))


def _sources(sources: Iterable[SourceOutcome]) -> Iterator[SourceList]:
    groups: dict[bool, list[SourceOutcome]] = {}
    for source in sources:
        groups.setdefault(source.state is AskState.ANSWERED, []).append(source)
    for answered in sorted(groups, reverse=True):
        group = groups[answered]
        agencies = tuple(source.agency for source in group)
        yield SourceList(wording.ASK_STATES[group[0].state], agencies, not answered)


def _proof(record: SlipRecord) -> Proof:
    answer = record.answer
    expires_at = answer.expires_at
    until = Words(
        th=f"{wording.VALID_UNTIL.th} {thai_date(expires_at)}",
        en=f"{wording.VALID_UNTIL.en} {english_date(expires_at)}",
    )
    notes = (until, wording.CODE_PURPOSE, wording.ASSURANCES[answer.assurance], wording.AS_OF)
    return Proof(answer.slip_token, wording.REFERENCE, answer.reference, notes)


def say_moment(moment: datetime) -> Field:
    """Say a moment, in Bangkok's time and both calendars; ``moment`` is aware."""
    words = Words(th=f"{thai_date(moment)}  {clock_time(moment)} น.", en=english_date(moment))
    return Field(wording.DATE, words, plain=True)


def _blocks(record: SlipRecord) -> Iterator[Block]:
    answer = record.answer
    yield Heading(wording.TITLE, record.agency, record.place)
    yield Divider(strong=True)
    yield Field(wording.HOLDER, record.holder.initials, record.holder.masked_number)
    yield say_moment(answer.decided_at)
    for decision in answer.decisions:
        yield Divider(strong=True)
        yield from _service(decision)
    yield Divider(strong=True)
    yield from _sources(answer.sources)
    yield _proof(record)


def _names(record: SlipRecord) -> tuple[str, ...]:
    answer = record.answer
    named = [record.agency, record.place]
    named += [words for decision in answer.decisions for words in (decision.service_name, decision.agency)]
    named += [source.agency for source in answer.sources]
    return tuple(sorted({text for words in named for text in (words.th, words.en)}))


_Part = TypeVar("_Part")


def _with_thai_numerals(part: _Part) -> _Part:
    """Write Thai texts, wherever they stand in a block, with Thai numerals."""
    changed: Any = part
    if isinstance(part, Words):
        changed = Words(th=wording.thai_numerals(part.th), en=part.en)
    elif isinstance(part, tuple):
        changed = tuple(_with_thai_numerals(one) for one in part)
    elif is_dataclass(part) and not isinstance(part, type):
        changed = replace(part, **{one.name: _with_thai_numerals(getattr(part, one.name)) for one in fields(part)})
    return cast("_Part", changed)


def compose(record: SlipRecord) -> Document:
    """Say a slip.

    Args:
        record: The visit's result; the holder is masked already.
    """
    blocks, names = tuple(_blocks(record)), _names(record)
    if record.thai_numerals:
        blocks = _with_thai_numerals(blocks)
        names += tuple(map(wording.thai_numerals, names))
    return Document(blocks, names, record.large_print)
