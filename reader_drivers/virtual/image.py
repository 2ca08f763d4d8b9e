"""The bytes on a virtual card's chip, written from the card facts and not from the reader's own field table. Pure."""

from contracts.card import Address, Name
from reader_drivers.virtual.people import Person

_PHOTO_SPACE = 5118
_BANGKOK = "กรุงเทพมหานคร"


def chip_image(person: Person, photo: bytes) -> bytes:
    """Return the Thai ID applet's memory, 0000 to 1626, as a real card of layout 0003 holds it.

    Args:
        person: Whose card.
        photo: A JPEG of at most 5118 bytes.

    Raises:
        ValueError: Something does not fit its place.
    """
    birth = person.birth
    fields = (
        (4, person.layout),
        (13, person.citizen_number),
        (100, _name(person.name_th)),
        (100, _name(person.name_en)),
        (8, _date(birth.year, birth.month or 0, birth.day or 0)),
        (1, "1" if person.sex == "male" else "2"),
        (20, person.request_number),
        (100, person.issuer),
        (13, person.issuer_code),
        (8, _date(person.issued.year, person.issued.month, person.issued.day)),
        (8, _expiry(person)),
        (2, person.card_type),
        (2, len(photo).to_bytes(2, "big")),
        (_PHOTO_SPACE, photo),
        (160, _address(person.address)),
        (14, person.photo_number),
    )
    return b"".join(_fill(size, value) for size, value in fields)


def nhso_image(person: Person) -> bytes:
    """Return the health-insurance applet's memory, 0000 to 015D, with an invented hospital of the person's province."""
    fields = (
        (4, ""),
        (60, "สิทธิหลักประกันสุขภาพแห่งชาติ"),
        (100, "ช่วงอายุ 12-59 ปี" if person.birth.year > 1966 else "ผู้มีอายุเกิน 60 ปีบริบูรณ์"),
        (80, f"โรงพยาบาลตัวอย่าง{person.address.province}"),
        (80, f"หน่วยบริการปฐมภูมิตัวอย่าง{person.address.subdistrict}"),
        (1, "1"),
        (8, _date(person.issued.year, person.issued.month, person.issued.day)),
        (8, "99999999"),
        (8, _date(person.issued.year + 1, 1, 15)),
        (1, "0"),
    )
    return b"".join(_fill(size, value) for size, value in fields)


def _fill(size: int, value: str | bytes) -> bytes:
    data = value if isinstance(value, bytes) else value.encode("cp874")
    if len(data) > size:
        raise ValueError(f"{len(data)} bytes do not fit into {size}")
    return data.ljust(size, b" ")


def _name(name: Name) -> str:
    return f"{name.prefix}#{name.first}#{name.middle}#{name.last}"


def _expiry(person: Person) -> str:
    if person.expires_never:
        return "99999999"
    until = person.expires
    return "" if until is None else _date(until.year, until.month, until.day)


def _date(year: int, month: int, day: int) -> str:
    return f"{year + 543:04d}{month:02d}{day:02d}"


def _address(address: Address) -> str:
    """Write the address with the labels real cards carry; Bangkok has its own and names no จังหวัด."""
    bangkok = address.province == _BANGKOK
    labelled = (
        ("", address.house),
        ("หมู่ที่ ", address.moo),
        ("ตรอก", address.trok),
        ("ซอย", address.soi),
        ("ถนน", address.road),
        ("แขวง" if bangkok else "ตำบล", address.subdistrict),
        ("เขต" if bangkok else "อำเภอ", address.district),
        ("" if bangkok else "จังหวัด", address.province),
    )
    return "#".join(label + value if value else "" for label, value in labelled)
