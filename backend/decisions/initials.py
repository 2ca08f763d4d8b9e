"""A holder's initials as Thai abbreviations are written: the first consonant, a full stop; pure."""

from contracts.card import Name


def thai_initials(name: Name) -> str:
    """Return e.g. ``บ. ส.`` for บุญเรือน แสงทองดี. A vowel written before its consonant (เ แ โ ใ ไ) is passed over.

    Without any letter in a part, that part is left out; the prefix and the middle name never count.
    """
    initials = (_initial(part) for part in (name.first, name.last))
    return " ".join(f"{letter}." for letter in initials if letter)


def _initial(part: str) -> str:
    consonant = next((letter for letter in part if "ก" <= letter <= "ฮ"), "")
    return consonant or next((letter.upper() for letter in part if letter.isalpha()), "")
