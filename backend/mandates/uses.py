"""Counts how mandates are used. Durable and cheap: each worker takes uses of a quota in blocks, in advance.

A block that a killed worker had not used up is lost, so a quota is never exceeded; small quotas are taken one by one.
"""

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, cast

from sqlalchemy import Table, bindparam, select, text, update
from sqlalchemy.orm import Session

from backend.mandates.check import Mandate
from backend.mandates.models import MandateUse
from backend.mandates.quota import Period, period_start
from backend.store import Store

MAX_BLOCK: Final = 200
SHARE: Final = 20
"""A block is at most this part of what is left: what other workers hold in advance can hardly end a quota early."""
FLUSH_EVERY: Final = timedelta(seconds=60)
"""How often the use of mandates without a quota is written down."""

_USES = cast("Table", MandateUse.__table__)  # declared as a clause, in truth always a table
_SAME = (_USES.c.mandate_id == bindparam("of_mandate"), _USES.c.period_start == bindparam("of_period"))
_MAKE = text(
    "INSERT INTO mandate_uses (mandate_id, period_start, used) VALUES (:of_mandate, :of_period, 0)"
    " ON CONFLICT DO NOTHING"
).bindparams(bindparam("of_period", type_=_USES.c.period_start.type))
_FIND = select(_USES.c.used).where(*_SAME).with_for_update()
_ADD = (
    update(_USES)
    .where(*_SAME)
    .values(used=_USES.c.used + bindparam("more"), last_used_at=bindparam("used_at", type_=_USES.c.last_used_at.type))
)
_Key = tuple[int, date]
"""Mandate id and first day of the period."""


@dataclass(slots=True)
class _Counted:
    """One mandate in one period. ``left``: taken in advance; ``unwritten``: used and not yet written down."""

    left: int = 0
    unwritten: int = 0
    exhausted: bool = False
    used_at: datetime | None = None


class UseCounter:
    """Counts within one worker process; any number of threads may use it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._counted: dict[_Key, _Counted] = {}
        self._flushed_at: datetime | None = None

    def spend(self, mandates: Iterable[Mandate], now: datetime, on: date) -> frozenset[int]:
        """Count one use of each mandate that has a row; returns the ids of those whose quota had none left."""
        spent = set()
        with self._lock:
            for mandate in mandates:
                if mandate.id and not self._use(mandate, now, on):
                    spent.add(mandate.id)
            if self._flushed_at is None or now - self._flushed_at >= FLUSH_EVERY:
                self._flush(now)
                self._forget(on)
        return frozenset(spent)

    def give_back(self, mandates: Iterable[Mandate], on: date) -> None:
        """Undo one use of each."""
        with self._lock:
            for mandate in mandates:
                counted = self._counted.get(_key(mandate, on))
                if counted is not None and mandate.quota is not None:
                    counted.left += 1
                elif counted is not None:
                    counted.unwritten = max(0, counted.unwritten - 1)

    def close(self) -> None:
        """Write down everything; give back what was taken in advance."""
        with self._lock, self._store.transaction() as session:
            for key, counted in self._counted.items():
                more = counted.unwritten - counted.left
                if more and counted.used_at is not None:
                    _add(session, key, more, counted.used_at)
            self._counted.clear()

    def _use(self, mandate: Mandate, now: datetime, on: date) -> bool:
        key = _key(mandate, on)
        counted = self._counted.setdefault(key, _Counted())
        if mandate.quota is None:
            counted.unwritten += 1
        else:
            if not counted.left and not counted.exhausted:
                counted.left = self._take(key, mandate.quota.limit, now)
                counted.exhausted = not counted.left
            if not counted.left:
                return False
            counted.left -= 1
        counted.used_at = now
        return True

    def _take(self, key: _Key, limit: int, now: datetime) -> int:
        """Take a block in advance, durably; returns its size, 0 when nothing is left."""
        with self._store.transaction() as session:
            used = _find_or_make(session, key)
            block = min(max(1, min(MAX_BLOCK, (limit - used) // SHARE)), limit - used)
            if block <= 0:
                return 0
            _add(session, key, block, now)
        return block

    def _flush(self, now: datetime) -> None:
        waiting = {key: counted for key, counted in self._counted.items() if counted.unwritten}
        if waiting:
            with self._store.transaction() as session:
                for key, counted in waiting.items():
                    _add(session, key, counted.unwritten, counted.used_at or now)
            for counted in waiting.values():
                counted.unwritten = 0
        self._flushed_at = now

    def _forget(self, on: date) -> None:
        # Periods of last year and before are over whatever their kind.
        for key in [key for key in self._counted if key[1].year < on.year]:
            del self._counted[key]


def _key(mandate: Mandate, on: date) -> _Key:
    return mandate.id, period_start(mandate.quota.period if mandate.quota else Period.MONTH, on)


def _named(key: _Key) -> dict[str, object]:
    return {"of_mandate": key[0], "of_period": key[1]}


def _find_or_make(session: Session, key: _Key) -> int:
    connection = session.connection()
    connection.execute(_MAKE, _named(key))
    return int(connection.execute(_FIND, _named(key)).scalar_one())


def _add(session: Session, key: _Key, more: int, used_at: datetime) -> None:
    _find_or_make(session, key)
    session.connection().execute(_ADD, {**_named(key), "more": more, "used_at": used_at})
