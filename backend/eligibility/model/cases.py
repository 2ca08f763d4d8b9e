"""Test cases in the form of the DMN technology compatibility kit: what is told, and what must come out. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from xml.etree.ElementTree import Element, ParseError  # types only; parsing is defusedxml's

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from backend.eligibility.errors import TableError
from backend.eligibility.feel.literals import parse_at_literal
from backend.eligibility.feel.values import FeelValue
from backend.eligibility.model.evaluation import evaluate
from backend.eligibility.model.parts import ItemType, Model
from backend.eligibility.model.told import parse_plain, parts_of, type_named

_KIT: Final = "{http://www.omg.org/spec/DMN/20160719/testcase}"
_XSI: Final = "{http://www.w3.org/2001/XMLSchema-instance}"
_NEAR: Final = Decimal("1e-8")
"""The kit writes what is worked out with fewer digits than DMN's 34."""


@dataclass(frozen=True, slots=True)
class Case:
    """One case.

    Attributes:
        case_id: Its id, with the decision's name: one of these for each result asked for.
        given: What is told, by name.
        decision: Which decision.
        expected: What it must come to; null also where the kit expects an error.
    """

    case_id: str
    given: Mapping[str, FeelValue]
    decision: str
    expected: FeelValue


def parse_cases(xml: bytes, model: Model, source: str) -> tuple[Case, ...]:
    """Read cases for a model.

    Raises:
        TableError: Not a file of the kit's form.
    """
    try:
        root = ElementTree.fromstring(xml, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise TableError(source, "file", "not well-formed XML, or with a document type") from error
    if root.tag != _KIT + "testCases":
        raise TableError(source, "file", "not test cases of the DMN kit's form")
    return tuple(case for element in root.findall(_KIT + "testCase") for case in _read(element, model))


def run_case(model: Model, case: Case) -> tuple[bool, FeelValue]:
    """Decide; say whether it came out as expected, and as what."""
    found = evaluate(model, case.decision, case.given)
    return same(found, case.expected), found


def same(found: FeelValue, expected: FeelValue) -> bool:
    """Say whether two values are the same, numbers to the kit's precision."""
    match found, expected:
        case Decimal(), Decimal():
            return abs(found - expected) <= _NEAR * max(Decimal(1), abs(expected))
        case list(), list():
            return len(found) == len(expected) and all(map(same, found, expected))
        case dict(), dict():
            return found.keys() == expected.keys() and all(same(found[name], expected[name]) for name in expected)
    return type(found) is type(expected) and bool(found == expected)


def _read(element: Element, model: Model) -> Iterator[Case]:
    types = {name: one.type_ref for name, one in model.inputs.items()}
    types |= {name: one.type_ref for name, one in model.decisions.items()}

    def declared(name: str) -> ItemType:
        return type_named(types.get(name, ""), model)

    given = {_name(node): _value(node, declared(_name(node)), model) for node in element.findall(_KIT + "inputNode")}
    for result in element.findall(_KIT + "resultNode"):
        name = _name(result)
        holder = next((one for one in result if one.tag in {_KIT + "expected", _KIT + "computed"}), None)
        fails = result.get("errorResult") == "true" or holder is None
        expected = None if fails or holder is None else _value(holder, declared(name), model)
        yield Case(f"{element.get('id', '')} {name}".strip(), given, name, expected)


def _name(node: Element) -> str:
    return " ".join(node.get("name", "").split())


def _value(  # noqa: PLR0911  (one case for each form)
    holder: Element, declared: ItemType, model: Model
) -> FeelValue:
    if holder.get(_XSI + "nil") == "true":
        return None
    if (items := holder.find(_KIT + "list")) is not None:
        return [_value(item, declared, model) for item in items]
    if components := holder.findall(_KIT + "component"):
        parts = parts_of(declared, model)
        return {_name(one): _value(one, parts.get(_name(one)) or ItemType(None), model) for one in components}
    value = holder.find(_KIT + "value")
    if value is None or value.get(_XSI + "nil") == "true":
        return None
    text, kind = value.text or "", value.get(_XSI + "type", "").rpartition(":")[2]
    match kind:
        case "":
            return parse_plain(text, declared, model)
        case "string":
            return text
        case "boolean":
            return text.strip() == "true"
        case "date" | "time" | "dateTime" | "duration":
            return parse_at_literal(text.strip())
        case _:
            return Decimal(text.strip())
