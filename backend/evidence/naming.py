"""What an officer types to name one thing in the log: the reference on its paper, or a leaf's index. Pure."""

from dataclasses import dataclass
from typing import Final

from contracts.slip_reference import normalise_reference

_DIGITS_MOST: Final = 12
"""One fewer than a citizen's number has: nobody is looked for by it here."""


@dataclass(frozen=True, slots=True)
class Named:
    """What was named; digits alone may be both.

    Attributes:
        reference: As printed; None when it cannot be one.
        index: A leaf's; None likewise.
    """

    reference: str | None
    index: int | None


def parse_named(typed: str) -> Named | None:
    """Read what was typed; None when it is neither."""
    index = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) <= _DIGITS_MOST else None
    reference = normalise_reference(typed)
    return None if reference is None and index is None else Named(reference, index)
