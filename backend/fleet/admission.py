"""Lets each rightly signed request of an active device pass once. Requests that come together share one commit."""

from collections.abc import Sequence
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, cast

from sqlalchemy import Table, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from backend.fleet.errors import AdmissionError, AdmissionUnavailableError
from backend.fleet.models import Agency, Device, DeviceStatus, SeenNonce
from backend.group_commit import GroupCommit, Job
from backend.store import Store
from contracts.message import Words

_PRUNE_EVERY: Final = timedelta(seconds=60)
_GATHER_S: Final = 0.001
_MOST: Final = 256
_TIMEOUT_S: Final = 15.0
_DEVICE, _AGENCY = Device.__table__.c, Agency.__table__.c
_NONCE = cast("Table", SeenNonce.__table__)  # declared as a clause, in truth always a table
_FIND = select(
    _DEVICE.key_id, _DEVICE.id, _DEVICE.status, _DEVICE.agency_id, _DEVICE.place_th, _DEVICE.place_en,
    _DEVICE.area_code, _AGENCY.name_th, _AGENCY.name_en,
).join_from(Device.__table__, Agency.__table__, _AGENCY.id == _DEVICE.agency_id)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """A request that wants to pass.

    Attributes:
        key_id: RFC 7638 thumbprint of the key that signed it.
        nonce: Its signature's nonce.
        expires_at: When the signature is too old anyway, and the nonce may be forgotten.
        now: When the request came.
    """

    key_id: str
    nonce: str
    expires_at: datetime
    now: datetime


@dataclass(frozen=True, slots=True)
class Admitted:
    """The active device that signed a request.

    Attributes:
        device_id: ``dev_`` and 16 characters.
        agency_id: Whose device it is.
        agency: The agency's name.
        place: Where the device stands.
        area_code: District it serves, or empty.
    """

    device_id: str
    agency_id: str
    agency: Words
    place: Words
    area_code: str


_Job = Job[Entry, Admitted]


class Admissions:
    """The gate's memory.

    The status is read from the database each time, so a suspension takes hold at once; the nonce's primary key refuses
    a replay whichever worker it reaches.

    Args:
        store: The database.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._line: GroupCommit[Entry, Admitted] = GroupCommit(self._commit, "admissions", _GATHER_S, _MOST)
        self._prune_at: datetime | None = None

    def admit(self, entry: Entry) -> Admitted:
        """Let a request pass, once; its nonce is durable on return.

        Raises:
            AdmissionError: Unknown, suspended or replayed.
            AdmissionUnavailableError: The store did not answer in time.
            SQLAlchemyError: The store failed.
        """
        try:
            return self._line.submit(entry).result(_TIMEOUT_S)
        except FutureTimeoutError as error:
            raise AdmissionUnavailableError from error

    def close(self) -> None:
        """End the thread."""
        self._line.close()

    def _commit(self, batch: Sequence[_Job]) -> None:
        try:
            with self._store.transaction() as session:
                devices = _find_devices(session, batch)
                passing = [job for job in batch if isinstance(devices[job.wanted.key_id], Admitted)]
                new = self._note_nonces(session, passing)
                self._prune(session, batch[-1].wanted.now)
        except Exception as error:  # noqa: BLE001  # the thread must live on, and every waiting caller hear of it
            for job in batch:
                job.done.set_exception(error)
            return
        for job in batch:
            device = devices[job.wanted.key_id]
            if isinstance(device, AdmissionError):
                job.done.set_exception(device)
            elif (job.wanted.key_id, job.wanted.nonce) in new:
                new.remove((job.wanted.key_id, job.wanted.nonce))  # a second one in this very batch is a replay
                job.done.set_result(device)
            else:
                job.done.set_exception(AdmissionError("replayed"))

    def _note_nonces(self, session: Session, jobs: Sequence[_Job]) -> set[tuple[str, str]]:
        """Store nonces; return those that were new."""
        if not jobs:
            return set()
        insert = sqlite.insert if self._store.is_sqlite else postgresql.insert
        statement = insert(_NONCE).on_conflict_do_nothing().returning(_NONCE.c.key_id, _NONCE.c.nonce)
        rows = [
            {"key_id": e.key_id, "nonce": e.nonce, "expires_at": e.expires_at} for e in (job.wanted for job in jobs)
        ]
        return {(key_id, nonce) for key_id, nonce in session.connection().execute(statement, rows)}

    def _prune(self, session: Session, now: datetime) -> None:
        if self._prune_at is None or now >= self._prune_at:
            self._prune_at = now + _PRUNE_EVERY
            session.execute(delete(SeenNonce).where(SeenNonce.expires_at < now))


def _find_devices(session: Session, batch: Sequence[_Job]) -> dict[str, Admitted | AdmissionError]:
    key_ids = {job.wanted.key_id for job in batch}
    found: dict[str, Admitted | AdmissionError] = {key_id: AdmissionError("unknown") for key_id in key_ids}
    for row in session.connection().execute(_FIND.where(_DEVICE.key_id.in_(sorted(key_ids)))):
        if row.status != DeviceStatus.ACTIVE.value:
            found[row.key_id] = AdmissionError("suspended")
        else:
            agency, place = Words(th=row.name_th, en=row.name_en), Words(th=row.place_th, en=row.place_en)
            found[row.key_id] = Admitted(row.id, row.agency_id, agency, place, row.area_code)
    return found
