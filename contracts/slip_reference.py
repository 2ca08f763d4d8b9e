"""A slip's reference as people read it and as its token carries it: fifty bits, ten letters of Crockford's base 32."""

import re
from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's alphabet: no I, L, O, U, which are misread or spell words."""
PACKED_BYTES: Final = 7
_TEXT: Final = re.compile(f"[{ALPHABET}]{{4}}-[{ALPHABET}]{{4}}-[{ALPHABET}]{{2}}")
_LOOK_ALIKES: Final = str.maketrans("ILO", "110")
_SHIFTS: Final = range(45, -1, -5)
_SPARE_BITS: Final = 6


def write_reference(packed: bytes) -> str:
    """Write seven bytes as ``XXXX-XXXX-XX``; their last six bits do not count."""
    bits = int.from_bytes(packed) >> _SPARE_BITS
    text = "".join(ALPHABET[bits >> shift & 31] for shift in _SHIFTS)
    return f"{text[:4]}-{text[4:8]}-{text[8:]}"


def pack_reference(reference: str) -> bytes:
    """Return the seven bytes of a reference; a text of any other form goes as it stands, in ASCII."""
    if not _TEXT.fullmatch(reference):
        return reference.encode("ascii")
    bits = 0
    for letter in reference.replace("-", ""):
        bits = bits << 5 | ALPHABET.index(letter)
    return (bits << _SPARE_BITS).to_bytes(PACKED_BYTES)


def unpack_reference(packed: bytes) -> str:
    """Undo :func:`pack_reference`. Any seven bytes are a packed reference.

    Raises:
        ValueError: Neither seven bytes nor ASCII.
    """
    return write_reference(packed) if len(packed) == PACKED_BYTES else packed.decode("ascii")


def normalise_reference(typed: str) -> str | None:
    """Return a reference as somebody typed it in its printed form; None when it is none.

    Case, spaces and hyphens do not matter, and look-alikes are read as Crockford says: I and L as 1, O as 0.
    """
    letters = re.sub(r"[\s-]", "", typed).upper().translate(_LOOK_ALIKES)
    text = f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"
    return text if _TEXT.fullmatch(text) else None
