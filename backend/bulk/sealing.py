"""Seals lines of batches for the time they lie in the database (AES-256-GCM). Pure but for the nonce it is given."""

from collections.abc import Callable
from hashlib import sha256
from hmac import new as new_hmac
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from backend.bulk.errors import SealError

_SEAL: Final = b"baidiao/bulk/seal/1"
_HASH: Final = b"baidiao/bulk/body/1\x00"
_NONCE_BYTES: Final = 12


class Sealer:
    """Seals and opens; each seal is tied to its place, so that lines cannot be swapped.

    Args:
        secret: The interfaces' secret; keys are derived from it.
        random_bytes: Gives so many random bytes.
    """

    def __init__(self, secret: bytes, random_bytes: Callable[[int], bytes]) -> None:
        self._cipher = AESGCM(new_hmac(secret, _SEAL, sha256).digest())
        self._hash_key = new_hmac(secret, _HASH, sha256).digest()
        self._random_bytes = random_bytes

    def seal(self, content: bytes, place: str) -> bytes:
        """Return ``content`` sealed for ``place``."""
        nonce = self._random_bytes(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, content, place.encode())

    def open(self, sealed: bytes, place: str) -> bytes:
        """Return what was sealed for ``place``.

        Raises:
            SealError: Another key, another place, or altered.
        """
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], place.encode())
        except (InvalidTag, ValueError) as error:
            raise SealError from error

    def body_hash(self, body: bytes) -> str:
        """Return a keyed hash of a body, 64 hexadecimal digits."""
        return new_hmac(self._hash_key, body, sha256).hexdigest()
