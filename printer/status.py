"""What a printer says of itself (DLE EOT 1–4), and in whose words. Pure. Silence is unknown, never fine."""

from dataclasses import dataclass
from enum import StrEnum

from contracts.message import Words

QUERIES = (1, 4, 2, 3)
"""Printer, paper, cause of being offline, error: the order asked, the two that every model answers first."""


class Condition(StrEnum):
    """One thing wrong with a printer, or about to be."""

    PAPER_NEAR_END = "paper_near_end"
    PAPER_OUT = "paper_out"
    COVER_OPEN = "cover_open"
    CUTTER_ERROR = "cutter_error"
    MECHANICAL_ERROR = "mechanical_error"
    HEAD_HOT = "head_hot"
    UNRECOVERABLE = "unrecoverable"
    OFFLINE = "offline"
    UNREACHABLE = "unreachable"
    LINE_BROKEN = "line_broken"
    SILENT = "silent"


WARNINGS = frozenset({Condition.PAPER_NEAR_END, Condition.SILENT})
"""Conditions under which a slip may still be sent."""

_BITS: dict[int, tuple[tuple[int, Condition], ...]] = {
    1: ((0x08, Condition.OFFLINE),),
    2: ((0x04, Condition.COVER_OPEN), (0x20, Condition.PAPER_OUT)),
    3: (
        (0x04, Condition.MECHANICAL_ERROR),
        (0x08, Condition.CUTTER_ERROR),
        (0x20, Condition.UNRECOVERABLE),
        (0x40, Condition.HEAD_HOT),
    ),
    4: ((0x0C, Condition.PAPER_NEAR_END), (0x60, Condition.PAPER_OUT)),
}
"""Source: Epson ESC/POS reference, DLE EOT n = 1, 2, 3, 4."""


def is_status(byte: int) -> bool:
    """Say whether a byte carries DLE EOT's fixed bits: bits 1 and 4 set, bits 0 and 7 clear."""
    return byte & 0x93 == 0x12


def parse_status(query: int, byte: int) -> frozenset[Condition]:
    """Read one answer to ``DLE EOT query``; ``byte`` has been checked by :func:`is_status`."""
    return frozenset(condition for mask, condition in _BITS[query] if byte & mask)


_AUTOMATIC_BITS = (
    ((0x08, Condition.OFFLINE), (0x20, Condition.COVER_OPEN)),
    (
        (0x04, Condition.MECHANICAL_ERROR),
        (0x08, Condition.CUTTER_ERROR),
        (0x20, Condition.UNRECOVERABLE),
        (0x40, Condition.HEAD_HOT),
    ),
    ((0x03, Condition.PAPER_NEAR_END), (0x0C, Condition.PAPER_OUT)),
    (),
)
"""Source: Epson ESC/POS reference, GS a: the four bytes of automatic status back."""


def parse_automatic(data: bytes) -> frozenset[Condition]:
    """Read the four bytes of an automatic status."""
    return frozenset(
        condition for byte, bits in zip(data, _AUTOMATIC_BITS, strict=True) for mask, condition in bits if byte & mask
    )


@dataclass(frozen=True)
class PrinterStatus:
    """What is known of a printer.

    Attributes:
        conditions: What is wrong; ``SILENT`` among them when a needed answer is missing.
        answered: Which of the four queries were answered.
    """

    conditions: frozenset[Condition]
    answered: frozenset[int]

    @property
    def blocking(self) -> frozenset[Condition]:
        """Conditions under which nothing may be sent."""
        return self.conditions - WARNINGS

    @property
    def chief(self) -> Condition | None:
        """The one condition to tell: what stops it before what warns, the cause before being offline for it."""
        telling = self.blocking or self.conditions
        return min(telling, key=lambda condition: (condition is Condition.OFFLINE, condition), default=None)

    @property
    def known_fine(self) -> bool:
        """Nothing is wrong, and the printer said so itself.

        Queries 1 and 4 suffice: an open cover and an error put the printer offline, which 1 tells, and some models
        answer no more.
        """
        return not self.blocking and {1, 4} <= self.answered


