"""Reads a programme's decision table out of a DMN file, and refuses what cannot be decided upon before anyone is.

Source: OMG DMN 1.3 clause 8.3. One file holds one decision; its id is the service's. Version and first day in effect
are attributes of ``definitions`` in this project's own namespace, which DMN editors keep. Cells name literals and
intervals of literals, so that what an input not known may come to is worked out exactly (see ``completions``).
"""

from datetime import date
from typing import Final

from backend.eligibility.derive import input_names, kind_of_input
from backend.eligibility.errors import TableError
from backend.eligibility.feel.cells import find_complaint, literals_of
from backend.eligibility.feel.nodes import Constant, Items, Name, Node, Tests
from backend.eligibility.feel.values import FeelValue, kind_of_value
from backend.eligibility.model.parts import DecisionTable, InputColumn, Model, OutputColumn, Policy, Rule
from backend.eligibility.model.reading import parse_model
from backend.eligibility.model.writing import OWN
from backend.eligibility.table import HitPolicy, Input, Row, Table
from contracts.decision import Amount, Outcome, RuleVersion

_OWN: Final = "{" + OWN + "}"
_OUTPUTS: Final = ("outcome", "amount_baht", "period", "reasons")
_DECIDABLE: Final = (Outcome.NOT_ELIGIBLE, Outcome.ELIGIBLE)


def parse_table(xml: bytes, source: str) -> Table:
    """Read one table.

    Args:
        xml: The file's bytes. Entities and document types are refused.
        source: What to call it in errors while its id is not known, e.g. the file's name.

    Raises:
        TableError: Not one DMN decision table within the supported subset.
    """
    return read_programme(parse_model(xml, source, input_names()), source)


def read_programme(model: Model, source: str) -> Table:
    """Take a programme's table from a model.

    Raises:
        TableError: As above.
    """
    if len(model.decisions) != 1:
        raise TableError(source, "file", f"holds {len(model.decisions)} decisions; one is wanted")
    (decision,) = model.decisions.values()
    rule = _rule_version(model, decision.decision_id, source)
    if not isinstance(decision.logic, DecisionTable):
        raise TableError(rule.table, "decision", "has no decision table")
    return _Reader(rule).read(decision.logic)


def _rule_version(model: Model, decision_id: str, source: str) -> RuleVersion:
    version, effective = model.attributes.get(_OWN + "version", ""), model.attributes.get(_OWN + "effectiveFrom", "")
    if not (decision_id and version):
        raise TableError(decision_id or source, "definitions", "the decision's id or the version is missing")
    try:
        return RuleVersion(table=decision_id, version=version, effective_from=date.fromisoformat(effective))
    except ValueError as error:
        raise TableError(decision_id, "definitions", "effectiveFrom is not a day") from error


class _Reader:
    """Reads one table; knows its name for its errors."""

    def __init__(self, rule: RuleVersion) -> None:
        self._rule = rule

    def read(self, body: DecisionTable) -> Table:
        if body.policy.value not in set(HitPolicy):
            raise self._error("hitPolicy", f"{body.policy.value} is not supported for a programme")
        policy = HitPolicy(body.policy.value)
        names = [output.name for output in body.outputs]
        if "outcome" not in names or "reasons" not in names or not set(names) <= set(_OUTPUTS):
            raise self._error("output", f"wanted are {', '.join(_OUTPUTS)}")
        if any(output.default is not None for output in body.outputs):
            raise self._error("output", "defaults are not supported for a programme: write a rule")
        inputs = tuple(self._input(place, column) for place, column in enumerate(body.inputs, start=1))
        priorities = self._priorities(body.outputs[names.index("outcome")], body.policy)
        if not body.rules:
            raise self._error("rule", "there is none")
        rows = tuple(self._row(place, rule, inputs, names) for place, rule in enumerate(body.rules, start=1))
        return Table(self._rule, policy, priorities, inputs, rows)

    def _error(self, place: str, problem: str) -> TableError:
        return TableError(self._rule.table, place, problem)

    def _input(self, place: int, column: InputColumn) -> Input:
        name = column.expression.name if isinstance(column.expression, Name) else ""
        kind = kind_of_input(name)
        if kind is None:
            raise self._error(f"input {place} ({column.label})", "no fact and no derived input has this name")
        if column.type_ref != kind:
            raise self._error(f"input {place} ({name})", f"typeRef must be {kind}")
        if column.allowed is not None:  # a value outside them would be null (clause 8.2.9), which no fact ever is
            raise self._error(f"input {place} ({name})", "allowed values are not supported for a programme")
        return Input(name, kind)

    def _priorities(self, output: OutputColumn, policy: Policy) -> tuple[Outcome, ...]:
        if output.values is None:
            if policy in {Policy.PRIORITY, Policy.OUTPUT_ORDER}:
                raise self._error("output outcome", "this hit policy needs outputValues, strongest first")
            return _DECIDABLE
        values = [
            self._outcome("output outcome", _literal(node))
            for test in output.values.tests
            for node in (test.operand.items if isinstance(test.operand, Items) else (test.operand,))
        ]
        if sorted(values) != sorted(_DECIDABLE):
            raise self._error("output outcome", "outputValues must list eligible and not_eligible once each")
        return tuple(values)

    def _row(self, number: int, rule: Rule, inputs: tuple[Input, ...], names: list[str]) -> Row:
        place = f"rule {number}"
        for column, cell in enumerate(rule.cells):
            self._check_cell(f"{place}, input {column + 1} ({inputs[column].name})", inputs[column], cell)
        said: dict[str, FeelValue] = {}
        for column, (name, node) in enumerate(zip(names, rule.results, strict=True), start=1):
            if not isinstance(node, Constant):
                raise self._error(f"{place}, output {column} ({name})", "only a literal may stand here")
            said[name] = node.value
        outcome = self._outcome(place, said["outcome"])
        codes = tuple(str(said["reasons"] or "").split())
        if not codes:
            raise self._error(place, "gives no reason")
        amount = self._amount(place, outcome, said.get("amount_baht"), said.get("period"))
        return Row(rule.cells, outcome, codes, amount, " ".join(filter(None, rule.annotations)))

    def _check_cell(self, place: str, column: Input, cell: Tests) -> None:
        if complaint := find_complaint(cell):
            raise self._error(place, complaint)
        if {kind_of_value(literal) for literal in literals_of(cell)} - {column.kind}:
            raise self._error(place, f"the cell does not hold a {column.kind}")

    def _outcome(self, place: str, literal: FeelValue) -> Outcome:
        for outcome in _DECIDABLE:
            if literal == outcome.value:
                return outcome
        raise self._error(place, "the outcome must be eligible or not_eligible")

    def _amount(self, place: str, outcome: Outcome, baht: FeelValue, period: FeelValue) -> Amount | None:
        if baht is None and period is None:
            return None
        if outcome is not Outcome.ELIGIBLE:
            raise self._error(place, "only an eligible row pays")
        try:
            return Amount.model_validate({"baht": baht, "period": period})
        except ValueError as error:
            raise self._error(place, "amount_baht or period is not valid") from error


def _literal(node: Node) -> FeelValue:
    return node.value if isinstance(node, Constant) else None
