"""Who this device is: its own key, made here and never leaving, and what the centre said when it was enrolled.

The state directory holds ``device.json`` (the commit point), ``key-<keyid>.pem`` that it points to, ``pending_key.pem``
while an enrolment is under way, and ``keys.json``, the centre's public keys. A power cut at any point leaves either the
old identity or the new one, and an enrolment whose answer was lost is repeated with the same key.
"""

import hashlib
import json
import os
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from pydantic import ValidationError

from contracts.fleet import EnrolReply
from contracts.message import Words
from kiosk.errors import KioskError

DEVICE_FILE = "device.json"
KEYS_FILE = "keys.json"
PENDING_KEY_FILE = "pending_key.pem"


class IdentityError(KioskError):
    """The device's identity cannot be used.

    Attributes:
        reason: ``"not_enrolled"``, ``"damaged"`` (a file is unreadable or not what it should be), ``"key_missing"``,
            ``"key_open"`` (others may read the key) or ``"not_writable"``.
        path: The file concerned.
    """

    def __init__(self, reason: str, path: Path) -> None:
        super().__init__(f"{path}: {reason.replace('_', ' ')}")
        self.reason = reason
        self.path = path


class EnrolmentRecord(EnrolReply):
    """Content of ``device.json``: the centre's answer to the enrolment, where the centre is, and which key is ours."""

    centre_url: str
    key_id: str


@dataclass(frozen=True, slots=True)
class DeviceIdentity:
    """An enrolled device.

    Attributes:
        device_id: The centre's name for this device.
        key: Its private key.
        key_id: RFC 7638 thumbprint of the key, the signatures' ``keyid``.
        centre_url: The centre's base URL, without a slash at its end.
        agency: Whose device it is.
        place: Where it stands.
        agency_id: Stable identifier of the agency.
        heartbeat_interval_s: How often the centre wants a heartbeat, in seconds, as of the enrolment.
    """

    device_id: str
    key: Ed25519PrivateKey = field(repr=False)
    key_id: str
    centre_url: str
    agency: Words
    place: Words
    agency_id: str = ""
    heartbeat_interval_s: int = 60


def encode_public_key(key: Ed25519PublicKey) -> str:
    """Return the 32 raw bytes of the key in base64url without padding (``x`` of an RFC 8037 JWK)."""
    raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def key_thumbprint(key: Ed25519PublicKey) -> str:
    """Return the key's RFC 7638 thumbprint: SHA-256 over the JWK's required members (RFC 8037), base64url."""
    members = {"crv": "Ed25519", "kty": "OKP", "x": encode_public_key(key)}
    canonical = json.dumps(members, separators=(",", ":"), sort_keys=True).encode("ascii")
    return urlsafe_b64encode(hashlib.sha256(canonical).digest()).rstrip(b"=").decode("ascii")


def find_enrolment(state_dir: Path) -> EnrolmentRecord | None:
    """Return what the centre said at enrolment, or None when the device is not enrolled.

    Raises:
        IdentityError: ``device.json`` is there but unreadable.
    """
    path = state_dir / DEVICE_FILE
    try:
        return EnrolmentRecord.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        raise IdentityError("damaged", path) from error


def load_identity(state_dir: Path) -> DeviceIdentity:
    """Return the enrolled device's identity.

    Raises:
        IdentityError: Not enrolled, or a file is missing, damaged or open to others.
    """
    record = find_enrolment(state_dir)
    if record is None:
        raise IdentityError("not_enrolled", state_dir / DEVICE_FILE)
    key_path = _key_path(state_dir, record.key_id)
    key = _read_key(key_path)
    if key_thumbprint(key.public_key()) != record.key_id:
        raise IdentityError("damaged", key_path)
    return DeviceIdentity(
        device_id=record.device_id,
        key=key,
        key_id=record.key_id,
        centre_url=record.centre_url,
        agency=record.agency,
        place=record.place,
        agency_id=record.agency_id,
        heartbeat_interval_s=record.heartbeat_interval_s,
    )


def create_pending_key(state_dir: Path) -> Ed25519PrivateKey:
    """Make the key for an enrolment, or return the one a lost enrolment left behind, so that it can be repeated.

    Raises:
        IdentityError: The directory cannot be written, or the key left behind is damaged.
    """
    path = state_dir / PENDING_KEY_FILE
    if path.exists():
        key = _read_key(path)
        if not _is_enrolled(state_dir, key):  # else the power went between the commit and the tidying up
            return key
    key = Ed25519PrivateKey.generate()
    write_private(path, _key_pem(key))
    return key


def commit_enrolment(state_dir: Path, record: EnrolmentRecord, key: Ed25519PrivateKey, centre_keys: bytes) -> None:
    """Make the enrolment ours: the key under its own name, the centre's keys, then ``device.json`` in one step.

    Raises:
        IdentityError: The directory cannot be written.
    """
    key_path = _key_path(state_dir, record.key_id)
    write_private(key_path, _key_pem(key))
    write_private(state_dir / KEYS_FILE, centre_keys)
    write_private(state_dir / DEVICE_FILE, record.model_dump_json(indent=1).encode() + b"\n")
    (state_dir / PENDING_KEY_FILE).unlink(missing_ok=True)
    for old in state_dir.glob("key-*.pem"):
        if old != key_path:
            old.unlink(missing_ok=True)


def write_private(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, readable by its owner only, and on disk when this returns.

    Raises:
        IdentityError: The directory cannot be written.
    """
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh.unlink(missing_ok=True)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
        directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
    except OSError as error:
        raise IdentityError("not_writable", path) from error


def _is_enrolled(state_dir: Path, key: Ed25519PrivateKey) -> bool:
    try:
        record = find_enrolment(state_dir)
    except IdentityError:
        return False
    return record is not None and record.key_id == key_thumbprint(key.public_key())


def _key_path(state_dir: Path, key_id: str) -> Path:
    return state_dir / f"key-{key_id}.pem"


def _key_pem(key: Ed25519PrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _read_key(path: Path) -> Ed25519PrivateKey:
    try:
        if path.stat().st_mode & 0o077:
            raise IdentityError("key_open", path)
        key = load_pem_private_key(path.read_bytes(), password=None)
    except FileNotFoundError as error:
        raise IdentityError("key_missing", path) from error
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise IdentityError("damaged", path) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise IdentityError("damaged", path)
    return key
