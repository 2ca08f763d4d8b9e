"""Evaluates a model's decisions by DMN's semantics; with inputs not told, says ``UNKNOWN`` only where that matters.

Source: OMG DMN 1.3 clauses 8.2.10-8.2.11 (hit policies) and 10.4 (evaluation).
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from itertools import product
from typing import Final

from backend.eligibility.errors import TableError
from backend.eligibility.feel.evaluation import call_function, evaluate_expression, evaluate_tests
from backend.eligibility.feel.functions import extreme, total
from backend.eligibility.feel.nodes import Items
from backend.eligibility.feel.values import UNKNOWN, FeelValue, Function, equal, to_feel
from backend.eligibility.model.parts import (
    Aggregation,
    BoxedContext,
    Decision,
    DecisionTable,
    Entry,
    Invocation,
    Logic,
    Model,
    OutputColumn,
    Policy,
)
from backend.eligibility.model.types import conform

_UNCERTAIN_ROWS: Final = 12
"""With more rows than this in doubt the answer is ``UNKNOWN``: sound, and no table of ours comes near."""


def evaluate(model: Model, decision: str, inputs: Mapping[str, object], *, absent: FeelValue = None) -> FeelValue:
    """Return a decision's result.

    Args:
        model: The model.
        decision: The decision's name or id.
        inputs: By the input data's names; Python numbers, tuples and mappings will do.
        absent: What an input that is not given is: null as DMN has it, or ``UNKNOWN``.

    Raises:
        TableError: The model has no such decision.
    """
    return evaluate_all(model, inputs, absent=absent, only=decision)[_find(model, decision).name]


def evaluate_all(
    model: Model, inputs: Mapping[str, object], *, absent: FeelValue = None, only: str | None = None
) -> dict[str, FeelValue]:
    """Return the results of all decisions, or of one and those it requires."""
    values: dict[str, FeelValue] = {
        name: conform(to_feel(inputs[name]), data.type_ref, model.types) if name in inputs else absent
        for name, data in model.inputs.items()
    }
    told = {  # people decide them outside the model
        name: conform(to_feel(inputs[name]), one.type_ref, model.types) if name in inputs else absent
        for name, one in model.decisions.items()
        if one.logic is None
    }
    wanted = [_find(model, only)] if only else list(model.decisions.values())
    for decision in wanted:
        _resolve(model, decision, values, told)
    return {name: values[name] for name in model.decisions if name in values}


def _find(model: Model, name: str) -> Decision:
    plain = " ".join(name.split())
    found = model.decisions.get(plain) or next(
        (one for one in model.decisions.values() if one.decision_id == name), None
    )
    if found is None:
        raise TableError(model.name, f"decision {name}", "is not in the model")
    return found


def _resolve(model: Model, decision: Decision, values: dict[str, FeelValue], told: Mapping[str, FeelValue]) -> None:
    if decision.name in values:
        return
    if decision.logic is None:
        values[decision.name] = told[decision.name]
        return
    for name in decision.requires:
        if name in model.decisions:
            _resolve(model, model.decisions[name], values, told)
    scope = _functions(decision.requires, model) | {
        name: values.get(name) for name in decision.requires if name not in model.knowledge
    }
    values[decision.name] = conform(_work_out(decision.logic, scope, model), decision.type_ref, model.types)


def _functions(names: Iterable[str], model: Model) -> dict[str, FeelValue]:
    """Return functions as values; each sees what it requires and its arguments, nothing of whoever calls it."""

    def function(name: str) -> Function:
        known = model.knowledge[name]
        inside = _functions(known.requires, model)

        def apply(arguments: list[FeelValue]) -> FeelValue:
            told = zip(known.parameters, arguments, strict=True)
            scope = inside | {name: conform(value, type_ref, model.types) for (name, type_ref), value in told}
            return conform(_work_out(known.logic, scope, model), known.type_ref, model.types)

        return Function(tuple(name for name, _ in known.parameters), apply)

    return {name: function(name) for name in names if name in model.knowledge}


def _work_out(logic: Logic, scope: Mapping[str, FeelValue], model: Model) -> FeelValue:
    match logic:
        case DecisionTable():
            return evaluate_table(logic, scope, model)
        case BoxedContext(entries):
            return _of_context(entries, scope, model)
        case Invocation(function, bindings):
            bound = {one.name: _of_entry(one, scope, model) for one in bindings}
            called = scope.get(function)
            if not isinstance(called, Function) or set(called.parameters) != set(bound):
                return None
            return call_function(called, [bound[name] for name in called.parameters])
        case _:
            return evaluate_expression(logic, scope)


def _of_context(entries: tuple[Entry, ...], scope: Mapping[str, FeelValue], model: Model) -> FeelValue:
    found: dict[str, FeelValue] = {}
    for entry in entries:
        value = _of_entry(entry, {**scope, **found}, model)
        if not entry.name:
            return value
        found[entry.name] = value
    return found


def _of_entry(entry: Entry, scope: Mapping[str, FeelValue], model: Model) -> FeelValue:
    return conform(_work_out(entry.logic, scope, model), entry.type_ref, model.types)


def evaluate_table(table: DecisionTable, scope: Mapping[str, FeelValue], model: Model) -> FeelValue:
    """Return a table's result: null where a value is not allowed, or where UNIQUE or ANY is broken."""
    tested = []
    for column in table.inputs:
        raw = evaluate_expression(column.expression, scope)
        value = conform(raw, column.type_ref, model.types)
        if value is None:  # the column's type is a hint for editors: what does not fit it is still tested as it is
            value = raw
        told = value is not None and value is not UNKNOWN
        if column.allowed and told and evaluate_tests(column.allowed, value, scope) is False:
            return None
        tested.append(value)
    truths = []
    for rule in table.rules:
        truth: FeelValue = True
        for cell, value in zip(rule.cells, tested, strict=True):
            held = evaluate_tests(cell, value, scope)
            if held is UNKNOWN:
                truth = UNKNOWN
            elif held is not True:
                truth = False
                break
        truths.append(truth)
    return _complete(table, truths, scope, model)


