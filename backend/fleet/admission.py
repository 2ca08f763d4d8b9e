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
_MAY_PASS: Final = _DEVICE.status == DeviceStatus.ACTIVE.value


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
        self._nonces = nonces
        self._gate = nonces.gate(store, _FIND, _MAY_PASS)

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
        passage = self._gate(nonce, entry.now)
        if passage.signer is None:
            raise AdmissionError("unknown")
        if not passage.may_pass:
            raise AdmissionError("suspended")
        if not passage.is_new:
            raise AdmissionError("replayed")
        device_id, agency_id, place_th, place_en, area_code, name_th, name_en = passage.signer
        return Admitted(device_id, agency_id, Words(th=name_th, en=name_en), Words(th=place_th, en=place_en), area_code)

    def close(self) -> None:
        """Let go of the nonces."""
        self._nonces.close()
