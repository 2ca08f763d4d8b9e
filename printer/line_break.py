"""Where a line of Thai and English may break: between words, never inside a word, a name or a number.

Thai writes no spaces between words; newmm finds them from a dictionary. Pure: measuring is an argument.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

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
        parted = not previous or previous.endswith(" ") or piece.startswith(" ")
        if not parted and (_is_torn(previous, piece) or piece[0] in _NO_LINE_START or previous[-1] in _NO_LINE_END):
            glued[-1] = previous + piece
        else:
            glued.append(piece)
    return glued


def _is_torn(before: str, after: str) -> bool:
    """Whether a cluster stands across the two; none is longer than what is looked at."""
    before, after = before[-4:], after[:4]
    return len(clusters(before + after)) < len(clusters(before)) + len(clusters(after))


@dataclass(frozen=True)
class _Piece:
    """What is not broken, with its width in dots."""

    text: str
    width: float


def _fitting(text: str, width: float, measure: Measure) -> list[_Piece]:
    """Cut a piece wider than the line: at its words if that suffices, else at its clusters."""
    piece = _Piece(text, measure(text))
    if piece.width <= width:
        return [piece]
    words = _joined(_words(text))
    if len(words) > 1:
        return [part for word in words for part in _fitting(word, width, measure)]
    parts = [""]
    for cluster in clusters(text):
        if parts[-1] and measure(parts[-1] + cluster) > width:
            parts.append("")
        parts[-1] += cluster
    return [_Piece(part, measure(part)) for part in parts]


_Line = list[_Piece]


def _trimmed(line: _Line) -> _Line:
    start, end = 0, len(line)
    while start < end and line[start].text.isspace():
        start += 1
    while end > start and line[end - 1].text.isspace():
        end -= 1
    return line[start:end]


def _line_width(line: _Line) -> float:
    return sum(piece.width for piece in _trimmed(line))


def _end_line(line: _Line, piece: _Piece, width: float) -> tuple[_Line, _Line]:
    """End a line that ``piece`` overfills: a phrase that has hardly begun after its space goes on to the next line."""
    ended, line = line[-1].text.isspace(), _trimmed(line)
    space = 0 if ended else max((at for at, one in enumerate(line) if one.text.isspace()), default=0)
    begun = line[space + 1 :]
    if not space or not begun or not _is_thai(begun[0].text) or _line_width(begun) > _PHRASE_START * width:
        return line, []
    return (line[:space], begun) if _line_width([*begun, piece]) <= width else (line, [])


def _fill(pieces: Iterable[_Piece], width: float) -> list[_Line]:
    lines: list[_Line] = []
    line: _Line = []
    for piece in pieces:
        if _trimmed(line) and _line_width([*line, piece]) > width:
            ended, line = _end_line(line, piece, width)
            lines.append(_trimmed(ended))
        line.append(piece)
    return [*lines, _trimmed(line)] if _trimmed(line) else lines


def _texts(lines: Iterable[_Line]) -> list[str]:
    return ["".join(piece.text for piece in line) for line in lines]


def _measured(text: str, width: float, measure: Measure, keep: Iterable[str]) -> list[_Piece]:
    whole = _joined(_pieces(" ".join(text.split()), keep))
    return [piece for one in whole for piece in _fitting(one, width, measure)]


def break_lines(text: str, width: float, measure: Measure, keep: Iterable[str] = ()) -> list[str]:
    """Break a text into lines. Words are measured one by one: letters of neighbours do not reach under each other.

    Args:
        text: One paragraph, Thai, English or mixed. Runs of white space count as one space.
        width: Width of a line in dots.
        measure: Width of a text in dots.
        keep: Names that stay on one line when they fit on one.

    Returns:
        Lines without spaces at their ends; each fits ``width`` unless a single cluster is wider. None for no text.
    """
    return _texts(_fill(_measured(text, width, measure, keep), width))


def break_balanced(text: str, width: float, measure: Measure, keep: Iterable[str] = ()) -> list[str]:
    """Break as :func:`break_lines`, with the lines about equally long: for centred headings."""
    pieces = _measured(text, width, measure, keep)
    lines = _fill(pieces, width)
    low, high = max((piece.width for piece in pieces), default=0), width
    while len(lines) > 1 and high - low > 4:
        middle = (low + high) / 2
        tried = _fill(pieces, middle)
        if len(tried) == len(lines):
            lines, high = tried, middle
        else:
            low = middle
    return _texts(lines)
