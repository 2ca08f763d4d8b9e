"""Ready virtual cards of the invented people."""

from collections.abc import Callable, Mapping

from reader_drivers.virtual.card import (
    ChipCard,
    Habits,
    VirtualCard,
    bank_card,
    blank_card,
    mute_card,
    passport,
    production_data,
)
from reader_drivers.virtual.image import chip_image, nhso_image
from reader_drivers.virtual.people import Person, load_people
from reader_drivers.virtual.photo import draw_photo

OTHER_CARDS: Mapping[str, str] = {
    "bank_card": "a bank card, no Thai ID applet",
    "passport": "a passport",
    "blank_card": "a Thai ID card that nothing was written on",
    "mute_card": "a worn card whose answers are cut off",
}

_MAKERS: Mapping[str, Callable[[], ChipCard]] = {
    "bank_card": bank_card,
    "passport": passport,
    "blank_card": blank_card,
    "mute_card": mute_card,
}


def make_card(person: Person, habits: Habits | None = None) -> VirtualCard:
    """Return ``person``'s card, its photo drawn."""
    return VirtualCard(
        bytes.fromhex(person.atr),
        memory=chip_image(person, draw_photo(person)),
        laser_number=person.laser_number,
        production_data=production_data(person.chip_serial),
        nhso=nhso_image(person),
        habits=habits or Habits(),
    )


def find_card(key: str, habits: Habits | None = None) -> ChipCard | None:
    """Return the card of that name: a person's key or one of :data:`OTHER_CARDS`; None when there is none."""
    if key in _MAKERS:
        return _MAKERS[key]()
    person = load_people().get(key)
    return None if person is None else make_card(person, habits)
