"""Two versions of a table over the same people: who would change, from what to what, why. Counts only."""

from datetime import date
from typing import Final

import polars as pl

from backend.eligibility.bulk import decide_batch
from backend.eligibility.table import Table
from contracts.message import Message

_SIDES: Final = ("outcome", "amount_baht", "reasons")


class Move(Message):
    """People who move from one answer to another; amounts are null where nothing is paid."""

    before: str
    before_baht: int | None
    after: str
    after_baht: int | None
    reasons: str
    people: int


class Replay(Message):
    """What a version would change.

    Attributes:
        people: How many were looked at.
        changed: How many would get another outcome or amount.
        more_baht: What would be paid in addition for each period, all together; negative for less.
        moves: The changes, largest first; ``reasons`` are the new version's codes.
    """

    people: int
    changed: int
    more_baht: int
    moves: tuple[Move, ...]


def replay(before: Table, after: Table, facts: pl.DataFrame, on: date) -> Replay:
    """Decide on everybody by both versions.

    Raises:
        TableError: A column's type is not the input's.
    """
    old = decide_batch(before, facts, on).select(pl.col(name).alias(f"before_{name}") for name in _SIDES)
    new = decide_batch(after, facts, on).select(pl.col(name).alias(f"after_{name}") for name in _SIDES)
    both = pl.concat([old, new], how="horizontal")
    differs = (pl.col("before_outcome") != pl.col("after_outcome")) | pl.col("before_amount_baht").ne_missing(
        pl.col("after_amount_baht")
    )
    changed = both.filter(differs)
    keys = ["before_outcome", "before_amount_baht", "after_outcome", "after_amount_baht", "after_reasons"]
    counted = changed.group_by(keys).len().sort(["len", *keys], descending=[True, *([False] * len(keys))])
    fields = ("before", "before_baht", "after", "after_baht", "reasons", "people")
    moves = tuple(Move.model_validate(dict(zip(fields, row, strict=True))) for row in counted.iter_rows())
    more = sum(((move.after_baht or 0) - (move.before_baht or 0)) * move.people for move in moves)
    return Replay(people=both.height, changed=changed.height, more_baht=more, moves=moves)
