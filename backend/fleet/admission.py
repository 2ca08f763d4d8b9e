"""Lets each rightly signed request of an active device pass once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, select

from backend.fleet.errors import AdmissionError
from backend.fleet.models import Agency, Device, DeviceStatus
from backend.fleet.nonces import Nonce, Nonces
from backend.store import Store
from contracts.message import Words

_DEVICE, _AGENCY = Device.__table__.c, Agency.__table__.c
# Made once: every signed request runs it.
_FIND: Final = (
    select(
        _DEVICE.id,
        _DEVICE.status,
        _DEVICE.agency_id,
        _DEVICE.place_th,
        _DEVICE.place_en,
        _DEVICE.area_code,
        _AGENCY.name_th,
        _AGENCY.name_en,
    )
    .join_from(Device.__table__, Agency.__table__, _AGENCY.id == _DEVICE.agency_id)
    .where(_DEVICE.key_id == bindparam("key_id"))
)


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


class Admissions:
    """The gate's memory.

    The status is read from the database each time, so a suspension takes hold at once; the memory of nonces refuses a
    replay whichever worker it reaches.

    Args:
        store: The database.
        nonces: Remembers them.
    """

    def __init__(self, store: Store, nonces: Nonces) -> None:
        self._store = store
        self._nonces = nonces

    def admit(self, entry: Entry) -> Admitted:
        """Let a request pass, once; its nonce is remembered on return.

        Raises:
            AdmissionError: Unknown, suspended, stale or replayed.
            AdmissionUnavailableError: The nonce could not be remembered.
            SQLAlchemyError: The store failed.
        """
        nonce, begun = entry.nonce, self._nonces.not_before()
        if begun is not None and nonce.created < begun:
            raise AdmissionError("stale")
        device = self._find_device(nonce.key_id)
        if not self._nonces.note([nonce], entry.now):
            raise AdmissionError("replayed")
        return device

    def close(self) -> None:
        """Let go of the nonces."""
        self._nonces.close()

    def _find_device(self, key_id: str) -> Admitted:
        with self._store.glancing() as connection:
            row = connection.execute(_FIND, {"key_id": key_id}).one_or_none()
        if row is None:
            raise AdmissionError("unknown")
        if row.status != DeviceStatus.ACTIVE.value:
            raise AdmissionError("suspended")
        agency, place = Words(th=row.name_th, en=row.name_en), Words(th=row.place_th, en=row.place_en)
        return Admitted(row.id, row.agency_id, agency, place, row.area_code)
