"""Signs slips, and publishes the keys they are verified with.

Source: RFC 8392 (CWT), RFC 9052 (COSE_Sign1), RFC 9053 section 2.2 (EdDSA), RFC 8037 (Ed25519 as JWK), RFC 7638
(thumbprints).
"""

import json
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from hashlib import sha256
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cwt import COSE, COSEKey

from backend.evidence.errors import SlipIssuerError
from contracts.slip import SlipClaims, encode_claims, encode_token_text

_HEADER_ALG, _HEADER_KID, _ALG_EDDSA = 1, 4, -8


class SlipSigner:
    """Signs slip tokens under one key.

    Args:
        key: The centre's slip key.
        key_id: The key's id in the published set; the token's ``kid`` is its UTF-8 bytes.
        issuer: Whose claims may be signed.
        others: Keys to publish beside it: the next one and retired ones whose slips are still out.
    """

    def __init__(
        self, key: Ed25519PrivateKey, key_id: str, issuer: str, others: Iterable[Ed25519PublicKey] = ()
    ) -> None:
        self._others = tuple(others)
        self.key_id = key_id
        self.issuer = issuer
        self._public_key = key.public_key()
        secret = {"d": _base64url(key.private_bytes_raw())}
        self._key = COSEKey.from_jwk({**public_jwk(self._public_key, key_id), "key_ops": ["sign"], **secret})

    def sign(self, claims: SlipClaims) -> str:
        """Return the text of the slip's QR code. Ed25519 is deterministic: the same claims give the same text.

        Raises:
            SlipIssuerError: The claims name another issuer.
        """
        if claims.issuer != self.issuer:
            raise SlipIssuerError(claims.issuer)
        # Not cwt.encode: it would add a not-before claim of its own from the clock. The key's id is protected too, so
        # that no bit of the token can be altered unseen.
        protected = {_HEADER_ALG: _ALG_EDDSA, _HEADER_KID: self.key_id.encode()}
        signed = COSE.new().encode_and_sign(cbor2.dumps(encode_claims(claims)), self._key, protected=protected)
        return encode_token_text(signed)

    def key_set(self) -> dict[str, list[dict[str, Any]]]:
        """Return the JWK set: this key first, then the others."""
        keys = [public_jwk(self._public_key, self.key_id)]
        keys += [public_jwk(key, slip_key_id(key)) for key in self._others]
        return {"keys": [key | {"iss": self.issuer} for key in keys]}


def public_jwk(key: Ed25519PublicKey, key_id: str) -> dict[str, Any]:
    """Return a public key as JWK (RFC 8037 section 2)."""
    x = _base64url(key.public_bytes_raw())
    return {"kty": "OKP", "crv": "Ed25519", "kid": key_id, "x": x, "alg": "EdDSA", "use": "sig"}


def thumbprint(key: Ed25519PublicKey) -> str:
    """Return the key's RFC 7638 thumbprint, base64url without padding (members as RFC 8037 appendix A.3 says)."""
    members = {"crv": "Ed25519", "kty": "OKP", "x": _base64url(key.public_bytes_raw())}
    return _base64url(sha256(json.dumps(members, sort_keys=True, separators=(",", ":")).encode("ascii")).digest())


def slip_key_id(key: Ed25519PublicKey) -> str:
    """Return the ``kid`` that slips carry: the thumbprint's first 36 bits.

    Enough to tell one centre's keys apart, and 37 bytes less in every QR code. It is a hint, no proof: the signature is
    checked with the key it points to.
    """
    return thumbprint(key)[:6]


def _base64url(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")
