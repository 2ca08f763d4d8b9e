"""Small decision tables for tests, written in a few words instead of a page of XML."""

from collections.abc import Sequence
from xml.sax.saxutils import escape

_HEAD = (
    '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" xmlns:b="https://baidiao.example/dmn" '
    'name="t" namespace="t" {attributes}>'
)
ATTRIBUTES = 'b:version="1" b:effectiveFrom="2020-01-01"'


def table_xml(
    inputs: Sequence[tuple[str, str]],
    rows: Sequence[tuple[Sequence[str], Sequence[str]]],
    *,
    policy: str = 'hitPolicy="FIRST"',
    outputs: Sequence[str] = ("outcome", "reasons"),
    values: str | None = None,
    attributes: str = ATTRIBUTES,
    decision: str = 'id="svc"',
) -> bytes:
    """Return a DMN file: inputs as (name, typeRef), rows as (input cells, output cells)."""
    parts = [_HEAD.format(attributes=attributes), f'<decision {decision} name="d"><decisionTable {policy}>']
    for name, kind in inputs:
        parts.append(f'<input><inputExpression typeRef="{kind}"><text>{name}</text></inputExpression></input>')
    for name in outputs:
        listed = f"<outputValues><text>{escape(values)}</text></outputValues>" if values and name == "outcome" else ""
        parts.append(f'<output name="{name}">{listed}</output>')
    for cells, results in rows:
        entries = "".join(f"<inputEntry><text>{escape(cell)}</text></inputEntry>" for cell in cells)
        said = "".join(f"<outputEntry><text>{escape(cell)}</text></outputEntry>" for cell in results)
        parts.append(f"<rule>{entries}{said}</rule>")
    return "".join((*parts, "</decisionTable></decision></definitions>")).encode()
