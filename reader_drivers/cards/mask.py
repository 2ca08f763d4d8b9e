"""Takes the person out of a trace and leaves its shape: what a card did can be studied, whose it was cannot. Pure.

Letters become ก, X or x and digits 0; lengths, separators, address labels, unknown months, bytes that are no characters
and the photo's end stay where they are, for readers stumble over those. What is not known
to be harmless becomes 00.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from reader_drivers.cards import thai_fields as at
from reader_drivers.cards.nhso import PROFILE as NHSO
from reader_drivers.cards.thai_address import LABEL_WORDS
from reader_drivers.cards.thai_text import NEVER
from reader_drivers.core import apdu
from reader_drivers.core.jpeg import find_jpeg_end
from reader_drivers.core.read_plan import Span
from reader_drivers.core.status_words import OK, SW1_MORE
from reader_drivers.core.trace import Step, Trace

_NOBODY = b"0000000000001"  # zeros with their right check digit
_A_YEAR = b"2500"
_EMPTY_JPEG = bytes.fromhex("FFD8FFDA000300")  # a picture's start and its scan's, without a picture
_JPEG_END = bytes.fromhex("FFD9")
_LABELS = tuple(word.encode("cp874") for word in sorted(LABEL_WORDS, key=len, reverse=True))
_NO_CHARACTERS = frozenset({*range(0x80, 0xA1), *range(0xDB, 0xDF), *range(0xFC, 0x100)})  # in CP874
_HARMLESS = frozenset(b" \x00\xff")


def mask_byte(byte: int) -> int:
    """Return the byte that stands for every byte of its kind."""
    if chr(byte) in "0123456789":
        return 0x30
    if 0x41 <= byte <= 0x5A:
        return 0x58
    if 0x61 <= byte <= 0x7A:
        return 0x78
    return 0xA1 if byte > 0x7F and byte not in _NO_CHARACTERS else byte


def mask_text(data: bytes) -> bytes:
    """Mask byte by byte."""
    return bytes(mask_byte(byte) for byte in data)


def mask_number(data: bytes) -> bytes:
    """Mask a citizen number so that it is still one."""
    return _NOBODY if data.isdigit() and len(data) == len(_NOBODY) else mask_text(data)


def mask_date(data: bytes) -> bytes:
    """Mask a date; "never" stays, and so does an unknown month or day."""
    if data == NEVER.encode():
        return data
    if not data.isdigit() or len(data) != len(NEVER):
        return mask_text(data)
    return _A_YEAR + b"".join(part if part == b"00" else b"01" for part in (data[4:6], data[6:8]))


def mask_address(data: bytes) -> bytes:
    """Mask an address but for the labels of its parts."""
    parts = []
    for part in data.split(b"#"):
        label = next((label for label in _LABELS if part.startswith(label)), b"")
        parts.append(label + mask_text(part[len(label) :]))
    return b"#".join(parts)


def mask_photo(data: bytes) -> bytes:
    """Put an empty picture of the same length in the photo's place; what pads it stays when it is mere padding."""
    end = find_jpeg_end(data)
    if end is None or end < len(_EMPTY_JPEG) + len(_JPEG_END):
        start = data[:2] if data.startswith(_EMPTY_JPEG[:2]) else b""
        return start + bytes(byte if byte in _HARMLESS else 0 for byte in data[len(start) :])
    picture = _EMPTY_JPEG.ljust(end - len(_JPEG_END), b"\x55") + _JPEG_END
    return picture + bytes(byte if byte in _HARMLESS else 0 for byte in data[end:])


def _keep(data: bytes) -> bytes:
    return data


_Masks = Iterable[tuple[Span, Callable[[bytes], bytes]]]
_THAI_ID: _Masks = (
    *((span, _keep) for span in (at.LAYOUT, at.CARD_TYPE, at.PHOTO_LENGTH)),
    (at.CITIZEN_NUMBER, mask_number),
    *((span, mask_date) for span in (at.BIRTH, at.ISSUED, at.EXPIRES)),
    *((span, mask_text) for span in (at.NAME_TH, at.NAME_EN, at.REQUEST_NUMBER, at.ISSUER, at.ISSUER_CODE)),
    (at.SEX, lambda data: b"1" if data in {b"1", b"2"} else data),
    (at.PHOTO, mask_photo),
    (at.ADDRESS, mask_address),
    (at.PHOTO_NUMBER, mask_text),
)
_APPLETS: Mapping[bytes, _Masks] = {
    apdu.THAI_ID_AID: _THAI_ID,
    NHSO.aid: tuple((field.span, mask_text) for field in NHSO.fields),
}


@dataclass(frozen=True, slots=True)
class _Piece:
    """Where a step's data lies: in which applet, from which offset; no offset when nobody knows."""

    aid: bytes
    offset: int | None


def mask_trace(trace: Trace) -> Trace:
    """Return the trace without its person."""
    pieces = _locate(trace.steps)
    images: dict[bytes, bytearray] = {aid: bytearray(0x10000 + 0x100) for aid in _APPLETS}
    ends: dict[bytes, int] = dict.fromkeys(_APPLETS, 0)
    for step, piece in zip(trace.steps, pieces, strict=True):
        if piece.offset is not None and piece.aid in images:
            end = min(piece.offset + len(step.data), len(images[piece.aid]))
            images[piece.aid][piece.offset : end] = step.data[: end - piece.offset]
            ends[piece.aid] = max(ends[piece.aid], end)
    masked = {aid: _mask_image(bytes(image), ends[aid], _APPLETS[aid]) for aid, image in images.items()}
    steps = [
        replace(step, data=_masked_data(step, piece, masked)) for step, piece in zip(trace.steps, pieces, strict=True)
    ]
    return Trace(trace.atr, tuple(steps), masked=True)


def _mask_image(image: bytes, end: int, masks: _Masks) -> bytes:
    result = bytearray(len(image))
    for span, mask in masks:
        stop = min(span.end, end)
        if span.offset < stop:
            result[span.offset : stop] = mask(image[span.offset : stop])
    return bytes(result)


def _masked_data(step: Step, piece: _Piece, images: Mapping[bytes, bytes]) -> bytes:
    if piece.offset is not None and piece.aid in images:
        return images[piece.aid][piece.offset : piece.offset + len(step.data)].ljust(len(step.data), b"\x00")
    if piece.aid == apdu.ADMIN_AID:
        return mask_text(step.data)
    if step.command[:2] == b"\x80\xca":  # production data: its tag and length say nothing of a person
        return step.data[:3].ljust(len(step.data), b"\x00")
    return bytes(len(step.data))


def _locate(steps: Iterable[Step]) -> list[_Piece]:
    """Follow the conversation: which applet is selected, and where the next GET RESPONSE goes on."""
    pieces = []
    aid, at_offset = b"", None
    for step in steps:
        command = step.command
        if command[:2] == b"\x00\xa4":
            chosen = command[5 : 5 + command[4]] if len(command) > 4 else b""
            if step.status is not None and (step.status == OK or step.status >> 8 == SW1_MORE):
                aid = chosen
            at_offset = None
        elif command[:2] == b"\x80\xb0" and len(command) >= 4:
            at_offset = int.from_bytes(command[2:4], "big")
        elif command[:2] != b"\x00\xc0":
            at_offset = None
        pieces.append(_Piece(aid, at_offset))
        if at_offset is not None:
            at_offset += len(step.data)
    return pieces
