"""Finds leaves by reference, agency, device and period: an index that follows the log."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias, cast

from sqlalchemy import BigInteger, Select, Table, func, literal, or_, select, tuple_
from sqlalchemy.sql import ColumnElement

from backend.audit.models import AGENCY_MOST, DEVICE_MOST, REFERENCE_MOST, AuditCursor, AuditPlace
from backend.audit.query import AuditQuery
from backend.evidence.following import LogFollower, OneRowEach, ReadLeaf
from backend.evidence.models import EvidenceLeaf
from backend.store import Store, UtcDateTime

NO_TIME: Final = datetime(1970, 1, 1, tzinfo=UTC)
COUNTED_MOST: Final = 10_000
_Wanted: TypeAlias = Select[*tuple[Any, ...]]
_TIMES: Final = ("decided_at", "made_at", "revoked_at", "at")
"""Where each kind of leaf has its time."""


@dataclass(frozen=True, slots=True)
class Filed:
    """A leaf that was found.

    Attributes:
        index: Its index.
        at: When, as the index says.
        reference: Likewise.
        agency_id: Likewise.
        device_id: Likewise.
        content: The leaf; None when the log's table no longer has it.
        hash: As stored beside the content; None likewise.
    """

    index: int
    at: datetime
    reference: str | None
    agency_id: str | None
    device_id: str | None
    content: bytes | None
    hash: bytes | None


class AuditIndex:
    """The index over one store. Any number of processes may have one each."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._follower = LogFollower(store, AUDIT_LEAVES)

    def catch_up(self) -> None:
        """Look at every leaf there is."""
        self._follower.catch_up()

    def find(self, query: AuditQuery, before: int | None, limit: int) -> list[Filed]:
        """Return the newest that fit, newest first.

        Args:
            query: What is looked for.
            before: Only those older than this leaf.
            limit: How many at most.
        """
        wanted = _fitting(_columns(), query)
        with self._store.reading() as session:
            at = session.scalar(select(AuditPlace.at).where(AuditPlace.index == before))
            if at is not None and before is not None:
                wanted = wanted.where(_older(at, before))
            newest = wanted.order_by(AuditPlace.at.desc(), AuditPlace.index.desc()).limit(limit)
            return [Filed(*row) for row in session.execute(newest)]

    def find_one(self, index: int) -> Filed | None:
        """Return one leaf."""
        with self._store.reading() as session:
            row = session.execute(_columns().where(AuditPlace.index == index)).one_or_none()
        return Filed(*row) if row else None

    def count(self, query: AuditQuery) -> int:
        """Return how many fit; no more than ``COUNTED_MOST`` + 1 are counted."""
        some = _fitting(select(AuditPlace.index), query).limit(COUNTED_MOST + 1).subquery()
        with self._store.reading() as session:
            return session.scalar(select(func.count()).select_from(some)) or 0


def read_row(leaf: ReadLeaf) -> dict[str, Any]:
    """Return a leaf's row; what a leaf does not say, or says in no usable form, stays empty."""
    said = leaf.told
    return {
        "leaf_index": leaf.index,
        "at": _time(next((said[name] for name in _TIMES if name in said), None)),
        "reference": _short(said.get("reference"), REFERENCE_MOST),
        "agency_id": _short(said.get("agency_id"), AGENCY_MOST),
        "device_id": _short(said.get("device_id"), DEVICE_MOST),
    }


def _columns() -> _Wanted:
    place = AuditPlace
    columns: tuple[Any, ...] = (
        place.index,
        place.at,
        place.reference,
        place.agency_id,
        place.device_id,
        EvidenceLeaf.content,
        EvidenceLeaf.hash,
    )
    return select(*columns).outerjoin(EvidenceLeaf, EvidenceLeaf.index == place.index)


def _fitting(wanted: _Wanted, query: AuditQuery) -> _Wanted:
    either = []
    if query.reference is not None:
        either.append(AuditPlace.reference == query.reference)
    if query.index is not None:
        either.append(AuditPlace.index == query.index)
    if either:
        wanted = wanted.where(or_(*either))
    if query.agency_id is not None:
        wanted = wanted.where(AuditPlace.agency_id == query.agency_id)
    if query.device_id is not None:
        wanted = wanted.where(AuditPlace.device_id == query.device_id)
    if query.from_at is not None:
        wanted = wanted.where(AuditPlace.at >= query.from_at)
    if query.until_at is not None:
        wanted = wanted.where(AuditPlace.at < query.until_at)
    return wanted


def _older(at: datetime, index: int) -> ColumnElement[bool]:
    """What comes after a leaf in the order shown."""
    there = tuple_(literal(at, UtcDateTime), literal(index, BigInteger))
    return tuple_(AuditPlace.at, AuditPlace.index) < there


def _time(said: object) -> datetime:
    try:
        at = datetime.fromisoformat(said) if isinstance(said, str) else None
    except ValueError:
        return NO_TIME
    return at.astimezone(UTC) if at is not None and at.tzinfo is not None else NO_TIME


def _short(said: object, most: int) -> str | None:
    return said.replace("\x00", "")[:most] if isinstance(said, str) else None


AUDIT_LEAVES: Final = OneRowEach(cast("Table", AuditPlace.__table__), cast("Table", AuditCursor.__table__), read_row)
"""The index as the log's follower sees it."""
