"""What a slip shows of its holder: enough for himself to know it, too little for a finder."""

from contracts.card import CardRead, Name
from contracts.citizen_number import MASK
from contracts.decision import Answer, CardEvidence, Subject
from contracts.message import Words
from contracts.slip import MaskedHolder, SlipRecord
from kiosk.visit.state import Rules, View

_LEADING_VOWELS = "เแโใไ"
"""Written before the consonant they follow in speech; an initial is that consonant."""


def mask_number(digits: str) -> str:
    """Show the first digit and the last three of thirteen, grouped as the card prints them.

    Works on any thirteen digits: a number with a wrong check digit is the registry's business, not the screen's.
    """
    return f"{digits[0]}-{MASK * 4}-{MASK * 5}-{digits[10:12]}-{digits[12]}"


def initials(name: Name) -> str:
    """Return the initials of first and last name, ``ส. ท.``; Thai leading vowels are passed over."""
    letters = (part.strip().lstrip(_LEADING_VOWELS)[:1] for part in (name.first, name.last))
    return " ".join(f"{letter}." for letter in letters if letter)


def subject_of(card: CardRead) -> Subject:
    """Name the holder to the centre, with what proves his card."""
    evidence = CardEvidence(
        name_th=card.name_th,
        birth=card.birth,
        request_number=card.request_number,
        laser_number=card.laser_number,
        chip_serial=card.chip_serial,
    )
    return Subject(citizen_number=card.citizen_number, card=evidence)


def mask_holder(card: CardRead) -> MaskedHolder:
    """Name the holder on paper."""
    return MaskedHolder(
        masked_number=mask_number(card.citizen_number),
        initials=Words(th=initials(card.name_th), en=initials(card.name_en)),
    )


def make_record(visit_id: str, card: CardRead, answer: Answer, rules: Rules, view: View) -> SlipRecord:
    """Put together all a slip says. Who wants large letters on the screen gets them on paper."""
    return SlipRecord(
        visit_id=visit_id,
        place=rules.place,
        agency=rules.agency,
        holder=mask_holder(card),
        answer=answer,
        large_print=view.text_size != "normal",
    )
