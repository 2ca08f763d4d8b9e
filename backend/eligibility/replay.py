"""Two versions of a table over the same people: who would change, from what to what, why."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Final, Protocol

import polars as pl

from backend.eligibility.bulk import decide_batch
from backend.eligibility.derive import facts_behind
from backend.eligibility.table import Table
from backend.linkage.facts import Fact
from contracts.message import Message

CASE: Final = "case"
"""Column of the people's references, where they have any; no fact is called so."""
INVENTED: Final = "people"
CASES: Final = "cases"
CASES_NAMED: Final = 20
"""How many cases are named for each kind of change."""
_SIDES: Final = ("outcome", "amount_baht", "reasons")
_KEYS: Final = ["before_outcome", "before_amount_baht", "after_outcome", "after_amount_baht", "after_reasons"]
_FIELDS: Final = ("before", "before_baht", "after", "after_baht", "reasons", "people", "cases")
_STEP_ROWS: Final = 5_000


class PastCases(Protocol):
    """What past decisions were made on, as far as mandates let it be kept (``cases.CaseShelf``)."""

    def count(self, service_id: str) -> int:
        """Return how many cases of a service there are to try a rule on."""
        ...

    def frames(self, service_id: str, facts: Sequence[Fact]) -> Iterator[pl.DataFrame]:
        """Open them, some at a time: a column for each fact, and one of references."""
        ...


class Move(Message):
    """People who move from one answer to another; amounts are null where nothing is paid.

    Attributes:
        cases: References of some of them, where they are past cases.
    """

    before: str
    before_baht: int | None
    after: str
    after_baht: int | None
    reasons: str
    people: int
    cases: tuple[str, ...] = ()


class Replay(Message):
    """What a version would change.

    Attributes:
        people: How many were looked at.
        changed: How many would get another outcome or amount.
        more_baht: What would be paid in addition for each period, all together; negative for less.
        moves: The changes, largest first; ``reasons`` are the new version's codes.
        source: ``people`` of a file or invented ones, or past ``cases``.
        not_known: Facts that nobody's were known of: the new version may ask what past cases do not hold.
    """

    people: int
    changed: int
    more_baht: int
    moves: tuple[Move, ...]
    source: str = INVENTED
    not_known: tuple[str, ...] = ()

    def counts_alone(self) -> "Replay":
        """Return it without the references of cases: what is kept."""
        moves = tuple(move.model_copy(update={"cases": ()}) for move in self.moves)
        return self.model_copy(update={"moves": moves})


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
    """Decide on everybody by both versions, a part at a time; see :func:`replay_frames`."""
    parts = (facts.slice(start, _STEP_ROWS) for start in range(0, facts.height, _STEP_ROWS))
    return replay_frames(before, after, parts, facts.height, on)


def replay_on_cases(before: Table, after: Table, cases: PastCases, on: date) -> Iterator[tuple[int, int] | Replay]:
    """Decide on past cases by both versions, some at a time; see :func:`replay_frames`."""
    asked = (column.name for table in (before, after) for column in table.inputs)
    facts = tuple(dict.fromkeys(fact for name in asked for fact in facts_behind(name)))
    service = after.rule.table
    yield from replay_frames(before, after, cases.frames(service, facts), cases.count(service), on, CASES)


def replay_frames(
    before: Table, after: Table, frames: Iterable[pl.DataFrame], total: int, on: date, source: str = INVENTED
) -> Iterator[tuple[int, int] | Replay]:
    """Decide on everybody by both versions, a frame at a time.

    Args:
        before: The older version.
        after: The newer.
        frames: People's facts; a column ``CASE`` says what they are called.
        total: How many people there will be.
        on: The day of the decisions.
        source: What the finding says they are.

    Yields:
        How many of how many people are done; at last the finding.

    Raises:
        TableError: A column's type is not the input's.
    """
    counted: list[pl.DataFrame] = []
    done, unknown = 0, None
    for frame in frames:
        counted.append(_count(before, after, frame, on))
        empty = {name for name in frame.columns if frame.get_column(name).null_count() == frame.height}
        unknown = empty if unknown is None else unknown & empty
        done += frame.height
        yield done, max(done, total)
    moves = _moves(counted)
    more = sum(((move.after_baht or 0) - (move.before_baht or 0)) * move.people for move in moves)
    changed = sum(move.people for move in moves)
    yield Replay(
        people=done,
        changed=changed,
        more_baht=more,
        moves=moves,
        source=source,
        not_known=tuple(sorted(unknown or ())) if source == CASES else (),
    )


def _moves(counted: list[pl.DataFrame]) -> tuple[Move, ...]:
    if not counted:
        return ()
    summed = (
        pl.concat(counted)
        .group_by(_KEYS)
        .agg(pl.col("people").sum(), pl.col(CASE).explode().drop_nulls().head(CASES_NAMED))
    )
    ordered = summed.sort(["people", *_KEYS], descending=[True, *([False] * len(_KEYS))])
    return tuple(Move.model_validate(dict(zip(_FIELDS, row, strict=True))) for row in ordered.iter_rows())


def _count(before: Table, after: Table, facts: pl.DataFrame, on: date) -> pl.DataFrame:
    old = decide_batch(before, facts, on).select(pl.col(name).alias(f"before_{name}") for name in _SIDES)
    new = decide_batch(after, facts, on).select(pl.col(name).alias(f"after_{name}") for name in _SIDES)
    called = (
        facts.select(pl.col(CASE))
        if CASE in facts.columns
        else old.with_columns(pl.lit(None, pl.String).alias(CASE)).select(CASE)
    )
    both = pl.concat([old, new, called], how="horizontal")
    differs = (pl.col("before_outcome") != pl.col("after_outcome")) | pl.col("before_amount_baht").ne_missing(
        pl.col("after_amount_baht")
    )
    named = pl.col(CASE).drop_nulls().head(CASES_NAMED)
    return both.filter(differs).group_by(_KEYS).agg(pl.len().alias("people"), named)
