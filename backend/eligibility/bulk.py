"""A table over a batch of people, column by column: exactly what :func:`decide` says to each of them.

Every column's values fall into few classes that no cell tells apart. Each person becomes one number that names his
classes; the table is asked once for each such number, and its answers are joined back. Polars does the two steps that
see everyone.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Final

import polars as pl

from backend.eligibility.classes import Column
from backend.eligibility.derive import DERIVED
from backend.eligibility.errors import TableError
from backend.eligibility.feel.values import Kind
from backend.eligibility.table import Finding, Table, columns_of, find
from backend.linkage.facts import Fact

_KEY: Final = "class"
DECISIONS: Final[dict[str, pl.DataType]] = {
    "outcome": pl.String(),
    "amount_baht": pl.Int64(),
    "period": pl.String(),
    "reasons": pl.String(),
    "missing": pl.String(),
    "gap": pl.String(),
}
"""Columns of an answer. Reasons and missing inputs are codes divided by spaces."""


def decide_batch(table: Table, facts: pl.DataFrame, on: date) -> pl.DataFrame:
    """Decide on everybody.

    Args:
        table: The table.
        facts: A row for each person; columns named as the table's inputs, or the facts behind them (births as days).
            A column or value that is missing is not known.
        on: The day of the decision, for ages.

    Returns:
        A row for each person in the same order, with the columns of ``DECISIONS``.

    Raises:
        TableError: A column's type is not the input's.
    """
    key = pl.lit(0, pl.Int64)
    for column, many in _numbers(table):
        key = key * many + _class_of(_input(column.name, column.kind, facts, table, on), column.points)
    keyed = facts.select(key.alias(_KEY)) if facts.width else pl.DataFrame(schema={_KEY: pl.Int64})
    if keyed.height == 1 != facts.height:  # no column of the file is an input: everybody is in the same class
        keyed = keyed.select(pl.col(_KEY).repeat_by(facts.height).explode())
    seen = keyed.get_column(_KEY).unique()
    answers = [_answer(_found(table, number)) for number in seen]
    known = pl.DataFrame(answers, schema=DECISIONS, orient="row").with_columns(seen.alias(_KEY))
    return keyed.join(known, on=_KEY, how="left", maintain_order="left").drop(_KEY)


def _class_of(values: pl.Expr, points: Sequence[Any]) -> pl.Expr:
    """Number a value's class: 0 for not known, then the classes in order (see ``classes``)."""
    if any(isinstance(point, bool) for point in points):
        number = pl.when(values.cast(pl.Boolean)).then(4).otherwise(2)
    else:
        number = pl.lit(1, pl.Int64)
        for point in points:
            mark = pl.lit(point)
            number = number + (values >= mark).cast(pl.Int64) + (values > mark).cast(pl.Int64)
    return pl.when(values.is_null()).then(0).otherwise(number).cast(pl.Int64)


def _numbers(table: Table) -> Iterator[tuple[Column, int]]:
    """Give each column with how many numbers its values may have."""
    return ((column, 2 * len(column.points) + 2) for column in columns_of(table))


def _found(table: Table, number: int) -> Finding:
    """Decide on the classes that a person's number names."""
    known, unknown = (1 << len(table.rows)) - 1, []
    for place, (column, many) in reversed(list(enumerate(_numbers(table)))):
        number, found = divmod(number, many)
        if found:
            known &= column.passed[found - 1]
        else:
            unknown.append(place)
    return find(table, known, tuple(reversed(unknown)))


def _input(name: str, kind: Kind, facts: pl.DataFrame, table: Table, on: date) -> pl.Expr:
    if name in facts.columns:
        _check_type(name, kind, facts, table)
        return pl.col(name)
    behind = DERIVED[name].needs[0] if name in DERIVED else None
    if behind is None or behind not in facts.columns:
        return pl.lit(None)
    _check_type(behind, Kind.DATE, facts, table)
    born = pl.col(behind)
    months = (on.year - born.dt.year()) * 12 + on.month - born.dt.month() - (born.dt.day() > on.day).cast(pl.Int32)
    age = months if name.endswith("_months") else months // 12
    return pl.when(born <= on).then(age)


_TYPES: Final = {Kind.BOOLEAN: pl.Boolean, Kind.STRING: pl.String, Kind.DATE: pl.Date}


def _check_type(name: str | Fact, kind: Kind, facts: pl.DataFrame, table: Table) -> None:
    found = facts.schema[name]
    fits = found.is_integer() if kind is Kind.NUMBER else found == _TYPES[kind]
    if not fits and found != pl.Null:
        raise TableError(table.rule.table, f"column {name}", f"holds {found}, not whole {kind}s")


def _answer(found: Finding) -> tuple[str, int | None, str | None, str, str, str | None]:
    amount = found.amount
    return (
        found.outcome.value,
        amount.baht if amount else None,
        amount.period if amount else None,
        " ".join(found.reasons),
        " ".join(found.missing),
        found.gap.value if found.gap else None,
    )
