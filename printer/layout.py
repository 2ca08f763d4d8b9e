"""From blocks to places: the slip's design. Pure; measuring is an argument.

Both languages share a line where they fit; a line of Thai is as long as its words. Paper costs trees, time at the kiosk
and kilobytes on a slow line, so nothing stands on a line of its own that need not.
"""

from dataclasses import replace

from contracts.decision import Outcome
from contracts.message import Words
from printer.column import MARGIN, Column, MeasureStyle
from printer.design import (
    AGENCY,
    AMOUNT,
    AMOUNT_EN,
    BODY,
    ENGLISH,
    LABEL,
    REFERENCE,
    SERVICE,
    SERVICE_EN,
    SMALL,
    SMALL_EN,
    TITLE,
    TITLE_EN,
    VALUE,
    VERDICT,
    VERDICT_EN,
)
from printer.document import (
    Block,
    Divider,
    Document,
    Field,
    Heading,
    Passage,
    Proof,
    ServiceName,
    SignatureLine,
    SourceList,
    Stamp,
    Verdict,
)
from printer.page import Box, Mark, Page, Picture, Symbol, Text
from printer.qr import make_code
from printer.style import Weight

FULL_WIDTH = 576
"""Dots across 80 mm paper at 203 dpi; 58 mm paper has 384."""

_MARKS = {Outcome.ELIGIBLE: Mark.TICK, Outcome.NOT_ELIGIBLE: Mark.DASH, Outcome.UNDECIDED: Mark.DOTS}


def _place_heading(column: Column, block: Heading) -> None:
    column.gap(4)
    column.pair(block.title, TITLE, TITLE_EN)
    column.pair(block.agency, AGENCY, ENGLISH)
    column.pair(block.place, SMALL, SMALL_EN)


def _place_divider(column: Column, block: Divider) -> None:
    thick = 3 if block.strong else 1
    column.gap(6)
    column.items.append(Box(MARGIN, column.y, column.width - 2 * MARGIN, thick))
    column.gap(thick + 8)


def _place_field(column: Column, block: Field) -> None:
    """The label stands left, the value right of it; under it when it does not fit beside, unless it needs no label."""
    label, value = column.scaled(LABEL), column.scaled(VALUE)
    text = f"{block.label.th} / {block.label.en}"
    parts = [part for part in (block.value.th, block.value.en, block.literal) if part]
    beside = "  ".join(parts)
    room = column.width - 2 * MARGIN
    if column.measure(text, label) + 16 + column.measure(beside, value) <= room:
        x = column.width - MARGIN - round(column.measure(beside, value))
        column.items.append(Text(MARGIN, column.baseline(value), text, label))
        column.items.append(Text(x, column.baseline(value), beside, value))
        column.gap(value.line_height)
        return
    if not block.plain:
        column.left(text, LABEL)
    for part in [beside] if column.measure(beside, value) <= room else parts:
        column.left(part, VALUE)


def _place_service(column: Column, block: ServiceName) -> None:
    column.pair(block.name, SERVICE, SERVICE_EN)
    column.gap(4)


