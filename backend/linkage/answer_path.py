"""Paths into an answer, pure: names joined by dots, and picks out of arrays.

``person.birth`` steps into objects; ``items[0]`` and ``items[-1]`` count from start or end; ``items[kind=HOME]``
is the one item whose ``kind`` is ``HOME``. A path that begins with a pick (``[0].status``) reads an answer that is an
array.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from backend.linkage.errors import WrongAnswerError

Step = str | int | tuple[str, str]
"""A name, a place in an array, or a field and the value it must have."""
_STEP: Final = re.compile(r"(?P<name>[^\s.\[\]=\d-][^\s.\[\]=]*)?(?P<picks>(?:\[[^\[\]]+\])*)\Z")
_PICK: Final = re.compile(r"\[([^\[\]]+)\]")
_INDEX: Final = re.compile(r"-?[0-9]{1,4}\Z")
_FILTER: Final = re.compile(r"([^\s=\d-][^\s=]*)=(.+)\Z")


@lru_cache(maxsize=4096)
def parse_path(text: str) -> tuple[Step, ...]:
    """Read a path.

    Raises:
        ValueError: Not one; the message says which part.
    """
    steps: list[Step] = []
    for place, part in enumerate(text.split(".")):
        match = _STEP.match(part)
        if match is None or not part or (match["name"] is None and place > 0):
            raise ValueError(
                f"'{part}' in the path '{text}' is no name with picks such as items[0] or items[kind=HOME]"
            )
        if match["name"]:
            steps.append(match["name"])
        steps += [_parse_pick(pick, text) for pick in _PICK.findall(match["picks"])]
    return tuple(steps)


def _parse_pick(pick: str, text: str) -> Step:
    if _INDEX.match(pick):
        return int(pick)
    match = _FILTER.match(pick)
    if match is None:
        raise ValueError(
            f"'[{pick}]' in the path '{text}' is neither a place such as [0] nor a choice such as [kind=HOME]"
        )
    return match[1], match[2]


def walk(tree: object, path: str) -> object:
    """Return what stands at ``path``, or None when there is nothing.

    Raises:
        WrongAnswerError: A choice fits several items: nobody can say which was meant.
    """
    for step in parse_path(path):
        if isinstance(step, str):
            tree = tree.get(step) if isinstance(tree, Mapping) else None
        elif not isinstance(tree, list):
            return None
        elif isinstance(step, int):
            tree = tree[step] if -len(tree) <= step < len(tree) else None
        else:
            tree = _choose(tree, *step)
        if tree is None:
            return None
    return tree


def _choose(items: list[object], field: str, value: str) -> object:
    fitting = [item for item in items if isinstance(item, Mapping) and scalar_text(item.get(field)) == value]
    if len(fitting) > 1:
        raise WrongAnswerError("several_items")
    return fitting[0] if fitting else None


def scalar_text(value: object) -> str | None:
    """Return a JSON value as tables of values write it: its text, ``true``, ``12``, ``null``, ``[]``; else None."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int):
        return str(value)
    return "[]" if value == [] else "{}" if value == {} else None
