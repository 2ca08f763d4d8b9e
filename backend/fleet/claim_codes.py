"""Claim codes: short enough to read over the telephone, long enough that nobody guesses one."""

import hashlib
from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O or U, so nothing is mistaken for 1 or 0."""
SYMBOLS: Final = 12
RANDOM_BYTES: Final = 8
"""Twelve symbols carry 60 bits: out of reach of guessing within a code's days of life, so a plain hash protects it."""
_LOOK_ALIKES: Final = str.maketrans({"I": "1", "L": "1", "O": "0", "U": "V"})


def encode_code(random: bytes) -> str:
    """Write ``RANDOM_BYTES`` random bytes as a code, ``ABCD-EFGH-JKMN``.

    Raises:
        ValueError: Too few bytes.
    """
    if len(random) < RANDOM_BYTES:
        raise ValueError(f"a claim code needs {RANDOM_BYTES} random bytes")
    value = int.from_bytes(random[:RANDOM_BYTES], "big")
    symbols = "".join(ALPHABET[(value >> (5 * place)) & 31] for place in reversed(range(SYMBOLS)))
    return "-".join(symbols[start : start + 4] for start in range(0, SYMBOLS, 4))


def normalise_code(typed: str) -> str:
    """Read a code as people type it: any case, any spacing, look-alikes forgiven."""
    return "".join(symbol for symbol in typed.upper().translate(_LOOK_ALIKES) if symbol in ALPHABET)


def hash_code(typed: str) -> str:
    """Return what is stored instead of the code: SHA-256 of its normal form, hexadecimal."""
    return hashlib.sha256(normalise_code(typed).encode("ascii")).hexdigest()
