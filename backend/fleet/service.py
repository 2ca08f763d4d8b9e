"""The fleet's business: claims, enrolment, admission of signed requests, heartbeats, the list."""

from base64 import b32encode
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from backend.fleet.admission import Admissions, Admitted, Entry
from backend.fleet.agencies import add_missing_agencies
from backend.fleet.claim_codes import RANDOM_BYTES, encode_code, hash_code
from backend.fleet.device_keys import key_thumbprint
from backend.fleet.errors import AdmissionError, AgencyUnknownError, ClaimError, KeyTakenError
from backend.fleet.heartbeats import HeartbeatBuffer
from backend.fleet.listing import DeviceRow, list_devices
from backend.fleet.models import Agency, Claim, Device, DeviceStatus
from backend.fleet.nonces import Nonce, TableNonces
from backend.store import Store
from contracts.fleet import EnrolReply, EnrolRequest, Heartbeat
from contracts.message import Words

_DEVICE_ID_BYTES = 10  # 80 bits are 16 base-32 characters


class FleetService:
    """Opens and commits the fleet's transactions.

    Args:
        store: The database.
        buffer: Where heartbeats gather.
        admissions: Lets signed requests in.
        random_bytes: Source of randomness, ``os.urandom`` in earnest.
        heartbeat_interval_s: What devices are told.
    """

    def __init__(
        self,
        store: Store,
        buffer: HeartbeatBuffer,
        admissions: Admissions,
        random_bytes: Callable[[int], bytes],
        heartbeat_interval_s: int,
    ) -> None:
        self._store = store
        self._buffer = buffer
        self._admissions = admissions
        self._others_nonces = TableNonces(store)
        self._random_bytes = random_bytes
        self.heartbeat_interval_s = heartbeat_interval_s

    def seed_agencies(self) -> int:
        """Add agencies that are missing; returns how many."""
        with self._store.transaction() as session:
            return add_missing_agencies(session)

    def create_claim(
        self, agency_id: str, place: Words, now: datetime, valid_for: timedelta, area_code: str = ""
    ) -> str:
        """Make a one-time claim code. It is shown once and stored as a hash.

        Raises:
            AgencyUnknownError: No such agency.
        """
        code = encode_code(self._random_bytes(RANDOM_BYTES))
        with self._store.transaction() as session:
            if session.get(Agency, agency_id) is None:
                raise AgencyUnknownError(agency_id)
            session.add(
                Claim(
                    code_hash=hash_code(code),
                    agency_id=agency_id,
                    place_th=place.th,
                    place_en=place.en,
                    area_code=area_code,
                    created_at=now,
                    expires_at=now + valid_for,
                )
            )
        return code

    def enrol(self, request: EnrolRequest, now: datetime) -> EnrolReply:
        """Use a claim. The caller has checked that the requester holds the key.

        The same key with the same code gets the same answer: a device whose answer was lost may ask again.

        Raises:
            ClaimError: Unknown, used by another key, or expired.
            KeyTakenError: The key is another device's.
        """
        key_id = key_thumbprint(request.public_key)
        try:
            with self._store.transaction() as session:
                claim = session.get(Claim, hash_code(request.claim_code), with_for_update=True)
                device = self._device_for(session, claim, request, key_id, now)
                return self._reply(session, device)
        except IntegrityError as error:
            raise KeyTakenError from error

    def _device_for(
        self, session: Session, claim: Claim | None, request: EnrolRequest, key_id: str, now: datetime
    ) -> Device:
        if claim is None:
            raise ClaimError("unknown")
        if claim.device_id is not None:
            device = session.get_one(Device, claim.device_id)
            if device.key_id != key_id:
                raise ClaimError("used")
            return device
        if now >= claim.expires_at:
            raise ClaimError("expired")
        device = Device(
            id="dev_" + b32encode(self._random_bytes(_DEVICE_ID_BYTES)).decode("ascii").lower(),
            key_id=key_id,
            public_key=request.public_key,
            agency_id=claim.agency_id,
            place_th=claim.place_th,
            place_en=claim.place_en,
            area_code=claim.area_code,
            serial=request.serial,
            model=request.model,
            enrolled_at=now,
            enrolled_version=request.software_version,
        )
        session.add(device)
        session.flush()
        claim.used_at, claim.device_id = now, device.id
        return device

    def _reply(self, session: Session, device: Device) -> EnrolReply:
        agency = session.get_one(Agency, device.agency_id)
        return EnrolReply(
            device_id=device.id,
            agency_id=device.agency_id,
            agency=Words(th=agency.name_th, en=agency.name_en),
            place=Words(th=device.place_th, en=device.place_en),
            heartbeat_interval_s=self.heartbeat_interval_s,
        )

    def find_public_key(self, key_id: str) -> str | None:
        """Return the key with this thumbprint in its travelling form, or None."""
        with self._store.reading() as session:
            return session.scalar(select(Device.public_key).where(Device.key_id == key_id))

    def admit(self, entry: Entry) -> Admitted:
        """Let a request with a right signature pass, once (see :class:`Admissions`).

        Raises:
            AdmissionError: Unknown, suspended, stale or replayed.
            AdmissionUnavailableError: Its nonce could not be remembered.
        """
        return self._admissions.admit(entry)

    def remember_nonce(self, nonce: Nonce, now: datetime) -> None:
        """Note what was signed with a key that is no enrolled device's.

        Raises:
            AdmissionError: Seen before.
        """
        if not self._others_nonces.note(nonce, now):
            raise AdmissionError("replayed")

    def record_heartbeat(self, device_id: str, heartbeat: Heartbeat, received_at: datetime) -> None:
        """Take a heartbeat; it is written a moment later with its neighbours."""
        self._buffer.add(device_id, heartbeat, received_at)

    def list_agencies(self) -> list[Agency]:
        """Return the agencies that may have devices, by identifier."""
        with self._store.reading() as session:
            return list(session.scalars(select(Agency).order_by(Agency.id)))

    def close(self) -> None:
        """Write the heartbeats that are waiting, and end the admissions."""
        self._buffer.close()
        self._admissions.close()

    def set_status(self, device_id: str, status: DeviceStatus) -> bool:
        """Suspend a device or let it in again; returns whether there is such a device."""
        with self._store.transaction() as session:
            device = session.get(Device, device_id)
            if device is not None:
                device.status = status.value
            return device is not None

    def list_devices(self, now: datetime) -> list[DeviceRow]:
        """Return every device with its latest state."""
        with self._store.reading() as session:
            return list_devices(session, now, self.heartbeat_interval_s)
