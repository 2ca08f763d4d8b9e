"""From blocks to places: the slip's design. Pure; measuring is an argument.

Sizes are dots on a 576-dot head (8 dots a millimetre). Narrow heads get the same design, a little smaller.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from contracts.decision import Outcome
from contracts.message import Words
from printer.document import Divider, Document, Field, Heading, Passage, Proof, ServiceName, SourceTable, Verdict
from printer.line_break import break_balanced, break_lines
from printer.page import Box, Item, Mark, Page, Picture, Symbol, Text
from printer.qr import make_code
from printer.typeface import Style, Weight

MeasureStyle = Callable[[str, Style], float]
"""Width of a text in a style, in dots."""

FULL_WIDTH = 576
NARROW_SCALE = 0.8
MARGIN = 8
BELOW_BASELINE = 0.38
"""Room under the baseline as a share of the size: a vowel below the deepest consonant (ฏู) still fits."""

_MARKS = {Outcome.ELIGIBLE: Mark.TICK, Outcome.NOT_ELIGIBLE: Mark.DASH, Outcome.UNDECIDED: Mark.DOTS}

TITLE = Style(34, Weight.BOLD, 1.42)
TITLE_EN = Style(23, Weight.MEDIUM, 1.3)
AGENCY = Style(26, Weight.SEMI_BOLD, 1.42)
PLACE = Style(23, Weight.REGULAR, 1.42)
ENGLISH = Style(21, Weight.REGULAR, 1.28)
LABEL = Style(21, Weight.SEMI_BOLD, 1.45)
VALUE = Style(25, Weight.SEMI_BOLD, 1.46)
SERVICE = Style(36, Weight.BOLD, 1.46)
VERDICT = Style(62, Weight.EXTRA_BOLD, 1.46)
VERDICT_EN = Style(27, Weight.SEMI_BOLD, 1.3)
AMOUNT = Style(40, Weight.BOLD, 1.42)
BODY = Style(27, Weight.MEDIUM, 1.42)
SMALL = Style(21, Weight.REGULAR, 1.42)
SMALL_EN = Style(19, Weight.REGULAR, 1.26)
REFERENCE = Style(40, Weight.BOLD, 1.25)


@dataclass
class _Column:
    """The slip as it grows downwards."""

    width: int
    measure: MeasureStyle
    names: tuple[str, ...]
    items: list[Item]
    y: int = 0

    def scaled(self, style: Style) -> Style:
        """Fit a style to the head's width."""
        return style if self.width >= FULL_WIDTH else replace(style, size=round(style.size * NARROW_SCALE))

    def gap(self, dots: int) -> None:
        """Leave paper free."""
        self.y += dots

    def lines(self, text: str, style: Style, width: float, *, balanced: bool = False) -> list[str]:
        """Break a text for a style and width."""
        breaker = break_balanced if balanced else break_lines
        return breaker(text, width, lambda piece: self.measure(piece, style), self.names)

    def put(self, text: str, style: Style, x: int, *, white: bool = False) -> None:
        """Place one line at the cursor without moving it."""
        baseline = self.y + style.line_height - round(style.size * BELOW_BASELINE)
        self.items.append(Text(x, baseline, text, style, white=white))

    def left(self, text: str, style: Style, x: int = MARGIN, width: int | None = None) -> None:
        """Place a paragraph, ranged left."""
        style = self.scaled(style)
        for line in self.lines(text, style, (width or self.width - MARGIN) - x):
            self.put(line, style, x)
            self.y += style.line_height

    def centred(self, text: str, style: Style) -> None:
        """Place a paragraph in the middle, its lines about equally long."""
        style = self.scaled(style)
        for line in self.lines(text, style, self.width - 2 * MARGIN, balanced=True):
            self.put(line, style, round((self.width - self.measure(line, style)) / 2))
            self.y += style.line_height


def _place_heading(column: _Column, block: Heading) -> None:
    column.centred(block.agency.th, AGENCY)
    column.centred(block.agency.en, ENGLISH)
    column.gap(6)
    column.centred(block.title.th, TITLE)
    column.centred(block.title.en, TITLE_EN)
    column.gap(4)
    column.centred(block.place.th, PLACE)
    column.centred(block.place.en, ENGLISH)
    column.gap(8)


def _place_divider(column: _Column, block: Divider) -> None:
    thick = 4 if block.strong else 2
    column.gap(10)
    column.items.append(Box(MARGIN, column.y, column.width - 2 * MARGIN, thick))
    column.gap(thick + (14 if block.strong else 6))


def _place_field(column: _Column, block: Field) -> None:
    """The label stands left, the value right of it; under it when it does not fit beside."""
    label = column.scaled(LABEL)
    value = column.scaled(VALUE)
    text = f"{block.label.th} / {block.label.en}"
    room = column.width - 2 * MARGIN
    beside = f"{block.value.th}  {block.value.en}".strip()
    if column.measure(text, label) + 24 + column.measure(beside, value) <= room:
        x = column.width - MARGIN - round(column.measure(beside, value))
        baseline = column.y + value.line_height - round(value.size * BELOW_BASELINE)
        column.items.append(Text(MARGIN, baseline, text, label))
        column.items.append(Text(x, baseline, beside, value))
        column.gap(value.line_height)
        return
    column.left(text, LABEL)
    column.left(block.value.th, VALUE)
    column.left(block.value.en, VALUE)


