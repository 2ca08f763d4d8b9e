"""From places to dots: one-bit pictures, black on white, drawn with raqm so that Thai marks stand where they belong."""

from dataclasses import replace
from math import ceil, floor

from PIL import Image, ImageDraw

from contracts.slip import SlipRecord
from printer.document import compose
from printer.layout import FULL_WIDTH, lay_out
from printer.page import Box, Item, Mark, Page, Picture, Symbol, Text
from printer.qr import QUIET_MODULES, Code
from printer.typeface import Typeface

BLACK, WHITE = 0, 255
OVERSAMPLING = 3
THRESHOLD = 140
"""Grey darker than this burns. Above the middle, because thin strokes of a thermal head come out thinner than drawn."""


def _draw_text(image: Image.Image, item: Text, face: Typeface) -> None:
    """Draw larger and shrink: at print size hinting would move letters to whole dots and tear words apart."""
    large = replace(item.style, size=item.style.size * OVERSAMPLING)
    font = face.font(large)
    left, top, right, bottom = font.getbbox(item.text, anchor="ls", language="th")
    x0, y0 = floor(left / OVERSAMPLING), floor(top / OVERSAMPLING)
    width, height = ceil(right / OVERSAMPLING) - x0, ceil(bottom / OVERSAMPLING) - y0
    mask = Image.new("L", (width * OVERSAMPLING, height * OVERSAMPLING))
    origin = (-x0 * OVERSAMPLING, -y0 * OVERSAMPLING)
    ImageDraw.Draw(mask).text(origin, item.text, fill=255, font=font, anchor="ls", language="th")
    image.paste(WHITE if item.white else BLACK, (item.x + x0, item.baseline + y0), mask.reduce(OVERSAMPLING))


def _draw_dashes(draw: ImageDraw.ImageDraw, box: Box, dash: int = 18) -> None:
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
    image = Image.new("L", (side, side), WHITE)
    image.putdata([BLACK if module else WHITE for row in code.rows for module in row])
    dots = side * code.module_dots
    return image.resize((dots, dots), Image.Resampling.NEAREST)


def _draw_item(image: Image.Image, draw: ImageDraw.ImageDraw, item: Item, face: Typeface) -> None:
    match item:
        case Text():
            _draw_text(image, item, face)
        case Box():
            _draw_box(draw, item)
        case Symbol():
            _draw_symbol(draw, item)
        case Picture():
            quiet = QUIET_MODULES * item.code.module_dots
            image.paste(_code_image(item.code), (item.x + quiet, item.y + quiet))


def draw_page(page: Page, face: Typeface) -> Image.Image:
    """Draw a page.

    Returns:
        A picture of mode ``1``, ``page.width`` × ``page.height``; black burns.
    """
    image = Image.new("L", (page.width, page.height), WHITE)
    draw = ImageDraw.Draw(image)
    for item in page.items:
        _draw_item(image, draw, item, face)
    return image.point(lambda grey: BLACK if grey < THRESHOLD else WHITE, mode="1")


def draw_slip(record: SlipRecord, face: Typeface, width: int = FULL_WIDTH) -> Image.Image:
    """Draw a visit's slip for a print head of ``width`` dots.

    Raises:
        CodeTooLargeError: The token does not fit the paper as a readable code.
    """
    return draw_page(lay_out(compose(record), width, face.width), face)
