"""Reads what a decision or a function works out: a table, an expression, a boxed context or invocation.

Source: OMG DMN 1.3 clauses 7.3 and 10.2. Other boxed expressions are refused.
"""

import re
from collections.abc import Iterator
from typing import Final
from xml.etree.ElementTree import Element  # types only

from backend.eligibility.model.parts import BoxedContext, Entry, Invocation, Knowledge, Logic
from backend.eligibility.model.table_reading import TableReader, local_type, text_of

_LOGIC: Final = (
    "decisionTable",
    "literalExpression",
    "invocation",
    "context",
    "relation",
    "list",
    "functionDefinition",
    "conditional",
    "filter",
    "for",
    "some",
    "every",
)


def find_logic(holder: Element) -> Element | None:
    """Return the element that holds what is worked out, if there is one."""
    return next((child for child in holder if child.tag in _LOGIC), None)


def read_logic(element: Element, reader: TableReader) -> Logic:
    """Read it.

    Raises:
        TableError: It is not within the subset.
    """
    match element.tag:
        case "decisionTable":
            return reader.table(element)
        case "literalExpression":
            if (language := element.get("expressionLanguage")) and not _is_feel(language):
                raise reader.error("expression", f"expression language {language}")
            return reader.expression("expression", text_of(element))
        case "context":
            return BoxedContext(tuple(_entries(element, reader)))
        case "invocation":
            return _invocation(element, reader)
        case other:
            raise reader.error("logic", f"a boxed {other} is not supported")


def read_knowledge(element: Element, requires: tuple[str, ...], reader: TableReader) -> Knowledge:
    """Read a business knowledge model.

    Raises:
        TableError: It has no logic, or one that is not within the subset, or not in FEEL.
    """
    name, holder = plain_name(element), element.find("encapsulatedLogic")
    logic = find_logic(holder) if holder is not None else None
    if holder is None or logic is None:
        raise reader.error("logic", "has none")
    if holder.get("kind", "FEEL") != "FEEL":
        raise reader.error("logic", f"a function in {holder.get('kind')} is not supported")
    parameters = tuple((plain_name(one), local_type(one.get("typeRef"))) for one in holder.findall("formalParameter"))
    inside = TableReader(reader.source, name, reader.names.along_with(one for one, _ in parameters), "function")
    return Knowledge(name, parameters, _type_of(logic), requires, read_logic(logic, inside))


def plain_name(element: Element) -> str:
    """Return an element's name with single spaces."""
    return " ".join(element.get("name", "").split())


def _entries(element: Element, reader: TableReader) -> Iterator[Entry]:
    for number, entry in enumerate(element.findall("contextEntry"), start=1):
        logic, variable = find_logic(entry), entry.find("variable")
        if logic is None:
            raise reader.error(f"context entry {number}", "has no logic")
        name = "" if variable is None else plain_name(variable)
        type_ref = "" if variable is None else local_type(variable.get("typeRef"))
        yield Entry(name, type_ref or _type_of(logic), read_logic(logic, reader))
        if name:
            reader = reader.knowing(name)


def _invocation(element: Element, reader: TableReader) -> Invocation:
    called = text_of(element.find("literalExpression"))
    found = reader.names.match(called, 0)
    if found is None or found[1] != len(called):
        raise reader.error("invocation", f"{called!r} is no function of the model")
    bindings = []
    for binding in element.findall("binding"):
        parameter, logic = binding.find("parameter"), find_logic(binding)
        if parameter is None or logic is None:
            raise reader.error("invocation", "a binding has no parameter or nothing bound to it")
        bindings.append(Entry(plain_name(parameter), _type_of(logic), read_logic(logic, reader)))
    return Invocation(found[0], tuple(bindings))


def _type_of(logic: Element) -> str:
    return local_type(logic.get("typeRef"))


def _is_feel(language: str) -> bool:
    return bool(re.search(r"/FEEL/?$|^s?-?feel$", language, re.IGNORECASE))
