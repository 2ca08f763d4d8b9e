"""From the chip's bytes to what a person would call them. Pure: memory in, values out, never an undeclared error."""

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from contracts.card import Address, Birth, CardRead, Finding, Name
from reader_drivers.cards import thai_fields as at
from reader_drivers.cards.plausible import check_dates, check_number
from reader_drivers.cards.thai_address import parse_address
from reader_drivers.cards.thai_text import UNMAPPABLE, decode_text, parse_birth, parse_date, parse_name
from reader_drivers.core.errors import CardUnreadableError, LayoutUnknownError
from reader_drivers.core.read_plan import Memory, Span

_THIRTEEN_DIGITS = re.compile(r"[0-9]{13}\Z")
_SEXES: dict[str, Literal["male", "female"]] = {"1": "male", "2": "female"}


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the card says its holder is: there after the first two reads. Its repr shows no personal data."""

    citizen_number: str = field(repr=False)
    name_th: Name = field(repr=False)
    name_en: Name = field(repr=False)
    birth: Birth = field(repr=False)
    sex: Literal["male", "female"] | None = field(repr=False)
    request_number: str = field(repr=False)
    issuer: str = field(repr=False)
    issuer_code: str = field(repr=False)
    issued: date | None = field(repr=False)
    expires: date | None = field(repr=False)
    expires_never: bool
    card_type: str
    layout: str
    atr: str
    exchanges: int
    findings: frozenset[Finding] = frozenset()


def check_layout(memory: Memory) -> str:
    """Return the layout version.

    Raises:
        LayoutUnknownError: It is not the one whose fields are known; reading on would give wrong values.
    """
    raw = memory.get(at.LAYOUT)
    layout = "".join(chr(byte) for byte in raw if 0x21 <= byte <= 0x7E)
    if layout != at.KNOWN_LAYOUT:
        raise LayoutUnknownError(layout)
    return layout


def decode_identity(memory: Memory, atr: bytes, exchanges: int, today: date | None = None) -> Identity:
    """Decode the identity block, 0000-017A.

    Args:
        memory: What was read; must cover the brief identity. What else was not read is empty.
        atr: The card's answer to reset.
        exchanges: APDUs spent so far.
        today: For findings about the future and great age; None leaves those out.

    Raises:
        LayoutUnknownError: See :func:`check_layout`.
        CardUnreadableError: The number is not thirteen digits or the birth has no year; ``step`` names the field.
    """
    layout = check_layout(memory)
    number = _text(memory, at.CITIZEN_NUMBER)
    if not _THIRTEEN_DIGITS.match(number):
        raise CardUnreadableError("citizen_number", offset=at.CITIZEN_NUMBER.offset)
    birth, birth_ok = parse_birth(_text(memory, at.BIRTH))
    issued = parse_date(_text(memory, at.ISSUED))
    expires = parse_date(_text(memory, at.EXPIRES))
    texts = {
        span: _text(memory, span) if memory.has(span) else ""
        for span in (at.NAME_TH, at.NAME_EN, at.REQUEST_NUMBER, at.ISSUER, at.ISSUER_CODE)
    }
    signs = {
        Finding.BIRTH: not birth_ok,
        Finding.ISSUED: issued.day is None,
        Finding.EXPIRES: expires.day is None and not expires.never,
        Finding.UNMAPPABLE_TEXT: any(UNMAPPABLE in text for text in texts.values()),
    }
    findings = {finding for finding, seen in signs.items() if seen}
    findings |= check_number(number, birth) | check_dates(birth, issued.day, expires.day, today)
    return Identity(
        citizen_number=number,
        name_th=parse_name(texts[at.NAME_TH]),
        name_en=parse_name(texts[at.NAME_EN]),
        birth=birth,
        sex=_SEXES.get(_text(memory, at.SEX)),
        request_number=texts[at.REQUEST_NUMBER],
        issuer=texts[at.ISSUER],
        issuer_code=texts[at.ISSUER_CODE],
        issued=issued.day,
        expires=expires.day,
        expires_never=expires.never,
        card_type=_text(memory, at.CARD_TYPE),
        layout=layout,
        atr=atr.hex().upper(),
        exchanges=exchanges,
        findings=frozenset(findings),
    )


def decode_rest(memory: Memory) -> tuple[Address, str, set[Finding]]:
    """Decode the address and the number under the photo, with what was odd about them."""
    address = _text(memory, at.ADDRESS)
    photo_number = _text(memory, at.PHOTO_NUMBER)
    odd = {Finding.UNMAPPABLE_TEXT} if UNMAPPABLE in address + photo_number else set()
    return parse_address(address), photo_number, odd


def complete(
    identity: Identity, memory: Memory, exchanges: int, laser_number: str | None, chip_serial: str | None
) -> CardRead:
    """Join the identity with what was read after it."""
    address, photo_number, odd = decode_rest(memory)
    known = {name: getattr(identity, name) for name in Identity.__dataclass_fields__}
    known |= {"exchanges": exchanges, "findings": tuple(sorted(identity.findings | odd))}
    return CardRead(
        **known, address=address, photo_number=photo_number, laser_number=laser_number, chip_serial=chip_serial
    )


def decode_laser_number(data: bytes) -> str | None:
    """Take the laser number (16 bytes from byte 7) out of the administration applet's 23; None when there is none."""
    text = decode_text(data[7:23]).replace("-", "")
    return text if re.fullmatch(r"[A-Z]{2}[0-9]{10}", text) else None


def decode_chip_serial(data: bytes) -> str | None:
    """Take bytes 13-20 out of the production data (tag 9F7F, 45 bytes), as hexadecimal; None when it is too short."""
    serial = data[13:21]
    return serial.hex().upper() if len(serial) == 8 else None


def _text(memory: Memory, span: Span) -> str:
    return decode_text(memory.get(span))
