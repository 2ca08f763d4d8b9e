"""Finds disputes: a page of those that fit, and how many there are in each state."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, TypeAlias

from sqlalchemy import Select, and_, case, func, or_, select
from sqlalchemy.sql import ColumnElement

from backend.history.dispute_query import DisputeQuery, DisputeSort
from backend.history.dispute_states import WAITING_FOR_STEWARD
from backend.history.models import Dispute
from backend.store import Store
from contracts.history import DisputeState

_Wanted: TypeAlias = Select[*tuple[Any, ...]]
_WAITS: Final = Dispute.state.in_([state.value for state in WAITING_FOR_STEWARD])
_LIFE: Final = {state.value: place for place, state in enumerate(DisputeState)}


@dataclass(frozen=True, slots=True)
class DisputeCounts:
    """How many disputes there are under a search.

    Attributes:
        by_state: Those in each state that has any.
        overdue: Those whose agency should have answered.
    """

    by_state: dict[DisputeState, int]
    overdue: int

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.by_state.values())


class DisputeFinder:
    """The finder over one store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def find(
        self,
        query: DisputeQuery,
        now: datetime,
        sort: DisputeSort = DisputeSort.DUE,
        *,
        descending: bool = False,
        start: int = 0,
        most: int | None = None,
    ) -> Sequence[Dispute]:
        """Return those that fit.

        Args:
            query: What is looked for.
            now: What is overdue depends on it.
            sort: Their order.
            descending: Whether it is turned round.
            start: How many to pass over.
            most: How many at most; None for all.
        """
        wanted = _fitting(select(Dispute), query, now).order_by(*_order(sort, descending=descending))
        with self._store.reading() as session:
            return session.scalars(wanted.offset(start).limit(most)).all()

    def count(self, query: DisputeQuery, now: datetime) -> DisputeCounts:
        """Count those that fit but for the state asked for."""
        late = func.sum(case((_overdue(now), 1), else_=0))
        whole = replace(query, state=None, overdue=False)
        wanted = _fitting(select(Dispute.state, func.count(), late), whole, now).group_by(Dispute.state)
        with self._store.reading() as session:
            rows = session.execute(wanted).all()
        return DisputeCounts({DisputeState(row[0]): row[1] for row in rows}, sum(row[2] for row in rows))


def _fitting(wanted: _Wanted, query: DisputeQuery, now: datetime) -> _Wanted:
    if query.within is not None:
        wanted = wanted.where(Dispute.agency_id == query.within)
    if query.named is not None:
        wanted = wanted.where(or_(Dispute.reference == query.named.reference, Dispute.index == query.named.index))
    if query.agency_id is not None:
        wanted = wanted.where(Dispute.agency_id == query.agency_id)
    if query.state is not None:
        wanted = wanted.where(Dispute.state == query.state.value)
    if query.overdue:
        wanted = wanted.where(_overdue(now))
    return wanted


def _overdue(now: datetime) -> ColumnElement[bool]:
    return and_(_WAITS, Dispute.due_at < now)


def _order(sort: DisputeSort, *, descending: bool) -> list[ColumnElement[Any]]:
    # Each column with whether it runs downwards; the reference makes the order a whole one.
    columns: list[tuple[Any, bool]]
    match sort:
        case DisputeSort.DUE:
            # A due date counts while the steward is waited for; afterwards it is the citizen's.
            due = case((_WAITS, Dispute.due_at), else_=None)
            columns = [(case((_WAITS, 0), else_=1), False), (due, False), (Dispute.changed_at, True)]
        case DisputeSort.OPENED:
            columns = [(Dispute.opened_at, False)]
        case DisputeSort.STATE:
            columns = [(case(_LIFE, value=Dispute.state), False), (Dispute.opened_at, False)]
    columns.append((Dispute.reference, False))
    return [column.desc() if down != descending else column.asc() for column, down in columns]
