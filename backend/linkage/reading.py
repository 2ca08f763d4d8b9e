"""From an agency's answer to facts, pure. A value of another type than agreed is a wrong answer, never coerced."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Final

from backend.linkage.answer_path import scalar_text, walk
from backend.linkage.directory import Reading, Request
from backend.linkage.errors import WrongAnswerError
from backend.linkage.facts import Fact, FactValue
from backend.linkage.mapping import DateShape
from backend.linkage.ports import DatedFacts, Facts
from backend.linkage.written_dates import BUDDHIST_ERA_YEARS, ISO_FORM, parse_moment, parse_written
from contracts.card import Birth

_XS_BOOLEAN: Final = {"true": True, "1": True, "false": False, "0": False}
"""Lexical forms of xs:boolean (XML Schema part 2, section 3.2.2)."""
_XS_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,15}\Z")


def read_facts(request: Request, tree: object, wanted: frozenset[Fact], *, lexical: bool, about: str) -> Facts | None:
    """Pick the wanted facts out of one answer.

    Args:
        request: How the answer is laid out.
        tree: JSON objects as mappings; for XML, elements as mappings and their text as ``str``.
        wanted: The facts to read; nothing else is looked at.
        lexical: True when scalars arrive as text (XML), False when they are typed (JSON).
        about: The number that was asked about.

    Returns:
        The facts, dated where the answer is to say its date, or None when the agency does not know the person and that
        says nothing about any wanted fact.

    Raises:
        WrongAnswerError: The answer is not as agreed.
    """
    if not isinstance(tree, list if request.reads_array else Mapping):
        raise WrongAnswerError("not_an_array" if request.reads_array else "not_an_object")
    if not _is_found(request, tree, lexical):
        return absent_facts(request, wanted)
    if request.whose and walk(tree, request.whose) != about:
        raise WrongAnswerError("other_person")
    facts: dict[Fact, FactValue] = {}
    for fact in request.facts.keys() & wanted:
        value = read_fact(request.facts[fact], tree, fact, lexical=lexical)
        if value is not None:
            facts[fact] = value
    return DatedFacts(facts, read_as_of(request.as_of, tree)) if request.as_of else facts


def read_as_of(shape: DateShape, tree: object) -> datetime:
    """Return since when an answer says that its facts are known.

    Raises:
        WrongAnswerError: It does not say so as agreed.
    """
    raw = walk(tree, shape.at)
    moment = parse_moment(raw, shape.form, buddhist=shape.era == "be") if isinstance(raw, str) else None
    if moment is None:
        raise WrongAnswerError("missing:as_of" if raw is None else "wrong_type:as_of")
    return moment


def absent_facts(request: Request, wanted: frozenset[Fact]) -> dict[Fact, FactValue] | None:
    """Return what it says about the wanted facts that the agency does not know the person; None when nothing."""
    return {fact: value for fact, value in request.absent.items() if fact in wanted} or None


def _is_found(request: Request, tree: object, lexical: bool) -> bool:
    if not request.found:
        return True
    raw = walk(tree, request.found)
    if not request.found_when and not request.not_found_when:
        return _as_bool(raw, lexical, "found")
    word = scalar_text(raw)
    if word in request.not_found_when:
        return False
    if request.found_when and word not in request.found_when:
        raise WrongAnswerError("unknown_text:found")
    return True


def read_fact(reading: Reading, tree: object, fact: Fact, *, lexical: bool) -> FactValue | None:
    """Read one fact; None when it is not there and need not be.

    Raises:
        WrongAnswerError: It is not as agreed.
    """
    raw = walk(tree, reading.at)
    if reading.convert == "present":
        return raw is not None
    if reading.values:
        raw, lexical = _translate(raw, reading, fact), False
    if raw is None:
        if reading.optional:
            return None
        raise WrongAnswerError(f"missing:{fact}")
    return _CONVERTERS[reading.convert](raw, reading, lexical or reading.written == "text", fact)


def _translate(raw: object, reading: Reading, name: str) -> object:
    word = scalar_text(raw.strip() if isinstance(raw, str) else raw)
    if word is None or (word not in reading.values and raw is not None):
        raise WrongAnswerError(f"unknown_text:{name}")
    return reading.values.get(word)


def _as_text(raw: object, name: str) -> str:
    if not isinstance(raw, str):
        raise WrongAnswerError(f"wrong_type:{name}")
    return raw


def _as_bool(raw: object, lexical: bool, name: str) -> bool:
    value = _XS_BOOLEAN.get(raw.strip()) if lexical and isinstance(raw, str) else raw
    if not isinstance(value, bool):
        raise WrongAnswerError(f"wrong_type:{name}")
    return value


def _as_int(raw: object, most: int, lexical: bool, name: str) -> int:
    if lexical and isinstance(raw, str) and _XS_INTEGER.match(raw.strip()):
        raw = int(raw)
    if not isinstance(raw, int) or isinstance(raw, bool):
        raise WrongAnswerError(f"wrong_type:{name}")
    if not 0 <= raw <= most:
        raise WrongAnswerError(f"out_of_range:{name}")
    return raw


def _as_date(raw: object, reading: Reading, name: str) -> date:
    buddhist = reading.era == "be"
    written = parse_written(_as_text(raw, name), reading.form or ISO_FORM, buddhist=buddhist)
    if written is None or not written.month or not written.day:
        raise WrongAnswerError(f"wrong_type:{name}")
    try:
        return date(written.year, written.month, written.day)
    except ValueError:
        raise WrongAnswerError(f"wrong_type:{name}") from None


def _as_birth(raw: object, reading: Reading, lexical: bool, name: str) -> Birth:
    """Read year, month, day; the last two may be null or missing. The validator's own message would quote the value."""
    try:
        birth = _parse_birth(raw, reading, lexical, name)
        if birth.day is not None:
            date(birth.year, birth.month or 0, birth.day)
    except ValueError:
        raise WrongAnswerError(f"wrong_type:{name}") from None
    return birth


def _parse_birth(raw: object, reading: Reading, lexical: bool, name: str) -> Birth:
    buddhist = reading.era == "be"
    if reading.form:
        written = parse_written(_as_text(raw, name), reading.form, buddhist=buddhist)
        if written is None:
            raise WrongAnswerError(f"wrong_type:{name}")
        return written
    if buddhist and isinstance(raw, Mapping) and isinstance(raw.get("year"), int | str):
        raw = {**raw, "year": _as_int(raw["year"], 9999, lexical, name) - BUDDHIST_ERA_YEARS}
    return Birth.model_validate(raw, strict=not lexical)


def _as_known_text(raw: object, reading: Reading, name: str) -> str:
    text = _as_text(raw, name)
    if text not in reading.one_of:
        raise WrongAnswerError(f"unknown_text:{name}")
    return text


_CONVERTERS: Final[dict[str, Callable[[object, Reading, bool, str], FactValue]]] = {
    "bool": lambda raw, _reading, lexical, name: _as_bool(raw, lexical, name),
    "int": lambda raw, reading, lexical, name: _as_int(raw, reading.most, lexical, name),
    "date": lambda raw, reading, _lexical, name: _as_date(raw, reading, name),
    "birth": _as_birth,
    "equals": lambda raw, reading, _lexical, name: _as_text(raw, name) == reading.value,
    "text": lambda raw, reading, _lexical, name: _as_known_text(raw, reading, name),
}
