"""A holder as a slip's code shows him: Thai initials, or, where a mandate allows it, name and birth; pure."""

from contracts.card import Birth, Name


def thai_initials(name: Name) -> str:
    """Return e.g. ``บ. ส.`` for บุญเรือน แสงทองดี. A vowel written before its consonant (เ แ โ ใ ไ) is passed over.

    Without any letter in a part, that part is left out; the prefix and the middle name never count.
    """
    initials = (_initial(part) for part in (name.first, name.last))
    return " ".join(f"{letter}." for letter in initials if letter)


def _initial(part: str) -> str:
    consonant = next((letter for letter in part if "ก" <= letter <= "ฮ"), "")
    return consonant or next((letter.upper() for letter in part if letter.isalpha()), "")


def full_name(name: Name) -> str:
    """Return prefix, first, middle and last name, as written on the card; the prefix stands at the first name."""
    return " ".join(part for part in (name.prefix + name.first, name.middle, name.last) if part)


def birth_digits(birth: Birth) -> str:
    """Return the birth as ``YYYYMMDD``, common era; only as much of it as the card knows."""
    parts = [f"{birth.year:04}", *(f"{part:02}" for part in (birth.month, birth.day) if part is not None)]
    return "".join(parts)
