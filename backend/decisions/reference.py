"""Short references for people to read out: ten characters of Crockford's base 32, pure."""

from typing import Final

from contracts.slip_reference import PACKED_BYTES, write_reference

REFERENCE_BYTES: Final = PACKED_BYTES


def encode_reference(randomness: bytes) -> str:
    """Write 50 random bits as ``XXXX-XXXX-XX``.

    Args:
        randomness: ``REFERENCE_BYTES`` random bytes; the six bits too many are dropped.
    """
    if len(randomness) != REFERENCE_BYTES:
        raise ValueError("a reference takes seven random bytes")
    return write_reference(randomness)
