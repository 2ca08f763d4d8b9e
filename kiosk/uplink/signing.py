"""Signs the device's requests to the centre: RFC 9421, the device's own key. Pure: time and nonce are arguments."""

from base64 import b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from http_message_signatures import HTTPMessageSigner
from http_message_signatures.algorithms import ED25519
from http_message_signatures.exceptions import HTTPMessageSignaturesException

from contracts.signature import COVERED_COMPONENTS, LABEL, TAG
from kiosk.errors import KioskError


class SigningError(KioskError):
    """A request that cannot be signed: a mistake of the caller (relative URL, lower-case method), not of the peer."""


@dataclass(frozen=True, slots=True)
class _Request:
    """What the library wants to see of a request; it adds its headers to ``headers``."""

    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict)


def sign_request(
    method: str, url: str, body: bytes, key: Ed25519PrivateKey, key_id: str, created: int, nonce: str
) -> dict[str, str]:
    """Return the headers that sign one request.

    Args:
        method: HTTP method in capitals.
        url: Absolute URL exactly as it will be sent, percent-encoded; its host and port must be what ``Host`` says.
        body: The body's bytes as sent; ``b""`` for none. Always covered by ``Content-Digest`` (RFC 9530, SHA-256).
        key: The device's key.
        key_id: RFC 7638 thumbprint of the key, see ``kiosk.agent.identity.key_thumbprint``.
        created: When the signature is made, seconds since the epoch (UTC).
        nonce: Fresh random text, base64url of ``contracts.signature.NONCE_BYTES`` bytes.

    Returns:
        ``Content-Digest``, ``Signature-Input`` and ``Signature``.

    Raises:
        SigningError: The method or URL is not fit to be signed.
    """
    request = _Request(method, url)
    try:
        # Not the library's sign(): it builds the signature base a second time, to guard against slow remote signers.
        prepared = HTTPMessageSigner(signature_algorithm=ED25519).prepare(
            request,
            key_id=key_id,
            created=datetime.fromtimestamp(created, tz=UTC),
            nonce=nonce,
            label=LABEL,
            tag=TAG,
            covered_component_ids=COVERED_COMPONENTS,
            body=body,
        )
    except HTTPMessageSignaturesException as error:
        raise SigningError("the request cannot be signed: " + str(error)) from error
    signature = b64encode(key.sign(prepared.signature_base)).decode("ascii")
    return {
        "Content-Digest": request.headers["Content-Digest"],
        "Signature-Input": f"{LABEL}={prepared.signature_params}",
        "Signature": f"{LABEL}=:{signature}:",
    }
