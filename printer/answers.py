"""What a printer says, sorted: its bytes come unasked, late and in one stream. Pure.

Source: Epson ESC/POS reference, DLE EOT, GS r, GS a, DLE DC4; the fixed bits tell the four apart.
"""

from dataclasses import dataclass
from enum import Enum

from printer.status import is_status

CLEARED = b"\x37\x25\x00"
"""The answer to DLE DC4 fn=8: header 37H, identifier 25H, NUL."""
ASB_BYTES = 4


class Kind(Enum):
    """What an answer answers."""

    STATUS = "status"
    END = "end"
    AUTOMATIC = "automatic"
    CLEARED = "cleared"


@dataclass(frozen=True)
class Answer:
    """One answer: a byte of DLE EOT or GS r, the four of an automatic status, the three of a clearing."""

    kind: Kind
    data: bytes


def is_end_answer(byte: int) -> bool:
    """Say whether a byte has the form of GS r 1's answer: bits 4 and 7 clear."""
    return byte & 0x90 == 0


def _is_automatic_start(byte: int) -> bool:
    """Automatic status back (GS a), first byte: bit 4 set, bits 0, 1 and 7 clear."""
    return byte & 0x93 == 0x10


def read_answers(data: bytes) -> tuple[list[Answer], bytes]:
    """Split what has come into answers.

    Without knowing automatic status, its second to fourth bytes would pass for the end of a slip.

    Returns:
        The answers, and what is not yet whole.
    """
    answers: list[Answer] = []
    at = 0
    while at < len(data):
        byte = data[at]
        length = 1
        if byte == CLEARED[0] or _is_automatic_start(byte):
            length = len(CLEARED) if byte == CLEARED[0] else ASB_BYTES
            whole = data[at : at + length]
            if len(whole) < length:
                return answers, data[at:]
            if whole == CLEARED:
                answers.append(Answer(Kind.CLEARED, whole))
            elif _is_automatic_start(byte) and all(map(is_end_answer, whole[1:])):
                answers.append(Answer(Kind.AUTOMATIC, whole))
            else:
                length = 1  # noise: what follows it may be an answer
        elif is_status(byte):
            answers.append(Answer(Kind.STATUS, data[at : at + 1]))
        elif is_end_answer(byte):
            answers.append(Answer(Kind.END, data[at : at + 1]))
        at += length
    return answers, b""
