"""Reads a decision table out of a DMN 1.3 file, and refuses what cannot be decided upon before anyone is decided about.

Source: OMG DMN 1.3 clause 8.3 and its XML schema. One file holds one decision; its id is the service's. Version and
first day in effect are attributes of ``definitions`` in this project's own namespace, which DMN editors keep.
"""

from collections.abc import Iterable
from datetime import date
from typing import Final
from xml.etree.ElementTree import Element, ParseError  # types only; parsing is defusedxml's

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from backend.eligibility.derive import kind_of_input
from backend.eligibility.errors import SFeelError, TableError
from backend.eligibility.sfeel import Kind, Literal, UnaryTests, kind_of, literals_of
from backend.eligibility.sfeel_text import parse_literal, parse_unary_tests
from backend.eligibility.table import HitPolicy, Input, Row, Table
from contracts.decision import Amount, Outcome, RuleVersion

DMN_13: Final = "{https://www.omg.org/spec/DMN/20191111/MODEL/}"
OWN: Final = "{https://baidiao.example/dmn}"
_OUTPUTS: Final = ("outcome", "amount_baht", "period", "reasons")
_DECIDABLE: Final = (Outcome.NOT_ELIGIBLE, Outcome.ELIGIBLE)


def parse_table(xml: bytes, source: str) -> Table:
    """Read one table.

    Args:
        xml: The file's bytes. Entities and document types are refused.
        source: What to call it in errors while its id is not known, e.g. the file's name.

    Raises:
        TableError: Not one DMN 1.3 decision table within the supported subset.
    """
    try:
        definitions = ElementTree.fromstring(xml, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise TableError(source, "file", "not well-formed XML, or with a document type") from error
    if definitions.tag != DMN_13 + "definitions":
        raise TableError(source, "file", "not a DMN 1.3 model")
    decisions = definitions.findall(DMN_13 + "decision")
    if len(decisions) != 1:
        raise TableError(source, "file", f"holds {len(decisions)} decisions; one is wanted")
    rule = _rule_version(definitions, decisions[0].get("id", ""), source)
    body = decisions[0].find(DMN_13 + "decisionTable")
    if body is None:
        raise TableError(rule.table, "decision", "has no decision table")
    return _Reader(rule).read(body)


def _rule_version(definitions: Element, decision_id: str, source: str) -> RuleVersion:
    version, effective = definitions.get(OWN + "version", ""), definitions.get(OWN + "effectiveFrom", "")
    if not (decision_id and version):
        raise TableError(decision_id or source, "definitions", "the decision's id or the version is missing")
    try:
        return RuleVersion(table=decision_id, version=version, effective_from=date.fromisoformat(effective))
    except ValueError as error:
        raise TableError(decision_id, "definitions", "effectiveFrom is not a day") from error


class _Reader:
    """Reads one ``decisionTable``; knows the table's name for its errors."""

    def __init__(self, rule: RuleVersion) -> None:
        self._rule = rule

    def read(self, body: Element) -> Table:
        policy = body.get("hitPolicy", "UNIQUE")
        if policy not in set(HitPolicy):
            raise self._error("hitPolicy", f"{policy} is not supported")
        inputs = tuple(self._input(column) for column in body.findall(DMN_13 + "input"))
        outputs = body.findall(DMN_13 + "output")
        names = [output.get("name", "") for output in outputs]
        if "outcome" not in names or "reasons" not in names or not set(names) <= set(_OUTPUTS):
            raise self._error("output", f"wanted are {', '.join(_OUTPUTS)}")
        priorities = self._priorities(outputs[names.index("outcome")], HitPolicy(policy))
        rules = body.findall(DMN_13 + "rule")
        if not rules:
            raise self._error("rule", "there is none")
        rows = tuple(self._row(f"rule {place}", rule, inputs, names) for place, rule in enumerate(rules, start=1))
        return Table(self._rule, HitPolicy(policy), priorities, inputs, rows)

    def _error(self, place: str, problem: str) -> TableError:
        return TableError(self._rule.table, place, problem)

    def _input(self, column: Element) -> Input:
        expression = column.find(DMN_13 + "inputExpression")
        name = _text(expression)
        kind = kind_of_input(name)
        if expression is None or kind is None:
            raise self._error(f"input {name!r}", "no fact and no derived input has this name")
        if expression.get("typeRef") != kind:
            raise self._error(f"input {name!r}", f"typeRef must be {kind}")
        return Input(name, kind)

    def _priorities(self, output: Element, policy: HitPolicy) -> tuple[Outcome, ...]:
        listed = output.find(DMN_13 + "outputValues")
        if listed is None:
            if policy in {HitPolicy.PRIORITY, HitPolicy.OUTPUT_ORDER}:
                raise self._error("output outcome", "this hit policy needs outputValues, strongest first")
            return _DECIDABLE
        place = "output outcome"
        values = [self._outcome(place, self._literal(place, part.strip())) for part in _text(listed).split(",")]
        if sorted(values) != sorted(_DECIDABLE):
            raise self._error(place, "outputValues must list eligible and not_eligible once each")
        return tuple(values)

    def _row(self, place: str, rule: Element, inputs: tuple[Input, ...], names: list[str]) -> Row:
        entries = [_text(entry) for entry in rule.findall(DMN_13 + "inputEntry")]
        results = [_text(entry) for entry in rule.findall(DMN_13 + "outputEntry")]
        if len(entries) != len(inputs) or len(results) != len(names):
            raise self._error(place, "has more or fewer cells than the table has columns")
        cells = tuple(self._cell(place, column, entry) for column, entry in zip(inputs, entries, strict=True))
        said = {name: self._literal(place, result) for name, result in zip(names, results, strict=True)}
        outcome = self._outcome(place, said["outcome"])
        codes = tuple(str(said["reasons"] or "").split())
        if not codes:
            raise self._error(place, "gives no reason")
        amount = self._amount(place, outcome, said.get("amount_baht"), said.get("period"))
        return Row(cells, outcome, codes, amount, _text(rule.find(DMN_13 + "annotationEntry")))

    def _cell(self, place: str, column: Input, entry: str) -> UnaryTests:
        try:
            tests = parse_unary_tests(entry)
        except SFeelError as error:
            raise self._error(f"{place}, {column.name}", str(error)) from error
        if _kinds(literals_of(tests)) - {column.kind}:
            raise self._error(f"{place}, {column.name}", f"the cell does not hold a {column.kind}")
        return tests

    def _literal(self, place: str, text: str) -> Literal | None:
        if text in {"", "-", "null"}:
            return None
        try:
            return parse_literal(text)
        except SFeelError as error:
            raise self._error(place, str(error)) from error

    def _outcome(self, place: str, literal: Literal | None) -> Outcome:
        for outcome in _DECIDABLE:
            if literal == outcome.value:
                return outcome
        raise self._error(place, "the outcome must be eligible or not_eligible")

    def _amount(self, place: str, outcome: Outcome, baht: Literal | None, period: Literal | None) -> Amount | None:
        if baht is None and period is None:
            return None
        if outcome is not Outcome.ELIGIBLE:
            raise self._error(place, "only an eligible row pays")
        try:
            return Amount.model_validate({"baht": baht, "period": period})
        except ValueError as error:
            raise self._error(place, "amount_baht or period is not valid") from error


def _kinds(literals: Iterable[Literal]) -> set[Kind]:
    return {kind_of(literal) for literal in literals}


def _text(holder: Element | None) -> str:
    """Return the stripped content of the holder's ``text`` child; empty when either is absent."""
    text = holder.findtext(DMN_13 + "text") if holder is not None else None
    return (text or "").strip()
