"""Device keys: Ed25519 public keys as they travel, and the RFC 7638 thumbprint that names them."""

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

KEY_BYTES = 32


def parse_public_key(text: str) -> Ed25519PublicKey:
    """Read 32 raw bytes in base64url without padding.

    Raises:
        ValueError: Not base64url, or not 32 bytes.
    """
    raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if len(raw) != KEY_BYTES or urlsafe_b64encode(raw).rstrip(b"=").decode("ascii") != text:
        raise ValueError("not an Ed25519 public key in base64url")
    return Ed25519PublicKey.from_public_bytes(raw)


def key_thumbprint(public_key: str) -> str:
    """Return the thumbprint (RFC 7638, RFC 8037 members, SHA-256, base64url) of a key in its travelling form."""
    members = {"crv": "Ed25519", "kty": "OKP", "x": public_key}
    canonical = json.dumps(members, separators=(",", ":"), sort_keys=True).encode("ascii")
    return urlsafe_b64encode(hashlib.sha256(canonical).digest()).rstrip(b"=").decode("ascii")
