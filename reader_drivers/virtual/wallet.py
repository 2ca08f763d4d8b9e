"""Ready virtual cards of the invented people."""

from collections.abc import Mapping

from reader_drivers.virtual.card import ChipCard, Habits, VirtualCard, bank_card, mute_card, production_data
from reader_drivers.virtual.image import chip_image
from reader_drivers.virtual.people import Person, load_people
from reader_drivers.virtual.photo import draw_photo

OTHER_CARDS: Mapping[str, str] = {
    "bank_card": "a bank card, no Thai ID applet",
    "mute_card": "a worn card whose answers are cut off",
}


def make_card(person: Person, habits: Habits | None = None) -> VirtualCard:
    """Return ``person``'s card, its photo drawn."""
    return VirtualCard(
        bytes.fromhex(person.atr),
        memory=chip_image(person, draw_photo(person)),
        laser_number=person.laser_number,
        production_data=production_data(person.chip_serial),
        habits=habits or Habits(),
    )


def find_card(key: str, habits: Habits | None = None) -> ChipCard | None:
    """Return the card of that name: a person's key, ``bank_card`` or ``mute_card``; None when there is none."""
    if key == "bank_card":
        return bank_card()
    if key == "mute_card":
        return mute_card()
    person = load_people().get(key)
    return None if person is None else make_card(person, habits)
