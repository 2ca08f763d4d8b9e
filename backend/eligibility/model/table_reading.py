"""Reads one decision's table: columns, rules, hit policy. Source: OMG DMN 1.3 clause 8.3."""

from typing import Final
from xml.etree.ElementTree import Element  # types only

from backend.eligibility.errors import SFeelError, TableError
from backend.eligibility.feel.nodes import Node, Tests
from backend.eligibility.feel.text import Names, parse_cell, parse_expression
from backend.eligibility.model.parts import Aggregation, DecisionTable, InputColumn, OutputColumn, Policy, Rule

_NOTHING: Final = "null"


class TableReader:
    """Reads the tables and expressions of one decision or function; knows its name and the names it may use."""

    def __init__(self, source: str, name: str, names: Names, what: str = "decision") -> None:
        self.source, self.names = source, names
        self._name, self._what = name, what

    def knowing(self, name: str) -> "TableReader":
        return TableReader(self.source, self._name, self.names.along_with([name]), self._what)

    def error(self, place: str, problem: str) -> TableError:
        return TableError(self.source, f"{self._what} {self._name}, {place}", problem)

    def expression(self, place: str, text: str) -> Node:
        try:
            return parse_expression(text or _NOTHING, self.names)
        except SFeelError as error:
            raise self.error(place, str(error)) from error

    def tests(self, place: str, text: str) -> Tests:
        try:
            return parse_cell(text or "-", self.names)
        except SFeelError as error:
            raise self.error(place, str(error)) from error

    def table(self, body: Element) -> DecisionTable:
        if body.get("preferredOrientation") == "CrossTable":
            raise self.error("table", "cross tables are not supported")
        policy, aggregation = self._policy(body)
        inputs = tuple(self._input(place, column) for place, column in enumerate(body.findall("input"), start=1))
        outputs = tuple(self._output(place, column) for place, column in enumerate(body.findall("output"), start=1))
        if not outputs:
            raise self.error("table", "has no output")
        if aggregation and len(outputs) > 1:
            raise self.error("aggregation", "several outputs cannot be aggregated")
        if len(outputs) > 1 and any(not output.name for output in outputs):
            raise self.error("output", "each of several outputs needs a name")
        rules = tuple(
            self._rule(place, rule, inputs, outputs) for place, rule in enumerate(body.findall("rule"), start=1)
        )
        return DecisionTable(policy, aggregation, inputs, outputs, rules)

    def _policy(self, body: Element) -> tuple[Policy, Aggregation | None]:
        policy, aggregation = body.get("hitPolicy", "UNIQUE"), body.get("aggregation")
        if policy not in {one.value for one in Policy}:
            raise self.error("hitPolicy", f"{policy} is not a hit policy")
        if aggregation is not None and aggregation not in {one.value for one in Aggregation}:
            raise self.error("aggregation", f"{aggregation} is not an aggregation")
        if policy != Policy.COLLECT.value or aggregation is None:
            return Policy(policy), None
        return Policy(policy), Aggregation(aggregation)

    def _input(self, place: int, column: Element) -> InputColumn:
        asked = column.find("inputExpression")
        text = text_of(asked)
        if asked is None or not text:
            raise self.error(f"input {place}", "has no expression")
        allowed = column.find("inputValues")
        where = f"input {place} ({text})"
        return InputColumn(
            column.get("label") or text,
            self.expression(where, text),
            local_type(asked.get("typeRef")),
            None if allowed is None or not text_of(allowed) else self.tests(where + ", inputValues", text_of(allowed)),
        )

    def _output(self, place: int, column: Element) -> OutputColumn:
        values, default = column.find("outputValues"), column.find("defaultOutputEntry")
        where = f"output {place} ({column.get('name') or 'unnamed'})"
        return OutputColumn(
            column.get("name", ""),
            local_type(column.get("typeRef")),
            None if values is None or not text_of(values) else self.tests(where + ", outputValues", text_of(values)),
            None if default is None else self.expression(where + ", default", text_of(default)),
        )

    def _rule(
        self, place: int, rule: Element, inputs: tuple[InputColumn, ...], outputs: tuple[OutputColumn, ...]
    ) -> Rule:
        cells, results = rule.findall("inputEntry"), rule.findall("outputEntry")
        if len(cells) != len(inputs) or len(results) != len(outputs):
            raise self.error(f"rule {place}", "has more or fewer cells than the table has columns")
        return Rule(
            rule.get("id", ""),
            tuple(
                self.tests(f"rule {place}, input {number} ({column.label})", text_of(cell))
                for number, (cell, column) in enumerate(zip(cells, inputs, strict=True), start=1)
            ),
            tuple(
                self.expression(f"rule {place}, output {number}", "" if text_of(cell) == "-" else text_of(cell))
                for number, cell in enumerate(results, start=1)
            ),
            tuple(filter(None, (*map(text_of, rule.findall("annotationEntry")), _description(rule)))),
        )


def _description(rule: Element) -> str:
    """Return a rule's description, where dmn-js keeps what an officer writes beside it."""
    return (rule.findtext("description") or "").strip()


def text_of(holder: Element | None) -> str:
    """Return the stripped content of the holder's ``text`` child; empty when either is absent."""
    text = holder.findtext("text") if holder is not None else None
    return (text or "").strip()


def local_type(type_ref: str | None) -> str:
    """Return a type's name without the prefix of FEEL's namespace (DMN 1.1 wrote ``feel:string``)."""
    return (type_ref or "").rpartition(":")[2].strip()
