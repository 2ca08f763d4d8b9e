"""Where a line of Thai and English may break: between words, never inside a word, a name or a number.

Thai writes no spaces between words; newmm finds them from a dictionary. Pure: measuring is an argument.
"""

import re
from collections.abc import Callable, Iterable

from printer.thai_date import MONTHS_EN, MONTHS_TH

Measure = Callable[[str], float]
"""Width of a text in dots."""

_CLUSTER = re.compile(
    "\\s"
    "|[เแโใไ]?"  # a leading vowel belongs to the consonant it is spoken after
    "[\u0e00-\u0e7f]?[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]+[ะาำๅๆฯ]*"  # a base with its marks above and below
    "|[เแโใไ][\u0e00-\u0e7f][ะาำๅๆฯ]*"
    "|.[ะาำๅๆฯ\u0300-\u036f]*",
    re.DOTALL,
)
_THAI = "\u0e00-\u0e7f"
_UNITS = "บาท|ปี|เดือน|วัน|คน|น\\.|ชั่วโมง|baht|years?|months?|days?"
_MONTHS = "|".join((*MONTHS_TH, *MONTHS_EN))
_WHOLE = re.compile(
    f"\\d{{1,2}} (?:{_MONTHS})(?: พ\\.ศ\\.)? \\d{{4}}"  # a date
    "|(?:พ\\.ศ\\.|ค\\.ศ\\.) ?\\d{4}"
    f"|[0-9๐-๙][0-9๐-๙,.:/x-]*(?: (?:{_UNITS})(?![{_THAI}\u0e31-\u0e4e]))?"  # a number, with its unit where one follows
    "|(?:[ก-ฮ]{1,3}\\.){1,4}"  # an abbreviation: พ.ศ., ก.ด.
    "|[A-Za-z][A-Za-z'’.-]*"
)
_NO_LINE_START = "ๆฯะาำๅ)]}”’»,.;:!?%…/"
_NO_LINE_END = "([{“‘«"
_PHRASE_START = 0.2
"""Thai sets its spaces between phrases; a line reads better when at least this share of it opens a new one."""


def _is_thai(text: str) -> bool:
    return "\u0e00" <= text[0] <= "\u0e7f"


def load_words() -> None:
    """Read newmm's dictionary (about a second, 80 MB). Else the first slip does it; a kiosk does it while it starts."""
    _words("ก")


def _words(text: str) -> list[str]:
    from newmm_tokenizer.tokenizer import word_tokenize  # noqa: PLC0415  (importing it reads the whole dictionary)

    return [str(word) for word in word_tokenize(text)]


def clusters(text: str) -> list[str]:
    """Split a text into pieces that no reader would see torn: a consonant with its vowels and tone marks."""
    return [found.group() for found in _CLUSTER.finditer(text)]


def _pieces(text: str, keep: Iterable[str]) -> list[str]:
    """Split into smallest pieces between which a break may stand; spaces are pieces of their own."""
    names = "|".join(re.escape(name) for name in sorted(set(keep), key=len, reverse=True) if name.strip())
    whole = re.compile(f"{names}|{_WHOLE.pattern}") if names else _WHOLE
    pieces: list[str] = []
    position = 0
    for found in whole.finditer(text):
        pieces += _words(text[position : found.start()])
        pieces.append(found.group())
        position = found.end()
    return [*pieces, *_words(text[position:])]


def _joined(pieces: list[str]) -> list[str]:
    """Glue pieces that must not be parted: marks to bases, brackets and punctuation to what they belong to."""
    glued: list[str] = []
    for piece in pieces:
        previous = glued[-1] if glued else ""
        parted = previous.endswith(" ") or piece.startswith(" ")
        torn = bool(previous) and len(clusters(previous + piece)) < len(clusters(previous)) + len(clusters(piece))
        hangs = bool(previous) and (piece[0] in _NO_LINE_START or previous[-1] in _NO_LINE_END)
        if previous and not parted and (torn or hangs):
            glued[-1] = previous + piece
        else:
            glued.append(piece)
    return glued


def _fitting(piece: str, width: float, measure: Measure) -> list[str]:
    """Cut a piece wider than the line: at its words if that suffices, else at its clusters."""
    if measure(piece) <= width:
        return [piece]
    words = _joined(_words(piece))
    if len(words) > 1:
        return [part for word in words for part in _fitting(word, width, measure)]
    parts = [""]
    for cluster in clusters(piece):
        if parts[-1] and measure(parts[-1] + cluster) > width:
            parts.append("")
        parts[-1] += cluster
    return parts


def _end_line(line: str, piece: str, width: float, measure: Measure) -> tuple[str, str]:
    """End a line that ``piece`` overfills: a phrase that has hardly begun after its space goes on to the next line."""
    before, space, begun = line.lstrip().rpartition(" ")
    if not space or not begun or not _is_thai(begun) or measure(begun) > _PHRASE_START * width:
        return line.strip(), ""
    return (before.strip(), begun) if measure((begun + piece).strip()) <= width else (line.strip(), "")


def break_lines(text: str, width: float, measure: Measure, keep: Iterable[str] = ()) -> list[str]:
    """Break a text into lines.

    Args:
        text: One paragraph, Thai, English or mixed. Runs of white space count as one space.
        width: Width of a line in dots.
        measure: Width of a text in dots.
        keep: Names that stay on one line when they fit on one.

    Returns:
        Lines without spaces at their ends; each fits ``width`` unless a single cluster is wider. None for no text.
    """
    text = " ".join(text.split())
    lines: list[str] = []
    line = ""
    for whole in _joined(_pieces(text, keep)):
        for piece in _fitting(whole, width, measure):
            if line.strip() and measure((line + piece).strip()) > width:
                ended, line = _end_line(line, piece, width, measure)
                lines.append(ended)
            line += piece
    return [*lines, line.strip()] if line.strip() else lines


def break_balanced(text: str, width: float, measure: Measure, keep: Iterable[str] = ()) -> list[str]:
    """Break as :func:`break_lines`, with the lines about equally long: for centred headings."""
    keep = tuple(keep)
    lines = break_lines(text, width, measure, keep)
    if len(lines) < 2:
        return lines
    low, high = width / 2, width
    while high - low > 4:
        middle = (low + high) / 2
        tried = break_lines(text, middle, measure, keep)
        if len(tried) == len(lines) and all(measure(line) <= middle for line in tried):
            lines, high = tried, middle
        else:
            low = middle
    return lines
