"""Reads a DMN 1.3 file into a model, and refuses what it does not decide by, with table, row and column.

Source: OMG DMN 1.3 clauses 6, 7 and 8 with the XML schema DMN13.xsd. DMN 1.1, 1.2 and 1.4 to 1.6 files, which differ
only in the namespace for what is read here, are accepted as well.
"""

from collections.abc import Iterable
from typing import Final
from xml.etree.ElementTree import Element, ParseError  # types only; parsing is defusedxml's

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from backend.eligibility.errors import TableError
from backend.eligibility.feel.text import Names
from backend.eligibility.model.logic_reading import find_logic, plain_name, read_knowledge, read_logic
from backend.eligibility.model.parts import Decision, InputData, Knowledge, Model
from backend.eligibility.model.table_reading import TableReader, local_type
from backend.eligibility.model.types import find_cycle, read_types

_NAMESPACES: Final = (
    "https://www.omg.org/spec/DMN/20240513/MODEL/",
    "https://www.omg.org/spec/DMN/20230324/MODEL/",
    "https://www.omg.org/spec/DMN/20211108/MODEL/",
    "https://www.omg.org/spec/DMN/20191111/MODEL/",
    "http://www.omg.org/spec/DMN/20180521/MODEL/",
    "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
)
_REQUIREMENTS: Final = ("informationRequirement", "knowledgeRequirement")
_REQUIRED: Final = ("requiredInput", "requiredDecision", "requiredKnowledge")


def parse_model(xml: bytes, source: str = "model", told: Iterable[str] = ()) -> Model:
    """Read a model.

    Args:
        xml: The file's bytes. Entities and document types are refused.
        source: What to call it in errors, e.g. the file's name.
        told: Names that tables may use without the file declaring them: whoever evaluates it brings their values.

    Raises:
        TableError: Not a DMN model of tables and expressions within the subset; place says which table, rule, column.
    """
    try:
        root = ElementTree.fromstring(xml, forbid_dtd=True)
    except ParseError as error:
        raise TableError(source, "file", f"not well-formed XML (line {error.position[0]})") from error
    except (DefusedXmlException, ValueError) as error:
        raise TableError(source, "file", "XML with a document type or entities, or of no known encoding") from error
    namespace, _, tag = root.tag.removeprefix("{").partition("}")
    if tag != "definitions" or namespace not in _NAMESPACES:
        raise TableError(source, "file", "not a DMN model of edition 1.1 to 1.6")
    _strip_namespace(root, namespace)
    return _ModelReader(root, source, told).read()


def _strip_namespace(root: Element, namespace: str) -> None:
    """Drop DMN's own namespace from tags, so that one reader reads all editions; others' elements keep theirs."""
    for element in root.iter():
        if isinstance(element.tag, str):
            element.tag = element.tag.removeprefix("{" + namespace + "}")


class _ModelReader:
    def __init__(self, root: Element, source: str, told: Iterable[str]) -> None:
        self._root, self._source, self._told = root, source, told
        self._by_id = {element.get("id", ""): element for element in root}

    def read(self) -> Model:
        self._refuse_foreign()
        types, components = read_types(self._root, self._source)
        inputs = {
            plain_name(element): InputData(plain_name(element), _variable_type(element))
            for element in self._root.findall("inputData")
        }
        decisions = self._root.findall("decision")
        functions = self._root.findall("businessKnowledgeModel")
        known = Names([*inputs, *map(plain_name, [*decisions, *functions]), *components, *self._told])
        knowledge = {plain_name(element): self._knowledge(element, functions, components) for element in functions}
        read = {plain_name(element): self._decision(element, known) for element in decisions}
        if not read:
            raise TableError(self._source, "definitions", "holds no decision")
        requires = {name: one.requires for name, one in read.items()}
        if cycle := find_cycle(requires | {name: one.requires for name, one in knowledge.items()}):
            raise TableError(self._source, f"decision {cycle}", "requires itself")
        name, namespace = self._root.get("name", ""), self._root.get("namespace", "")
        return Model(name, namespace, types, inputs, read, knowledge, dict(self._root.attrib))

    def _refuse_foreign(self) -> None:
        element = self._root.find("import")
        if element is not None:
            raise TableError(self._source, f"import {element.get('name', '')}", "imported models are not supported")

    def _knowledge(self, element: Element, functions: list[Element], components: list[str]) -> Knowledge:
        known = Names([*map(plain_name, functions), *components])
        name = plain_name(element)
        reader = TableReader(self._source, name, known, "businessKnowledgeModel")
        return read_knowledge(element, self._requires(element, f"businessKnowledgeModel {name}"), reader)

    def _decision(self, element: Element, known: Names) -> Decision:
        name, logic = plain_name(element), find_logic(element)
        body = None if logic is None else read_logic(logic, TableReader(self._source, name, known))
        type_ref = _variable_type(element) or ("" if logic is None else local_type(logic.get("typeRef")))
        requires = self._requires(element, f"decision {name}")
        return Decision(name, element.get("id", ""), type_ref, requires, body)

    def _requires(self, element: Element, place: str) -> tuple[str, ...]:
        found = []
        for requirement in element:
            for child in requirement if requirement.tag in _REQUIREMENTS else ():
                if child.tag not in _REQUIRED:
                    continue
                href = child.get("href", "")
                target = self._by_id.get(href.partition("#")[2]) if "#" in href else None
                if target is None or not isinstance(target.tag, str):
                    raise TableError(self._source, place, f"requires {href!r}, which is not here")
                found.append(plain_name(target))
        return tuple(dict.fromkeys(found))


def _variable_type(element: Element) -> str:
    variable = element.find("variable")
    return "" if variable is None else local_type(variable.get("typeRef"))
