"""The invented holders of the virtual cards. Nobody here exists."""

from collections.abc import Mapping
from datetime import date
from importlib import resources
from typing import Literal

from contracts.card import Address, Birth, Name
from contracts.message import Message


class Look(Message):
    """How the drawn face looks."""

    hair: Literal["black", "brown", "grey", "white"] = "black"
    skin: Literal["light", "tan"] = "light"
    glasses: bool = False


class Person(Message):
    """One invented card holder; dates in the common era, as in ``people.json``."""

    key: str
    citizen_number: str
    name_th: Name
    name_en: Name
    birth: Birth
    sex: Literal["male", "female"]
    issuer: str
    issuer_code: str
    issued: date
    expires: date | None
    expires_never: bool
    address: Address
    request_number: str
    photo_number: str
    laser_number: str | None
    chip_serial: str
    card_type: str
    layout: str
    atr: str
    look: Look = Look()


class _People(Message):
    people: tuple[Person, ...]


def load_people() -> Mapping[str, Person]:
    """Return all invented people by key, in the file's order."""
    text = resources.files("reader_drivers.virtual").joinpath("people.json").read_text(encoding="utf-8")
    return {person.key: person for person in _People.model_validate_json(text).people}
