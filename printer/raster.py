"""From places to dots: one-bit pictures, black on white, drawn with raqm so that Thai marks stand where they belong."""

import re
from dataclasses import replace

from PIL import Image, ImageChops, ImageDraw

from contracts.slip import SlipRecord
from printer.document import Document, compose
from printer.layout import FULL_WIDTH, lay_out
from printer.page import Box, Mark, Page, Panel, Picture, Symbol, Text
from printer.qr import QUIET_MODULES, Code
from printer.typeface import Typeface

BLACK, WHITE = 0, 255
OVERSAMPLING = 2
THRESHOLD = 140
"""Grey darker than this burns. Above the middle, because thin strokes of a thermal head come out thinner than drawn."""
_REAL_TIME = re.compile(rb"\x10(?=[\x04\x05\x14])")  # DLE EOT, DLE ENQ, DLE DC4
_TWO_DOTS = 0x18  # what 10H, a lone dot, becomes
PANEL_THRESHOLD = 118
"""Of rows drawn two at a time: letters are large and strokes thick, but marks must not grow together."""


class _Sheet:
    """Paper drawn larger than it is and shrunk at the end: at print size hinting would tear words apart.

    Args:
        width: Dots across.
        height: Dots down.
        y: Where on the page its top lies.
    """

    def __init__(self, width: int, height: int, y: int, face: Typeface) -> None:
        self.image = Image.new("L", (width * OVERSAMPLING, height * OVERSAMPLING), WHITE)
        self._draw = ImageDraw.Draw(self.image)
        self._face = face
        self._y = y

    def put(self, item: Text | Box | Symbol) -> None:
        """Draw one thing."""
        match item:
            case Text():
                self._put_text(item)
            case Box():
                _draw_box(self._draw, _enlarged(replace(item, y=item.y - self._y)))
            case Symbol():
                large = {name: getattr(item, name) * OVERSAMPLING for name in ("x", "size")}
                _draw_symbol(self._draw, replace(item, y=(item.y - self._y) * OVERSAMPLING, **large))

    def _put_text(self, item: Text) -> None:
        font = self._face.font(replace(item.style, size=item.style.size * OVERSAMPLING))
        place = (item.x * OVERSAMPLING, (item.baseline - self._y) * OVERSAMPLING)
        ink = WHITE if item.white else BLACK
        self._draw.text(place, item.text, fill=ink, font=font, anchor="ls", language="th")

    def shrink(self, rows_together: int = 1, threshold: int = THRESHOLD) -> Image.Image:
        """Return it at its size, in black and white; ``rows_together`` rows become one."""
        grey = self.image.reduce((OVERSAMPLING, OVERSAMPLING * rows_together))
        return grey.point(lambda shade: BLACK if shade < threshold else WHITE, mode="1")


def _enlarged(box: Box) -> Box:
    sizes = {name: OVERSAMPLING * getattr(box, name) for name in ("x", "y", "width", "height", "line", "radius")}
    return replace(box, **sizes)


def _draw_dashes(draw: ImageDraw.ImageDraw, box: Box, dash: int = 18 * OVERSAMPLING) -> None:
    right, bottom = box.x + box.width, box.y + box.height
    for x in range(box.x, right, 2 * dash):
        end = min(x + dash, right) - 1
        draw.rectangle((x, box.y, end, box.y + box.line - 1), fill=BLACK)
        draw.rectangle((x, bottom - box.line, end, bottom - 1), fill=BLACK)
    for y in range(box.y, bottom, 2 * dash):
        end = min(y + dash, bottom) - 1
        draw.rectangle((box.x, y, box.x + box.line - 1, end), fill=BLACK)
        draw.rectangle((right - box.line, y, right - 1, end), fill=BLACK)


def _draw_box(draw: ImageDraw.ImageDraw, box: Box) -> None:
    corners = (box.x, box.y, box.x + box.width - 1, box.y + box.height - 1)
    if box.dashed:
        _draw_dashes(draw, box)
    elif box.line:
        draw.rounded_rectangle(corners, box.radius, outline=BLACK, width=box.line)
    else:
        draw.rounded_rectangle(corners, box.radius, fill=BLACK)


def _draw_symbol(draw: ImageDraw.ImageDraw, item: Symbol) -> None:
    x, y, side = item.x, item.y, item.size
    ink, paper = (WHITE, BLACK) if item.white else (BLACK, WHITE)
    draw.ellipse((x, y, x + side - 1, y + side - 1), fill=ink)
    thick = max(side // 8, 4)

    def at(across: float, down: float) -> tuple[float, float]:
        return x + across * side, y + down * side

    if item.mark is Mark.TICK:
        draw.line([at(0.25, 0.53), at(0.43, 0.70), at(0.75, 0.33)], fill=paper, width=thick, joint="curve")
    elif item.mark is Mark.DASH:
        draw.line([at(0.26, 0.5), at(0.74, 0.5)], fill=paper, width=thick)
    else:
        for across in (0.26, 0.5, 0.74):
            centre = at(across, 0.5)
            draw.circle(centre, side / 14, fill=paper)


def _code_image(code: Code) -> Image.Image:
    side = len(code.rows)
    image = Image.new("1", (side, side), WHITE)
    image.putdata([BLACK if module else WHITE for row in code.rows for module in row])
    dots = side * code.module_dots
    return image.resize((dots, dots), Image.Resampling.NEAREST)


def _panel_image(panel: Panel, width: int, face: Typeface) -> Image.Image:
    sheet = _Sheet(width, panel.height, panel.y, face)
    for item in panel.items:
        sheet.put(item)
    return sheet.shrink(2, PANEL_THRESHOLD).resize((width, panel.height), Image.Resampling.NEAREST)


def draw_page(page: Page, face: Typeface) -> Image.Image:
    """Draw a page.

    Returns:
        A picture of mode ``1``, ``page.width`` × ``page.height``; black burns.
    """
    sheet = _Sheet(page.width, page.height, 0, face)
    for item in page.items:
        if not isinstance(item, Picture | Panel):
            sheet.put(item)
    image = sheet.shrink()
    for item in page.items:
        if isinstance(item, Picture):
            quiet = QUIET_MODULES * item.code.module_dots
            image.paste(_code_image(item.code), (item.x + quiet, item.y + quiet))
        elif isinstance(item, Panel):
            image.paste(_panel_image(item, page.width, face), (0, item.y))
    return _without_commands(image)


def _without_commands(image: Image.Image) -> Image.Image:
    """Make a lone dot two dots broad where it and its neighbours would be a real-time command's bytes.

    Printers look for those in everything they receive, pictures included, and carry them out or take them away. Rows
    begin with a blank margin, so none arises between two rows; a code has no lone dots.
    """
    dots = bytearray(ImageChops.invert(image).tobytes())
    for found in _REAL_TIME.finditer(bytes(dots)):
        dots[found.start()] = _TWO_DOTS
    return ImageChops.invert(Image.frombytes("1", image.size, bytes(dots)))


def draw_slip(record: SlipRecord, face: Typeface, width: int = FULL_WIDTH) -> Image.Image:
    """Draw a visit's slip for a print head of ``width`` dots.

    Raises:
        CodeTooLargeError: The token does not fit the paper as a readable code.
    """
    return draw_document(compose(record), face, width)


def draw_document(document: Document, face: Typeface, width: int = FULL_WIDTH) -> Image.Image:
    """Draw what a document says for a print head of ``width`` dots.

    Raises:
        CodeTooLargeError: Its code does not fit the paper.
    """
    return draw_page(lay_out(document, width, face.width), face)
