"""DCI envelopes, pure: ``{"signature", "header", "message"}``, signed with Ed25519.

The signature is a JWS in compact form with its payload detached (RFC 7515 appendix F), algorithm EdDSA (RFC 8037), over
header and message as JSON with sorted keys and no spaces. The JWS's own header may also name a key and a type (``kid``,
``typ``); the key believed is the one that the directory has.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from backend.linkage.errors import WrongAnswerError

_ALGORITHM: Final = {"alg": "EdDSA"}
_KNOWN: Final = frozenset({"alg", "kid", "typ"})
"""What else stands there may change what is signed (``b64``, RFC 7797) or must be understood (``crit``)."""
Json = Mapping[str, Any]


def seal(header: Json, message: Json, key: Ed25519PrivateKey) -> bytes:
    """Write a signed envelope."""
    protected = _base64(_canonical(_ALGORITHM))
    signature = _base64(key.sign(_signing_input(protected, header, message)))
    return _canonical({"signature": f"{protected}..{signature}", "header": header, "message": message})


def unseal(envelope: object, key: Ed25519PublicKey) -> tuple[Json, Json]:
    """Return header and message of an envelope whose signature holds.

    Raises:
        WrongAnswerError: Not an envelope, or not signed by ``key``.
    """
    if not isinstance(envelope, Mapping):
        raise WrongAnswerError("not_an_object")
    header, message, signature = (envelope.get(name) for name in ("header", "message", "signature"))
    if not isinstance(header, Mapping) or not isinstance(message, Mapping) or not isinstance(signature, str):
        raise WrongAnswerError("not_an_envelope")
    protected, payload, value = (*signature.split("."), "", "", "")[:3]
    try:
        about = json.loads(_bytes(protected))
        if payload or not isinstance(about, dict) or about.get("alg") != "EdDSA" or about.keys() - _KNOWN:
            raise WrongAnswerError("signature_form")
        key.verify(_bytes(value), _signing_input(protected, header, message))
    except InvalidSignature:
        raise WrongAnswerError("signature") from None
    except (ValueError, RecursionError):
        raise WrongAnswerError("signature_form") from None
    return header, message


def _signing_input(protected: str, header: Json, message: Json) -> bytes:
    return f"{protected}.{_base64(_canonical({'header': header, 'message': message}))}".encode("ascii")


def _canonical(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _base64(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode("ascii")


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
