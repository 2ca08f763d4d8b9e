"""Two versions of a table over the same people: who would change, from what to what, why. Counts only."""

from collections.abc import Iterator
from datetime import date
from typing import Final

import polars as pl

from backend.eligibility.bulk import decide_batch
from backend.eligibility.table import Table
from contracts.message import Message

_SIDES: Final = ("outcome", "amount_baht", "reasons")
_KEYS: Final = ["before_outcome", "before_amount_baht", "after_outcome", "after_amount_baht", "after_reasons"]
_FIELDS: Final = ("before", "before_baht", "after", "after_baht", "reasons", "people")
_STEP_ROWS: Final = 5_000


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
    *_, found = replay_in_steps(before, after, facts, on)
    if not isinstance(found, Replay):
        raise TypeError("a replay ended without its finding")
    return found


def replay_in_steps(before: Table, after: Table, facts: pl.DataFrame, on: date) -> Iterator[tuple[int, int] | Replay]:
    """Decide on everybody by both versions, a part at a time.

    Yields:
        How many of how many people are done; at last the finding.

    Raises:
        TableError: A column's type is not the input's.
    """
    counted: list[pl.DataFrame] = []
    for start in range(0, facts.height, _STEP_ROWS):
        counted.append(_count(before, after, facts.slice(start, _STEP_ROWS), on))
        yield min(start + _STEP_ROWS, facts.height), facts.height
    moves: tuple[Move, ...] = ()
    if counted:
        summed = pl.concat(counted).group_by(_KEYS).agg(pl.col("len").sum())
        ordered = summed.sort(["len", *_KEYS], descending=[True, *([False] * len(_KEYS))])
        moves = tuple(Move.model_validate(dict(zip(_FIELDS, row, strict=True))) for row in ordered.iter_rows())
    more = sum(((move.after_baht or 0) - (move.before_baht or 0)) * move.people for move in moves)
    changed = sum(move.people for move in moves)
    yield Replay(people=facts.height, changed=changed, more_baht=more, moves=moves)


def _count(before: Table, after: Table, facts: pl.DataFrame, on: date) -> pl.DataFrame:
    old = decide_batch(before, facts, on).select(pl.col(name).alias(f"before_{name}") for name in _SIDES)
    new = decide_batch(after, facts, on).select(pl.col(name).alias(f"after_{name}") for name in _SIDES)
    both = pl.concat([old, new], how="horizontal")
    differs = (pl.col("before_outcome") != pl.col("after_outcome")) | pl.col("before_amount_baht").ne_missing(
        pl.col("after_amount_baht")
    )
    return both.filter(differs).group_by(_KEYS).len()
