"""On which line of a file a refused part of its table stands, for whoever mends it with a text editor. Pure."""

import re
from collections.abc import Callable
from typing import Final
from xml.parsers import expat  # the file has passed the reader that refuses document types

_OWNER: Final = re.compile(r"^(decision|businessKnowledgeModel) ([^,]*)(?:, |$)")
_PLACE: Final = re.compile(r"(?:rule (?P<rule>[0-9]+))?(?:, )?(?:(?P<column>input|output) (?P<number>[0-9]+))?")
_CELLS: Final = {"input": "inputEntry", "output": "outputEntry"}

_Fits = Callable[[str, dict[str, str], int], bool]
"""Says of an element, by its tag, its attributes and how many of that tag came so far, whether it is meant."""


def find_line(xml: bytes, place: str) -> int | None:
    """Return the line, counted from 1, of a place as ``TableError`` names it; None where it names none.

    Args:
        xml: The file.
        place: ``rule 3, input 2 (…)``, ``rule 3``, ``input 2 (…)``, ``output 1 (…)``, or ``decision Name`` alone or
            before one of these.
    """
    wanted: list[_Fits] = []
    if owner := _OWNER.match(place):
        wanted.append(_named(owner[1], owner[2]))
        place = place[owner.end() :]
    found = next((match for match in _PLACE.finditer(place) if match["rule"] or match["column"]), None)
    if found and found["rule"]:
        wanted.append(_numbered("rule", int(found["rule"])))
    if found and found["column"]:
        tag = _CELLS[found["column"]] if found["rule"] else found["column"]
        wanted.append(_numbered(tag, int(found["number"])))
    return _search(xml, wanted) if wanted else None


def _named(tag: str, name: str) -> _Fits:
    return lambda one, attributes, _: one == tag and " ".join(attributes.get("name", "").split()) == name


def _numbered(tag: str, number: int) -> _Fits:
    return lambda one, _attributes, seen: one == tag and seen == number


def _search(xml: bytes, wanted: list[_Fits]) -> int | None:
    parser, lines, seen = expat.ParserCreate(), list[int](), dict[str, int]()

    def begin(tag: str, attributes: dict[str, str]) -> None:
        local = tag.rpartition(":")[2]
        seen[local] = seen.get(local, 0) + 1
        if len(lines) < len(wanted) and wanted[len(lines)](local, attributes, seen[local]):
            lines.append(parser.CurrentLineNumber)
            seen.clear()

    parser.StartElementHandler = begin
    try:
        parser.Parse(xml, True)
    except expat.ExpatError:
        return None
    return lines[-1] if len(lines) == len(wanted) else None