def _complete(table: DecisionTable, truths: list[FeelValue], scope: Mapping[str, FeelValue], model: Model) -> FeelValue:
    """Settle every way in which the rows in doubt may fall; ``UNKNOWN`` unless they all come to the same."""
    doubtful = [place for place, truth in enumerate(truths) if truth is UNKNOWN]
    if not doubtful:
        return settle(table, [place for place, truth in enumerate(truths) if truth], scope, model)
    if len(doubtful) > _UNCERTAIN_ROWS:
        return UNKNOWN
    result: FeelValue = UNKNOWN
    for number, fallen in enumerate(product((False, True), repeat=len(doubtful))):
        applies = dict(zip(doubtful, fallen, strict=True))
        hits = [place for place, truth in enumerate(truths) if applies.get(place, truth)]
        one = settle(table, hits, scope, model)
        if number and (one != result or type(one) is not type(result)):
            return UNKNOWN
        result = one
    return result


def settle(  # noqa: PLR0911  (one case for each hit policy)
    table: DecisionTable, hits: list[int], scope: Mapping[str, FeelValue], model: Model
) -> FeelValue:
    """Return what the rows that apply come to under the table's hit policy (clause 8.2.10)."""
    if not hits:
        return _default(table, scope)
    found = [
        [
            _allowed(column, evaluate_expression(node, scope), scope, model)
            for column, node in zip(table.outputs, table.rules[place].results, strict=True)
        ]
        for place in (hits[:1] if table.policy is Policy.FIRST else hits)
    ]
    if any(value is UNKNOWN for row in found for value in row):
        return UNKNOWN
    match table.policy:
        case Policy.UNIQUE:
            return _single(table, found[0]) if len(found) == 1 else None
        case Policy.ANY:
            same = all(all(equal(a, b) for a, b in zip(row, found[0], strict=True)) for row in found)
            return _single(table, found[0]) if same else None
        case Policy.FIRST:
            return _single(table, found[0])
        case Policy.PRIORITY:
            return _single(table, _by_priority(table, found, scope)[0])
        case Policy.OUTPUT_ORDER:
            return [_single(table, row) for row in _by_priority(table, found, scope)]
        case Policy.RULE_ORDER | Policy.COLLECT:
            listed = [_single(table, row) for row in found]
            return listed if table.aggregation is None else _aggregate(table.aggregation, listed)


def _aggregate(aggregation: Aggregation, listed: list[FeelValue]) -> FeelValue:
    match aggregation:
        case Aggregation.COUNT:
            return Decimal(len(listed))
        case Aggregation.SUM:
            return total(listed)
        case Aggregation.MIN:
            return extreme("<", listed)
        case Aggregation.MAX:
            return extreme(">", listed)


def _default(table: DecisionTable, scope: Mapping[str, FeelValue]) -> FeelValue:
    if all(column.default is None for column in table.outputs):
        return _of_no_row(table)
    return _single(table, [evaluate_expression(c.default, scope) if c.default else None for c in table.outputs])


def _of_no_row(table: DecisionTable) -> FeelValue:
    """Return what no row comes to: null, but what is collected is empty, and none are counted."""
    if table.aggregation is Aggregation.COUNT:
        return Decimal(0)
    return [] if table.policy is Policy.COLLECT and table.aggregation is None else None


def _single(table: DecisionTable, row: list[FeelValue]) -> FeelValue:
    if len(table.outputs) == 1:
        return row[0]
    return {column.name: value for column, value in zip(table.outputs, row, strict=True)}


def _allowed(column: OutputColumn, value: FeelValue, scope: Mapping[str, FeelValue], model: Model) -> FeelValue:
    value = conform(value, column.type_ref, model.types)
    if value is None or value is UNKNOWN or column.values is None:
        return value
    return value if evaluate_tests(column.values, value, scope) is not False else None


def _by_priority(
    table: DecisionTable, found: list[list[FeelValue]], scope: Mapping[str, FeelValue]
) -> list[list[FeelValue]]:
    ranks = [_ranking(column, scope) for column in table.outputs]

    def rank(row: list[FeelValue]) -> tuple[int, ...]:
        return tuple(
            next((place for place, one in enumerate(values) if equal(one, value)), len(values))
            for values, value in zip(ranks, row, strict=True)
        )

    return sorted(found, key=rank)


def _ranking(column: OutputColumn, scope: Mapping[str, FeelValue]) -> list[FeelValue]:
    ranked: list[FeelValue] = []
    for test in column.values.tests if column.values else ():
        nodes = test.operand.items if isinstance(test.operand, Items) else (test.operand,)
        ranked.extend(evaluate_expression(node, scope) for node in nodes)
    return ranked
