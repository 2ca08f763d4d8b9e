"""Lets each rightly signed request of an active device pass once. Requests that come together share one commit."""

from collections.abc import Sequence
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, select

from backend.fleet.errors import AdmissionError, AdmissionUnavailableError
from backend.fleet.models import Agency, Device, DeviceStatus
from backend.fleet.nonces import Nonce, Nonces
from backend.group_commit import GroupCommit, Job
from backend.store import Store
from contracts.message import Words

_GATHER_S: Final = 0.001
_MOST: Final = 256
_TIMEOUT_S: Final = 15.0
_DEVICE, _AGENCY = Device.__table__.c, Agency.__table__.c
_FIND = select(
    _DEVICE.key_id, _DEVICE.id, _DEVICE.status, _DEVICE.agency_id, _DEVICE.place_th, _DEVICE.place_en,
    _DEVICE.area_code, _AGENCY.name_th, _AGENCY.name_en,
).join_from(
    Device.__table__, Agency.__table__, _AGENCY.id == _DEVICE.agency_id
).where(_DEVICE.key_id.in_(bindparam("key_ids", expanding=True)))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """A request that wants to pass.

    Attributes:
        nonce: Its signature's.
        now: When the request came.
    """

    nonce: Nonce
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
        nonces: Remembers them.
    """

    def __init__(self, store: Store, nonces: Nonces) -> None:
        self._store = store
        self._nonces = nonces
        self._line: GroupCommit[Entry, Admitted] = GroupCommit(self._commit, "admissions", _GATHER_S, _MOST)

    def admit(self, entry: Entry) -> Admitted:
        """Let a request pass, once; its nonce is remembered on return.

        Raises:
            AdmissionError: Unknown, suspended, stale or replayed.
            AdmissionUnavailableError: The store did not answer in time.
            SQLAlchemyError: The store failed.
        """
        begun = self._nonces.not_before()
        if begun is not None and entry.nonce.created < begun:
            raise AdmissionError("stale")
        try:
            return self._line.submit(entry).result(_TIMEOUT_S)
        except FutureTimeoutError as error:
            raise AdmissionUnavailableError from error

    def close(self) -> None:
        """End the thread, and let go of the nonces."""
        self._line.close()
        self._nonces.close()

    def _commit(self, batch: Sequence[_Job]) -> None:
        try:
            devices = self._find_devices({job.wanted.nonce.key_id for job in batch})
            passing = [job.wanted.nonce for job in batch if isinstance(devices[job.wanted.nonce.key_id], Admitted)]
            new = self._nonces.note(passing, batch[-1].wanted.now)
        except Exception as error:  # noqa: BLE001  # the thread must live on, and every waiting caller hear of it
            for job in batch:
                job.done.set_exception(error)
            return
        for job in batch:
            nonce = job.wanted.nonce
            device = devices[nonce.key_id]
            if isinstance(device, AdmissionError):
                job.done.set_exception(device)
            elif nonce.key in new:
                new.remove(nonce.key)  # a second one in this very batch is a replay
                job.done.set_result(device)
            else:
                job.done.set_exception(AdmissionError("replayed"))

    def _find_devices(self, key_ids: set[str]) -> dict[str, Admitted | AdmissionError]:
        found: dict[str, Admitted | AdmissionError] = {key_id: AdmissionError("unknown") for key_id in key_ids}
        with self._store.glancing() as connection:
            for row in connection.execute(_FIND, {"key_ids": sorted(key_ids)}):
                if row.status != DeviceStatus.ACTIVE.value:
                    found[row.key_id] = AdmissionError("suspended")
                else:
                    agency, place = Words(th=row.name_th, en=row.name_en), Words(th=row.place_th, en=row.place_en)
                    found[row.key_id] = Admitted(row.id, row.agency_id, agency, place, row.area_code)
        return found
