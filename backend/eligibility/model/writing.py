"""Writes a DMN file back with some cells changed and everything else as it was: ids, diagram, other tools' extensions.

The file is edited as a document, never made anew from our own model, which holds less than the file does.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Final
from xml.dom.minidom import Document, Element  # types only; parsing is defusedxml's
from xml.parsers.expat import ExpatError

from defusedxml import minidom
from defusedxml.common import DefusedXmlException

from backend.eligibility.errors import TableError

OWN: Final = "https://baidiao.example/dmn"
"""Namespace of this project's attributes: version and first day in effect."""

_EDITION: Final = re.compile(
    r"https?://www\.omg\.org/spec/DMN/(?:[0-9]{8}/(?P<part>MODEL|DMNDI)/|20151101/dmn\.xsd)", re.ASCII
)
_EDITION_13: Final = {part: f"https://www.omg.org/spec/DMN/20191111/{part}/" for part in ("MODEL", "DMNDI")}
_CELLS: Final = frozenset({"inputEntry", "outputEntry", "annotationEntry", "inputExpression"})


def change_cells(xml: bytes, cells: Mapping[str, str], attributes: Mapping[str, str] | None = None) -> bytes:
    """Return the file with other text in some cells.

    Args:
        xml: The file.
        cells: New text by the cell's id.
        attributes: New values for attributes of ``definitions``, by the name as written in the file.

    Raises:
        TableError: The file is not well-formed, or has no such cell.
    """
    document = _parse(xml)
    wanted = dict(cells)
    for element in document.getElementsByTagName("*"):
        if element.localName in _CELLS and element.getAttribute("id") in wanted:
            _set_text(element, wanted.pop(element.getAttribute("id")))
    if wanted:
        raise TableError("model", f"cell {min(wanted)}", "is not in the file")
    root = document.documentElement
    if root is not None:
        for name, value in (attributes or {}).items():
            root.setAttribute(name, value)
    written: bytes = document.toxml(encoding="UTF-8")
    return written + b"\n"


def set_version(xml: bytes, version: str, effective_from: date) -> bytes:
    """Return the file as another version, by the attributes of this project's own namespace.

    Raises:
        TableError: The file is not well-formed.
    """
    document = _parse(xml)
    root = document.documentElement
    if root is not None:
        prefix = next(
            (
                name.partition(":")[2]
                for name, value in root.attributes.items()
                if name[:6] == "xmlns:" and value == OWN
            ),
            "",
        )
        if not prefix:
            prefix = "baidiao"
            root.setAttribute(f"xmlns:{prefix}", OWN)
        root.setAttribute(f"{prefix}:version", version)
        root.setAttribute(f"{prefix}:effectiveFrom", effective_from.isoformat())
    written: bytes = document.toxml(encoding="UTF-8")
    return written + b"\n"


def in_edition_13(xml: bytes) -> bytes:
    """Return the file with the namespaces of DMN 1.3, the one edition that dmn-js opens; all else as it was.

    Raises:
        TableError: The file is not well-formed.
    """
    document = _parse(xml)
    changed = False
    for element in document.getElementsByTagName("*"):
        for name, value in list(element.attributes.items()):
            found = _EDITION.fullmatch(value) if name.partition(":")[0] == "xmlns" else None
            if found and value != (wanted := _EDITION_13[found["part"] or "MODEL"]):
                element.setAttribute(name, wanted)
                changed = True
    return document.toxml(encoding="UTF-8") + b"\n" if changed else xml


def _parse(xml: bytes) -> Document:
    try:
        return minidom.parseString(xml, forbid_dtd=True)  # type: ignore[arg-type]  # bytes tell their encoding
    except ExpatError as error:
        raise TableError("model", "file", f"not well-formed XML (line {error.lineno})") from error
    except (DefusedXmlException, ValueError) as error:
        raise TableError("model", "file", "XML with a document type or entities, or of no known encoding") from error


def _set_text(cell: Element, text: str) -> None:
    holder = next(child for child in cell.childNodes if isinstance(child, Element) and child.localName == "text")
    for child in list(holder.childNodes):
        holder.removeChild(child)
    owner = cell.ownerDocument
    if owner is not None:
        holder.appendChild(owner.createTextNode(text))
