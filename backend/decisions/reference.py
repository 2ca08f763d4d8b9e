"""Short references for people to read out: ten characters of Crockford's base 32, pure."""

from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's alphabet: no I, L, O, U, which are misread or spell words."""
REFERENCE_BYTES: Final = 7


def encode_reference(randomness: bytes) -> str:
    """Write 50 random bits as ``XXXX-XXXX-XX``.

    Args:
        randomness: ``REFERENCE_BYTES`` random bytes; the six bits too many are dropped.
    """
    if len(randomness) != REFERENCE_BYTES:
        raise ValueError("a reference takes seven random bytes")
    bits = int.from_bytes(randomness) >> 6
    text = "".join(ALPHABET[bits >> shift & 31] for shift in range(45, -1, -5))
    return f"{text[:4]}-{text[4:8]}-{text[8:]}"