def summarise(answers: dict[int, int | None], automatic: frozenset[Condition] | None = None) -> PrinterStatus:
    """Join the answers to several queries; None is silence.

    Args:
        answers: A byte for each query asked.
        automatic: What automatic status says, which answers for queries 1 and 4; None when the printer sends none.
    """
    answered = {query: byte for query, byte in answers.items() if byte is not None}
    conditions = frozenset[Condition]().union(*(parse_status(query, byte) for query, byte in answered.items()))
    known = frozenset(answered)
    if automatic is not None:
        conditions |= automatic
        known |= {1, 4}
    if not {1, 4} <= known:
        conditions |= {Condition.SILENT}
    return PrinterStatus(conditions, known)


@dataclass(frozen=True)
class Wording:
    """One condition in two registers: for who waits for a slip, and for who mends the printer."""

    citizen: Words
    technician: Words


def _wording(citizen_th: str, citizen_en: str, technician_th: str, technician_en: str) -> Wording:
    return Wording(Words(th=citizen_th, en=citizen_en), Words(th=technician_th, en=technician_en))


_HELP = ("เครื่องพิมพ์ขัดข้อง โปรดแจ้งเจ้าหน้าที่", "The printer has a fault. Please tell a member of staff.")

WORDING = {
    Condition.PAPER_NEAR_END: _wording(
        "กระดาษใกล้หมด", "Paper is running low.", "กระดาษใกล้หมด เตรียมม้วนใหม่", "Paper near end: bring a new roll."
    ),
    Condition.PAPER_OUT: _wording(
        "กระดาษหมด โปรดแจ้งเจ้าหน้าที่", "The printer is out of paper. Please tell a member of staff.",
        "กระดาษหมด ใส่ม้วนใหม่ให้ด้านเคลือบหันหาหัวพิมพ์", "Paper out: load a roll, coated side to the head.",
    ),
    Condition.COVER_OPEN: _wording(
        "ฝาเครื่องพิมพ์เปิดอยู่ โปรดแจ้งเจ้าหน้าที่", "The printer's cover is open. Please tell a member of staff.",
        "ฝาเปิดอยู่ ปิดให้สนิททั้งสองข้าง", "Cover open: close it until both sides click.",
    ),
    Condition.CUTTER_ERROR: _wording(
        *_HELP, "ใบมีดติดขัด เปิดฝา เอาเศษกระดาษออก แล้วปิดฝา", "Cutter jammed: open, remove scraps, close."
    ),
    Condition.MECHANICAL_ERROR: _wording(
        *_HELP, "กลไกขัดข้อง ตรวจกระดาษติดแล้วเปิดเครื่องใหม่", "Mechanical error: look for a jam, then switch off and on."
    ),
    Condition.HEAD_HOT: _wording(
        "เครื่องพิมพ์กำลังพักเครื่อง โปรดรอสักครู่", "The printer is cooling down. Please wait a moment.",
        "หัวพิมพ์ร้อนเกิน จะกลับมาเอง", "Print head too hot: it recovers by itself.",
    ),
    Condition.UNRECOVERABLE: _wording(
        *_HELP, "ขัดข้องถาวร ปิดแล้วเปิดเครื่อง หากไม่หายให้เปลี่ยนเครื่องพิมพ์",
        "Unrecoverable error: switch off and on; if it stays, replace the printer.",
    ),
    Condition.OFFLINE: _wording(
        *_HELP, "เครื่องพิมพ์ออฟไลน์ ตรวจปุ่มป้อนกระดาษและฝา", "Printer offline: check the feed button and the cover."
    ),
    Condition.UNREACHABLE: _wording(
        *_HELP, "ติดต่อเครื่องพิมพ์ไม่ได้ ตรวจไฟ สาย และที่อยู่", "Cannot reach the printer: check power, cable, address."
    ),
    Condition.LINE_BROKEN: _wording(
        *_HELP, "การเชื่อมต่อขาดระหว่างพิมพ์ ตรวจสาย", "The line broke while printing: check the cable."
    ),
    Condition.SILENT: _wording(
        "ไม่ทราบสถานะเครื่องพิมพ์", "The printer's state is not known.",
        "เครื่องพิมพ์ไม่ตอบคำถามสถานะ", "The printer does not answer status queries.",
    ),
}  # fmt: skip
