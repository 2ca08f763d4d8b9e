"""From an agency's answer to facts, pure. A value of another type than agreed is a wrong answer, never coerced."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from backend.linkage.directory import Reading, Request
from backend.linkage.errors import WrongAnswerError
from backend.linkage.facts import Fact, FactValue
from contracts.card import Birth

_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_XS_BOOLEAN: Final = {"true": True, "1": True, "false": False, "0": False}
"""Lexical forms of xs:boolean (XML Schema part 2, section 3.2.2)."""
_XS_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,15}\Z")


def read_facts(
    request: Request, tree: object, wanted: frozenset[Fact], *, lexical: bool, about: str
) -> dict[Fact, FactValue] | None:
    """Pick the wanted facts out of one answer.

    Args:
        request: How the answer is laid out.
        tree: JSON objects as mappings; for XML, elements as mappings and their text as ``str``.
        wanted: The facts to read; nothing else is looked at.
        lexical: True when scalars arrive as text (XML), False when they are typed (JSON).
        about: The number that was asked about.

    Returns:
        The facts, or None when the agency does not know the person and that says nothing about any wanted fact.

    Raises:
        WrongAnswerError: The answer is not as agreed.
    """
    if not isinstance(tree, Mapping):
        raise WrongAnswerError("not_an_object")
    if not _as_bool(_walk(tree, request.found), lexical, "found"):
        absent: dict[Fact, FactValue] = {fact: value for fact, value in request.absent.items() if fact in wanted}
        return absent or None
    if request.whose and _walk(tree, request.whose) != about:
        raise WrongAnswerError("other_person")
    facts: dict[Fact, FactValue] = {}
    for fact in request.facts.keys() & wanted:
        value = _read(request.facts[fact], tree, fact, lexical)
        if value is not None:
            facts[fact] = value
    return facts


def _walk(tree: object, path: str) -> object:
    for step in path.split("."):
        if not isinstance(tree, Mapping):
            return None
        tree = tree.get(step)
    return tree


def _read(reading: Reading, tree: object, fact: Fact, lexical: bool) -> FactValue | None:
    raw = _walk(tree, reading.at)
    if reading.convert == "present":
        return raw is not None
    if raw is None:
        if reading.optional:
            return None
        raise WrongAnswerError(f"missing:{fact}")
    return _CONVERTERS[reading.convert](raw, reading, lexical, fact)


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


def _as_date(raw: object, name: str) -> date:
    text = _as_text(raw, name).strip()
    if not _DATE.match(text):
        raise WrongAnswerError(f"wrong_type:{name}")
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise WrongAnswerError(f"wrong_type:{name}") from error


def _as_birth(raw: object, lexical: bool, name: str) -> Birth:
    """Read year, month, day; the last two may be null or missing. The validator's own message would quote the value."""
    try:
        birth = Birth.model_validate(raw, strict=not lexical)
        if birth.day is not None:
            date(birth.year, birth.month or 0, birth.day)
    except ValueError:
        raise WrongAnswerError(f"wrong_type:{name}") from None
    return birth


def _as_known_text(raw: object, reading: Reading, name: str) -> str:
    text = _as_text(raw, name)
    if text not in reading.one_of:
        raise WrongAnswerError(f"unknown_text:{name}")
    return text


_CONVERTERS: Final[dict[str, Callable[[object, Reading, bool, str], FactValue]]] = {
    "bool": lambda raw, _reading, lexical, name: _as_bool(raw, lexical, name),
    "int": lambda raw, reading, lexical, name: _as_int(raw, reading.most, lexical, name),
    "date": lambda raw, _reading, _lexical, name: _as_date(raw, name),
    "birth": lambda raw, _reading, lexical, name: _as_birth(raw, lexical, name),
    "equals": lambda raw, reading, _lexical, name: _as_text(raw, name) == reading.value,
    "text": lambda raw, reading, _lexical, name: _as_known_text(raw, reading, name),
}
