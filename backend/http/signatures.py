"""Checks the signatures of devices (RFC 9421): the request is whole, fresh, new, and an active device's own."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from http_message_signatures import HTTPMessageVerifier, HTTPSignatureKeyResolver
from http_message_signatures.algorithms import ED25519
from http_message_signatures.digests import ContentDigest
from http_message_signatures.exceptions import HTTPMessageSignaturesException, InvalidSignature

from backend.fleet.nonces import Nonce
from backend.http.problems import ProblemError
from contracts.problems import ProblemCode
from contracts.signature import COVERED_COMPONENTS, LABEL, MAX_AGE_S, MAX_AHEAD_S, NONCE_BYTES, TAG

FindKey = Callable[[str], Ed25519PublicKey | None]
_NONCE_LENGTHS: Final = range(NONCE_BYTES * 4 // 3, 65)
_KEY_ID_MAX_LENGTH: Final = 64
_COVERED: Final = frozenset(f'"{name}"' for name in COVERED_COMPONENTS)
"""As the library names what a signature covers. Left to require them itself, it would read them anew each time."""


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """What a signature speaks about.

    Attributes:
        method: In capitals.
        url: Absolute, percent-encoded as received.
        headers: At least ``Content-Digest``, ``Signature`` and ``Signature-Input``, where present.
        body: As received.
    """

    method: str
    url: str
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class _TimeError(Exception):
    pass


class _Keys(HTTPSignatureKeyResolver):
    def __init__(self, find_key: FindKey) -> None:
        self._find_key = find_key
        self.unknown = False
        self.failure: Exception | None = None

    def resolve_public_key(self, key_id: str) -> Ed25519PublicKey | None:
        try:
            key = self._find_key(key_id) if len(key_id) <= _KEY_ID_MAX_LENGTH else None
        except Exception as error:  # the library would call it a wrong signature
            self.failure = error
            raise
        self.unknown = key is None
        return key


class _Verifier(HTTPMessageVerifier):
    """The library's verifier, with our clock and our limits in place of its own."""

    def __init__(self, keys: _Keys, now: datetime) -> None:
        super().__init__(signature_algorithm=ED25519, key_resolver=keys)
        self._now_s = now.timestamp()

    def validate_created_and_expires(self, sig_input: Any, max_age: object = None) -> None:  # noqa: ARG002  (its name)
        created = sig_input.params.get("created")
        if type(created) is not int:
            raise InvalidSignature("created is missing")
        if not self._now_s - MAX_AGE_S <= created <= self._now_s + MAX_AHEAD_S:
            raise _TimeError
        expires = sig_input.params.get("expires")
        if expires is not None and expires < self._now_s:
            raise _TimeError


def check_signature(request: SignedRequest, now: datetime, find_key: FindKey) -> Nonce:
    """Check everything about a signature that needs no memory.

    Returns:
        What is to be remembered of it: whether it is new is for the fleet to say.

    Raises:
        ProblemError: ``signature_missing``, ``digest_wrong``, ``signature_old``, ``device_unknown`` (no such key) or
            ``signature_wrong`` (anything else).
        Exception: Whatever ``find_key`` raises: a key that cannot be looked up says nothing against the signature.
    """
    names = {name.lower() for name in request.headers}
    if not {"signature", "signature-input"} <= names:
        raise ProblemError(ProblemCode.SIGNATURE_MISSING)
    _check_digest(request)
    keys = _Keys(find_key)
    try:
        results = _Verifier(keys, now).verify(request, max_age=None, expect_tag=TAG, expect_label=LABEL)
        if not results[0].covered_components.keys() >= _COVERED:
            raise InvalidSignature("covers too little")
    except _TimeError:
        raise ProblemError(
            ProblemCode.SIGNATURE_OLD, f"the centre's clock says {now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        ) from None
    except HTTPMessageSignaturesException as error:
        if keys.failure is not None:
            raise keys.failure from None
        code = ProblemCode.DEVICE_UNKNOWN if keys.unknown else ProblemCode.SIGNATURE_WRONG
        raise ProblemError(code) from error
    parameters = results[0].parameters
    created = datetime.fromtimestamp(int(parameters["created"]), UTC)
    nonce = _usable_nonce(parameters.get("nonce"))
    return Nonce(str(parameters["keyid"]), nonce, created, created + timedelta(seconds=MAX_AGE_S))


def _check_digest(request: SignedRequest) -> None:
    digest = next((value for name, value in request.headers.items() if name.lower() == "content-digest"), None)
    if digest is None:
        raise ProblemError(ProblemCode.DIGEST_WRONG, "Content-Digest is missing")
    try:
        ContentDigest.verify(digest, request.body)
    except (HTTPMessageSignaturesException, ValueError) as error:
        raise ProblemError(ProblemCode.DIGEST_WRONG) from error


def _usable_nonce(nonce: object) -> str:
    if not isinstance(nonce, str) or len(nonce) not in _NONCE_LENGTHS:
        raise ProblemError(ProblemCode.SIGNATURE_WRONG, "the nonce is missing or of the wrong length")
    return nonce