def _place_verdict(column: Column, block: Verdict) -> None:
    """Black for yes, a heavy frame for not yet, a dashed frame for undecided; each with its own mark."""
    column.y += column.y % 2
    solid = block.outcome is Outcome.ELIGIBLE
    style, english = column.scaled(VERDICT), column.scaled(VERDICT_EN)
    mark = round(style.size * 1.1)
    x = MARGIN + 14 + mark + 14
    edge = column.width - MARGIN - 12
    style, english = column.shrunk(block.words.th, style, edge - x), column.shrunk(block.words.en, english, edge - x)
    beside = x + round(column.measure(block.words.th, style)) + 18
    on_one_line = beside + column.measure(block.words.en, english) <= edge
    height = (style.line_height + (0 if on_one_line else english.line_height) + 25) // 2 * 2
    foot = column.baseline(style) + 14
    below = (beside, foot) if on_one_line else (x, foot + english.line_height)
    frame = Box(MARGIN, column.y, column.width - 2 * MARGIN, height, 0 if solid else 6, 12)
    items = (
        replace(frame, dashed=block.outcome is Outcome.UNDECIDED),
        Symbol(_MARKS[block.outcome], MARGIN + 14, column.y + (height - mark) // 2, mark, white=solid),
        Text(x, foot, block.words.th, style, white=solid),
        Text(*below, block.words.en, english, white=solid),
    )
    column.panel(column.y, height, items)
    column.gap(height + 2)
    if block.amount is not None:
        _place_amount(column, block.amount)


def _place_amount(column: Column, amount: Words) -> None:
    """In large print, as a panel of its own."""
    outer, column.items, top = column.items, [], column.y
    column.pair(amount, AMOUNT, AMOUNT_EN)
    column.y += (column.y - top) % 2
    texts = tuple(item for item in column.items if isinstance(item, Text))
    column.items = outer
    column.panel(top, column.y - top, texts)


def _place_passage(column: Column, block: Passage) -> None:
    column.gap(2)
    column.left(f"{block.label.th} / {block.label.en}", LABEL)
    bulleted = len(block.sentences) > 1
    indent = 20 if bulleted else 0
    for sentence in block.sentences:
        if bulleted:
            middle = column.baseline(column.scaled(BODY)) - round(column.scaled(BODY).size * 0.3)
            column.items.append(Box(MARGIN + 2, middle - 4, 8, 8))
        column.pair(sentence, BODY, ENGLISH, MARGIN + indent)
        column.gap(2)


def _place_sources(column: Column, block: SourceList) -> None:
    weight = Weight.BOLD if block.missing else Weight.REGULAR
    thai, english = (", ".join(names) for names in zip(*((one.th, one.en) for one in block.agencies), strict=True))
    column.left(f"{block.label.th}: {thai}", replace(SMALL, weight=weight))
    column.left(f"{block.label.en}: {english}", replace(SMALL_EN, weight=weight))
    column.gap(2)


def _place_proof(column: Column, block: Proof) -> None:
    _place_divider(column, Divider())
    label, reference = column.scaled(LABEL), column.scaled(REFERENCE)
    words = f"{block.label.th} / {block.label.en}"
    if column.measure(words, label) + 16 + column.measure(block.reference, reference) <= column.width - 2 * MARGIN:
        column.items.append(Text(MARGIN, column.baseline(reference), words, label))
        column.put(
            block.reference, reference, column.width - MARGIN - round(column.measure(block.reference, reference))
        )
        column.gap(reference.line_height)
    else:
        column.left(words, LABEL)
        column.left(block.reference, REFERENCE)
    code = make_code(block.token_text, column.width)
    column.y += column.y % 2  # pairs of rows of the code then fall on pairs of rows of the paper: it is sent as squares
    column.items.append(Picture(code, (column.width - code.side_dots) // 4 * 2, column.y))
    column.gap(code.side_dots)
    for note in block.notes:
        column.pair(note, SMALL, SMALL_EN)


def _place_stamp(column: Column, block: Stamp) -> None:
    """A frame around both languages, each on lines of its own."""
    column.gap(8)
    top, outer = column.y, column.items
    column.items = []
    column.gap(10)
    column.left(block.words.th, replace(BODY, weight=Weight.BOLD), MARGIN + 16)
    column.left(block.words.en, ENGLISH, MARGIN + 16)
    column.gap(12)
    frame = Box(MARGIN, top, column.width - 2 * MARGIN, column.y - top, 4, 8)
    column.items = [*outer, frame, *column.items]
    column.gap(8)


def _place_signature(column: Column, block: SignatureLine) -> None:
    column.gap(56)
    column.items.append(Box(MARGIN, column.y, column.width - 2 * MARGIN, 2))
    column.gap(4)
    column.left(f"{block.label.th} / {block.label.en}", LABEL)


def _place(column: Column, block: Block) -> None:  # noqa: C901  (one case for each kind of block, nothing else)
    match block:
        case Stamp():
            _place_stamp(column, block)
        case SignatureLine():
            _place_signature(column, block)
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
        case SourceList():
            _place_sources(column, block)
        case Proof():
            _place_proof(column, block)
        case Divider():
            _place_divider(column, block)


def lay_out(document: Document, width: int, measure: MeasureStyle) -> Page:
    """Place a document on paper.

    Args:
        document: What to say.
        width: Dots across the head.
        measure: Width of a text in a style, in dots.

    Raises:
        CodeTooLargeError: The token does not fit the paper as a readable code.
    """
    column = Column(width, measure, document.names, large_print=document.large_print)
    for block in document.blocks:
        _place(column, block)
    return Page(width, column.y + 8, tuple(column.items))
