"""The reference directory in the database: which person is known at which agency."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final, cast

from sqlalchemy import Table, and_, bindparam, delete, func, select, text

from backend.linkage.models import Reference, ReferenceList
from backend.linkage.reference_lines import hash_person
from backend.store import Store
from contracts.decision import Subject

_BATCH: Final = 5_000
_KEPT_S: Final = 5.0
"""How long it is remembered who has a list at all."""
_NEVER_READ: Final = (float("-inf"), frozenset[str]())
_REFERENCES = cast("Table", Reference.__table__)  # declared as a clause, in truth always a table
_LISTS = cast("Table", ReferenceList.__table__)  # likewise
# One statement: a list that is being replaced or dropped is seen whole or not at all.
_LOOK_UP = (
    select(_LISTS.c.agency_id, _LISTS.c.loaded_at, _REFERENCES.c.person)
    .outerjoin(
        _REFERENCES,
        and_(
            _REFERENCES.c.agency_id == _LISTS.c.agency_id,
            _REFERENCES.c.generation == _LISTS.c.generation,
            _REFERENCES.c.person == bindparam("person"),
        ),
    )
    .where(_LISTS.c.agency_id.in_(bindparam("agencies", expanding=True)), _LISTS.c.valid_until > bindparam("now"))
)
_INSERT = text(
    "INSERT INTO linkage_references (agency_id, generation, person) VALUES (:agency_id, :generation, :person)"
    " ON CONFLICT DO NOTHING"
)


@dataclass(frozen=True, slots=True)
class LoadedList:
    """One agency's list.

    Attributes:
        agency_id: Whose.
        generation: Which rows are in use.
        persons: How many it names.
        loaded_at: When.
        valid_until: Until when its silence about a person means that he is not known there.
    """

    agency_id: str
    generation: int
    persons: int
    loaded_at: datetime
    valid_until: datetime


class ReferenceDirectory:
    """Loads lists and looks persons up. Any number of threads may use one.

    Args:
        store: Where the hashes are.
        key: Of the hashes.
        now: The clock, aware UTC.
    """

    def __init__(self, store: Store, key: bytes, now: Callable[[], datetime]) -> None:
        self._store = store
        self._key = key
        self._now = now
        self._kept: tuple[float, frozenset[str]] = _NEVER_READ

    def not_known_at(self, subject: Subject, agency_ids: Iterable[str]) -> Mapping[str, datetime]:
        """Return those agencies whose complete list does not name the person, each with when its list came.

        No look-up while none has a list.
        """
        asked = [agency_id for agency_id in agency_ids if agency_id in self._having_lists()]
        if not asked:
            return {}
        person = hash_person(self._key, subject.number)
        with self._store.glancing() as connection:
            rows = connection.execute(_LOOK_UP, {"agencies": asked, "person": person, "now": self._now()}).all()
        return {row.agency_id: row.loaded_at for row in rows if row.person is None}

    def load(self, agency_id: str, persons: Iterable[bytes], valid_until: datetime) -> LoadedList:
        """Put an agency's complete list in place of its former one, which stays in use until the new one is whole.

        Args:
            agency_id: Whose list.
            persons: Hashes by :func:`hash_person`; one that stands twice counts once.
            valid_until: How long it may be relied on.
        """
        held = self.lists().get(agency_id)
        generation = 1 if held is None else held.generation + 1
        self._forget(agency_id, -1 if held is None else held.generation)  # what an interrupted load left
        for batch in _batches(persons):
            rows = [{"agency_id": agency_id, "generation": generation, "person": person} for person in batch]
            with self._store.transaction() as session:
                session.connection().execute(_INSERT, rows)
        counted = select(func.count()).where(
            _REFERENCES.c.agency_id == agency_id, _REFERENCES.c.generation == generation
        )
        with self._store.reading() as session:
            added = session.scalar(counted) or 0
        loaded = LoadedList(agency_id, generation, added, self._now(), valid_until)
        with self._store.transaction() as session:
            session.merge(
                ReferenceList(
                    agency_id=agency_id,
                    generation=generation,
                    persons=added,
                    loaded_at=loaded.loaded_at,
                    valid_until=valid_until,
                )
            )
        self._forget(agency_id, generation)
        self._kept = _NEVER_READ
        return loaded

    def drop(self, agency_id: str) -> bool:
        """Forget an agency's list: it is asked about everybody again. False when there was none."""
        with self._store.transaction() as session:
            gone = session.execute(delete(ReferenceList).where(ReferenceList.agency_id == agency_id))
        self._forget(agency_id, -1)
        return bool(getattr(gone, "rowcount", 0))

    def lists(self) -> dict[str, LoadedList]:
        """Return every list, by agency."""
        with self._store.reading() as session:
            rows = session.scalars(select(ReferenceList).order_by(ReferenceList.agency_id)).all()
            return {
                r.agency_id: LoadedList(r.agency_id, r.generation, r.persons, r.loaded_at, r.valid_until) for r in rows
            }

    def _having_lists(self) -> frozenset[str]:
        read_s, having = self._kept
        if time.monotonic() - read_s >= _KEPT_S:
            having = frozenset(self.lists())
            self._kept = (time.monotonic(), having)
        return having

    def _forget(self, agency_id: str, but_generation: int) -> None:
        columns = _REFERENCES.c
        with self._store.transaction() as session:
            session.execute(
                delete(Reference).where(columns.agency_id == agency_id, columns.generation != but_generation)
            )


def _batches(persons: Iterable[bytes]) -> Iterator[Sequence[bytes]]:
    waiting = iter(persons)
    while batch := tuple(islice(waiting, _BATCH)):
        yield batch
