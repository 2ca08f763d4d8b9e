"""A card read as lines for a person at a terminal. Pure."""

from collections.abc import Mapping

from contracts.card import Address, Birth, CardRead, Name
from reader_drivers.cards.profile import Profile

_MISSING = "-"


def render_card(card: CardRead) -> str:
    """Return the card as lines ``label  value``, Thai and English as the card has them."""
    rows = (
        ("เลขประจำตัวประชาชน", card.citizen_number),
        ("ชื่อ", _name(card.name_th)),
        ("Name", _name(card.name_en)),
        ("เกิด / Birth", _birth(card.birth)),
        ("เพศ / Sex", card.sex or _MISSING),
        ("ที่อยู่ / Address", _address(card.address)),
        ("ออกให้โดย / Issuer", card.issuer),
        ("วันออกบัตร / Issued", str(card.issued or _MISSING)),
        ("บัตรหมดอายุ / Expires", "ตลอดชีพ / never" if card.expires_never else str(card.expires or _MISSING)),
        ("เลขคำขอ / Request", card.request_number),
        ("เลขใต้รูป / Photo number", card.photo_number),
        ("เลขหลังบัตร / Laser number", card.laser_number or _MISSING),
        ("ชนิดบัตร / Card type", f"{card.card_type}, layout {card.layout}"),
        ("ATR", card.atr),
        ("Exchanges", str(card.exchanges)),
        ("ความเชื่อมั่น / Assurance", card.assurance),
        ("ข้อสังเกต / Findings", ", ".join(card.findings) or _MISSING),
    )
    return "\n".join(f"{label}: {value}" for label, value in rows)


def render_fields(profile: Profile, fields: Mapping[str, object] | None) -> str:
    """Return another applet's fields as lines under its title."""
    title = f"{profile.title.th} / {profile.title.en}"
    if fields is None:
        return f"{title}: {_MISSING}"
    return "\n".join([title, *(f"  {name}: {value or _MISSING}" for name, value in fields.items())])


def _name(name: Name) -> str:
    return " ".join(filter(None, (name.prefix, name.first, name.middle, name.last)))


def _birth(birth: Birth) -> str:
    parts = (birth.year, birth.month, birth.day)
    return "-".join("??" if part is None else f"{part:02d}" for part in parts)


def _address(address: Address) -> str:
    labels = {"moo": "หมู่ที่ ", "trok": "ตรอก", "soi": "ซอย", "road": "ถนน"}
    return " ".join(labels.get(slot, "") + str(value) for slot, value in address.model_dump().items() if value)