def _place_service(column: _Column, block: ServiceName) -> None:
    column.left(block.name.th, SERVICE)
    column.left(block.name.en, TITLE_EN)
    column.gap(8)


def _verdict_styles(column: _Column, words: Words, room: int) -> tuple[Style, Style]:
    """The largest type in which the answer stays on one line."""
    style = column.scaled(VERDICT)
    while column.measure(words.th, style) > room:
        style = replace(style, size=style.size - 2)
    return style, column.scaled(VERDICT_EN)


def _place_verdict(column: _Column, block: Verdict) -> None:
    """Black for yes, a heavy frame for not yet, a dashed frame for undecided; each with its own mark."""
    solid = block.outcome is Outcome.ELIGIBLE
    mark = column.scaled(Style(72)).size
    text_x = MARGIN + 22 + mark + 22
    style, english = _verdict_styles(column, block.words, column.width - MARGIN - 16 - text_x)
    height = style.line_height + english.line_height + 36
    frame = Box(MARGIN, column.y, column.width - 2 * MARGIN, height, line=0 if solid else 6, radius=14)
    column.items.append(replace(frame, dashed=block.outcome is Outcome.UNDECIDED))
    column.items.append(Symbol(_MARKS[block.outcome], MARGIN + 22, column.y + (height - mark) // 2, mark, white=solid))
    column.gap(14)
    column.put(block.words.th, style, text_x, white=solid)
    column.gap(style.line_height)
    column.put(block.words.en, english, text_x, white=solid)
    column.gap(english.line_height + 22)
    if block.amount is not None:
        _place_amount(column, block.amount)
    column.gap(8)


def _place_amount(column: _Column, amount: Words) -> None:
    """Both languages on one line where they fit, the English on the Thai line's foot."""
    column.gap(8)
    thai, english = column.scaled(AMOUNT), column.scaled(TITLE_EN)
    x = MARGIN + round(column.measure(amount.th, thai)) + 20
    if x + column.measure(amount.en, english) > column.width - MARGIN:
        column.left(amount.th, AMOUNT)
        column.left(amount.en, TITLE_EN)
        return
    column.put(amount.th, thai, MARGIN)
    foot = column.y + thai.line_height - round(thai.size * BELOW_BASELINE)
    column.items.append(Text(x, foot, amount.en, english))
    column.gap(thai.line_height)


def _place_passage(column: _Column, block: Passage) -> None:
    column.gap(6)
    column.left(f"{block.label.th} / {block.label.en}", LABEL)
    bulleted = len(block.sentences) > 1
    indent = 22 if bulleted else 0
    for sentence in block.sentences:
        if bulleted:
            body = column.scaled(BODY)
            middle = column.y + body.line_height - round(body.size * (BELOW_BASELINE + 0.3))
            column.items.append(Box(MARGIN + 2, middle - 4, 8, 8))
        column.left(sentence.th, BODY, MARGIN + indent)
        column.left(sentence.en, ENGLISH, MARGIN + indent)
        column.gap(6)


def _place_sources(column: _Column, block: SourceTable) -> None:
    column.left(f"{block.label.th} / {block.label.en}", LABEL)
    for agency, state, answered in block.rows:
        style = column.scaled(SMALL)
        said = replace(style, weight=Weight.REGULAR if answered else Weight.BOLD)
        text = f"{state.th} / {state.en}"
        edge = column.width - MARGIN - round(column.measure(text, said))
        column.put(text, said, edge)
        column.left(agency.th, SMALL, MARGIN, edge - 16)
        column.left(agency.en, SMALL_EN)
        column.gap(4)


def _place_proof(column: _Column, block: Proof) -> None:
    column.gap(2)
    column.centred(f"{block.label.th} / {block.label.en}", LABEL)
    column.centred(block.reference, REFERENCE)
    code = make_code(block.token_text, column.width)
    column.items.append(Picture(code, (column.width - code.side_dots) // 2, column.y))
    column.gap(code.side_dots)
    for note in block.notes:
        column.centred(note.th, SMALL)
        column.centred(note.en, SMALL_EN)
        column.gap(6)


def lay_out(document: Document, width: int, measure: MeasureStyle) -> Page:
    """Place a document on paper.

    Args:
        document: What to say.
        width: Dots across the head.
        measure: Width of a text in a style, in dots.

    Raises:
        CodeTooLargeError: The token does not fit the paper as a readable code.
    """
    column = _Column(width, measure, document.names, [])
    for block in document.blocks:
        match block:
            case Heading():
                _place_heading(column, block)
            case Field():
                _place_field(column, block)
            case ServiceName():
                _place_service(column, block)
            case Verdict():
                _place_verdict(column, block)
            case Passage():
                _place_passage(column, block)
            case SourceTable():
                _place_sources(column, block)
            case Proof():
                _place_proof(column, block)
            case Divider():
                _place_divider(column, block)
    return Page(width, column.y + 8, tuple(column.items))
