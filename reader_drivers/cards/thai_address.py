"""The registered address: eight slots parted by ``#``, told apart by their Thai labels. Pure.

Sources disagree on the order of the middle slots, so a part goes where its label says; only a part without a label goes
by its place (house first, then moo, trok, soi, road; sub-district, district, province last).
"""

import re

from contracts.card import Address

LABEL_WORDS = (
    *("หมู่ที่", "หมู่", "ม.", "ตรอก", "ซอย", "ซ.", "ถนน", "ถ.", "ตำบล", "แขวง", "ต."),
    *("กิ่งอำเภอ", "อำเภอ", "เขต", "อ.", "จังหวัด", "จ."),
)
_SLOTS = ("house", "moo", "trok", "soi", "road", "subdistrict", "district", "province")
_BARE_PROVINCES = frozenset({"กรุงเทพมหานคร", "กรุงเทพฯ", "กทม."})
# Longer labels first. หมู่ alone must be followed by a number: หมู่บ้าน (a housing estate) is a place's own name.
_LABELS = (
    ("moo", re.compile(r"หมู่ที่\s*|(?:หมู่|ม\.)\s*(?=[0-9๐-๙])")),
    ("trok", re.compile(r"ตรอก")),
    ("soi", re.compile(r"(?:ซอย|ซ\.)")),
    ("road", re.compile(r"(?:ถนน|ถ\.)")),
    ("subdistrict", re.compile(r"(?:ตำบล|แขวง|ต\.)")),
    ("district", re.compile(r"(?:กิ่งอำเภอ|อำเภอ|เขต|อ\.)")),
    ("province", re.compile(r"(?:จังหวัด|จ\.)")),
)


def parse_address(text: str) -> Address:
    """Sort the parts of ``text`` into an address; nothing the chip says is dropped.

    Two parts for one slot are joined by a space, in the chip's order.
    """
    parts = [" ".join(part.split()) for part in text.split("#")]
    found: dict[str, list[str]] = {}
    unlabelled: list[tuple[str, str]] = []
    for slot, part in zip(_places(len(parts)), parts, strict=True):
        if not part:
            continue
        known = _by_label(part)
        if known is None:
            unlabelled.append((slot, part))
        elif known[1]:
            found.setdefault(known[0], []).append(known[1])
    for slot, part in unlabelled:
        found.setdefault(_free_slot(slot, found), []).append(part)
    return Address(**{slot: " ".join(values) for slot, values in found.items()})


def _places(count: int) -> list[str]:
    """Name the slot of each of ``count`` parts by place; the last three are the places' names when there are enough."""
    if count >= len(_SLOTS):
        return [*_SLOTS, *["province"] * (count - len(_SLOTS))]
    if count > 3:
        return [*_SLOTS[: count - 3], *_SLOTS[-3:]]
    return list(_SLOTS[:count])


def _by_label(part: str) -> tuple[str, str] | None:
    if part in _BARE_PROVINCES:
        return "province", part
    for slot, label in _LABELS:
        match = label.match(part)
        if match:
            return slot, part[match.end() :].strip()
    return None


def _free_slot(slot: str, found: dict[str, list[str]]) -> str:
    """Keep an unlabelled part in its own place, or the next empty one of the middle when a labelled part took it."""
    middle = _SLOTS[1:5]
    if slot not in found or slot not in middle:
        return slot
    later = middle[middle.index(slot) :]
    return next((other for other in later if other not in found), slot)
