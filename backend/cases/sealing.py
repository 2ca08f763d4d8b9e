"""Pseudonyms and seals of past cases, under a key of their own (HMAC-SHA-256, AES-256-GCM).

Whoever destroys that key destroys every case. Pure but for the nonces it is given.
"""

import json
from collections.abc import Callable
from hashlib import sha256
from hmac import new as new_hmac
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from backend.cases.errors import CaseSealError
from backend.eligibility.derive import Facts
from backend.eligibility.examples import write_facts

_SEAL: Final = b"baidiao/cases/seal/1"
_PSEUDONYM: Final = b"baidiao/cases/pseudonym/1"
_NONCE_BYTES: Final = 12
_PADDED_BYTES: Final = 128
"""Contents are filled up to multiples of this, so that their length does not tell what was known."""


class Place(NamedTuple):
    """Which case: a seal opens only there."""

    service_id: str
    agency_id: str
    pseudonym: str


class CaseSealer:
    """Names and seals cases.

    Args:
        secret: The cases' own secret; both keys are derived from it.
        random_bytes: Gives so many random bytes.
    """

    def __init__(self, secret: bytes, random_bytes: Callable[[int], bytes]) -> None:
        self._cipher = AESGCM(new_hmac(secret, _SEAL, sha256).digest())
        self._names = new_hmac(secret, _PSEUDONYM, sha256).digest()
        self._random_bytes = random_bytes

    def place(self, service_id: str, agency_id: str, kind: str, number: str) -> Place:
        """Return where somebody's case lies: the same place each time, and nobody can tell whose it is."""
        named = f"{service_id}\x00{agency_id}\x00{kind}\x00{number}".encode()
        return Place(service_id, agency_id, new_hmac(self._names, named, sha256).hexdigest())

    def seal(self, facts: Facts, place: Place) -> bytes:
        """Encrypt facts for their place."""
        nonce, written = self._random_bytes(_NONCE_BYTES), json.dumps(write_facts(facts), ensure_ascii=False).encode()
        padded = written.ljust(-(-len(written) // _PADDED_BYTES) * _PADDED_BYTES)
        return nonce + self._cipher.encrypt(nonce, padded, "\x00".join(place).encode())

    def open(self, sealed: bytes, place: Place) -> dict[str, bool | int | str]:
        """Return the facts as :func:`write_facts` wrote them.

        Raises:
            CaseSealError: Another key, another place, or altered.
        """
        try:
            opened = self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], "\x00".join(place).encode())
            written: dict[str, bool | int | str] = json.loads(opened)
        except (InvalidTag, ValueError) as error:
            raise CaseSealError from error
        return written
