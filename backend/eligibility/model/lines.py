"""On which line of a file a refused part of its table stands, for whoever mends it with a text editor. Pure."""

import re
from typing import Final
from xml.parsers import expat  # the file has passed the reader that refuses document types

_PLACE: Final = re.compile(r"(?:rule (?P<rule>[0-9]+))?(?:, )?(?:(?P<column>input|output) (?P<number>[0-9]+))?")
_CELLS: Final = {"input": "inputEntry", "output": "outputEntry"}


def find_line(xml: bytes, place: str) -> int | None:
    """Return the line, counted from 1, of a place as ``TableError`` names it; None where it names none.

    Args:
        xml: The file.
        place: ``rule 3, input 2 (…)``, ``rule 3``, ``input 2 (…)`` or ``output 1 (…)``, after anything.
    """
    found = next((match for match in _PLACE.finditer(place) if match["rule"] or match["column"]), None)
    if found is None:
        return None
    wanted = [("rule", int(found["rule"]))] if found["rule"] else []
    if found["column"]:
        wanted.append((_CELLS[found["column"]] if wanted else found["column"], int(found["number"])))
    return _search(xml, wanted)


def _search(xml: bytes, wanted: list[tuple[str, int]]) -> int | None:
    parser, seen, lines = expat.ParserCreate(), [0] * len(wanted), list[int]()

    def begin(tag: str, _attributes: object) -> None:
        depth = len(lines)
        if depth < len(wanted) and tag.rpartition(":")[2] == wanted[depth][0]:
            seen[depth] += 1
            if seen[depth] == wanted[depth][1]:
                lines.append(parser.CurrentLineNumber)

    parser.StartElementHandler = begin
    try:
        parser.Parse(xml, True)
    except expat.ExpatError:
        return None
    return lines[-1] if len(lines) == len(wanted) else None
