"""Every device route lies behind this gate: it opens for signed requests of active devices, once each."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from flask import Flask, g, request

from backend.fleet.admission import Entry
from backend.fleet.device_keys import key_thumbprint, parse_public_key
from backend.fleet.errors import AdmissionError, AdmissionUnavailableError
from backend.fleet.service import FleetService
from backend.http.device_identity import DeviceIdentity
from backend.http.problems import ProblemError
from backend.http.rate_guard import RateGuard
from backend.http.signatures import SignedRequest, check_signature
from contracts.fleet import ENROL_PATH
from contracts.problems import ProblemCode

DEVICE_PREFIX: Final = "/v1/device/"
_KEY_KEPT_FOR: Final = timedelta(seconds=5)
_KEYS_KEPT: Final = 4096
_SIGNED_HEADERS: Final = ("Content-Digest", "Signature", "Signature-Input")
_REFUSALS: Final = {
    "unknown": ProblemCode.DEVICE_UNKNOWN,
    "suspended": ProblemCode.DEVICE_SUSPENDED,
    "replayed": ProblemCode.SIGNATURE_REPLAYED,
    "stale": ProblemCode.SIGNATURE_OLD,
}


class DeviceGate:
    """Checks requests against the fleet.

    Keys are kept a few seconds in memory; whether their device may speak is asked of the database every time.
    """

    def __init__(self, fleet: FleetService, now: Callable[[], datetime], guard: RateGuard) -> None:
        self._fleet = fleet
        self._now = now
        self._guard = guard
        self._keys: dict[str, tuple[Ed25519PublicKey, datetime]] = {}
        self._lock = threading.Lock()

    def install(self, app: Flask) -> None:
        """Put the gate in front of all paths under ``/v1/device/`` but the enrolment, which brings its own key."""
        app.before_request(self._check_request)

    def _check_request(self) -> None:
        if request.path.startswith(DEVICE_PREFIX) and request.path != ENROL_PATH:
            g.device = self.identify()
            self._guard.admit(f"device:{g.device.device_id}", self._guard.device)
            structlog.contextvars.bind_contextvars(device_id=g.device.device_id)

    def identify(self) -> DeviceIdentity:
        """Check the current request and say whose it is.

        Raises:
            ProblemError: The signature or its device is refused.
        """
        now = self._now()
        nonce = check_signature(_current_request(), now, lambda key_id: self._find_key(key_id, now))
        try:
            device = self._fleet.admit(Entry(nonce, now))
        except AdmissionError as error:
            raise ProblemError(_REFUSALS[error.reason]) from error
        except AdmissionUnavailableError as error:
            raise ProblemError(ProblemCode.UNAVAILABLE, retry_after_s=5) from error
        return DeviceIdentity(device.device_id, device.agency_id, device.agency, device.place, device.area_code)

    def prove_possession(self, public_key: str) -> None:
        """Check that the current request is signed with the key it carries.

        Raises:
            ProblemError: The key is no key, or did not sign the request, or the request is a replay.
        """
        try:
            key = parse_public_key(public_key)
        except ValueError as error:
            raise ProblemError(ProblemCode.BAD_REQUEST, "public_key is not an Ed25519 key in base64url") from error
        thumbprint, now = key_thumbprint(public_key), self._now()
        nonce = check_signature(_current_request(), now, lambda key_id: key if key_id == thumbprint else None)
        try:
            self._fleet.remember_nonce(nonce, now)
        except AdmissionError as error:
            raise ProblemError(_REFUSALS[error.reason]) from error

    def _find_key(self, key_id: str, now: datetime) -> Ed25519PublicKey | None:
        with self._lock:
            kept = self._keys.get(key_id)
        if kept is not None and now - kept[1] < _KEY_KEPT_FOR:
            return kept[0]
        text = self._fleet.find_public_key(key_id)
        if text is None:
            return None
        key = parse_public_key(text)
        with self._lock:
            if len(self._keys) >= _KEYS_KEPT:
                self._keys.clear()
            self._keys[key_id] = (key, now)
        return key


def _current_request() -> SignedRequest:
    # The target as received: Werkzeug's own view of it is decoded, and a signature covers the bytes.
    raw = request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI") or request.full_path
    parts = urlsplit(raw)
    target = parts.path + ("?" + parts.query if parts.query else "")
    return SignedRequest(
        method=request.method,
        url=f"{request.scheme}://{request.host}{target}",
        headers={name: request.headers[name] for name in _SIGNED_HEADERS if name in request.headers},
        body=request.get_data(),
    )
