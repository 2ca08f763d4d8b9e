"""A page that shows a technician whether a printer prints slips right: Thai, width, codes in three sizes. Pure."""

from dataclasses import replace

from contracts.message import Words
from printer.column import MARGIN, Column, MeasureStyle
from printer.page import Box, Page, Picture, Text
from printer.profile import Profile
from printer.qr import MODULE_DOTS, make_code
from printer.style import Style, Weight

PROBE = "น้ำ ที่ กั๊ก ปู่ ฐู ญู ฎุ ฏู ฝี่ ฬ่ำ"
"""Every place a mark can stand: where shaping fails, one of these shows it."""
CODE_TEXT = "BAIDIAO PRINTER TEST"
TICK_DOTS = 80
"""Ten millimetres at 203 dpi."""

_TITLE = Words(th="หน้าทดสอบเครื่องพิมพ์", en="Printer test page")
_MARKS = Words(
    th="วรรณยุกต์และสระต้องอยู่ตรงพยัญชนะทุกตัว", en="Every mark must stand at its letter, none missing, none doubled."
)
_WIDTH = Words(
    th="ต้องเห็นเส้นตั้งทั้งสองขอบ หากไม่เห็น ให้ตั้งความกว้างใหม่",
    en="Both upright edges must be seen; if not, set another width.",
)
_CODES = Words(
    th="โทรศัพท์ต้องอ่านรหัสแรกได้ทุกครั้ง รหัสเล็กสุดอาจอ่านไม่ได้",
    en="A telephone must read the first code every time; it may fail on the smallest.",
)


def _ruler(column: Column) -> None:
    """A line across all dots, a tick every centimetre, upright ends."""
    y, last = column.y + 8, column.width - 1
    column.items.append(Box(0, y + 18, column.width, 2))
    for x in range(0, column.width, TICK_DOTS):
        column.items.append(Box(x, y + 8, 2, 10))
    for x in (0, last - 1):
        column.items.append(Box(x, y - 8, 2, 36))
    column.gap(44)


def _codes(column: Column) -> None:
    x, tallest = 0, 0
    label = Style(20, Weight.SEMI_BOLD, 1.4)
    for dots in MODULE_DOTS:
        code = replace(make_code(CODE_TEXT, column.width), module_dots=dots)
        if x + code.side_dots > column.width:
            column.gap(tallest + label.line_height + 8)
            x, tallest = 0, 0
        tallest = max(tallest, code.side_dots)
        column.items.append(Picture(code, x, column.y))
        column.items.append(Text(x + 24, column.y + tallest + 20, f"{dots} จุด / dots", label))
        x += code.side_dots
    column.gap(tallest + label.line_height + 8)


def lay_out_test_page(profile: Profile, address: str, measure: MeasureStyle) -> Page:
    """Place the test page.

    Args:
        profile: What is tested.
        address: Of the printer.
        measure: Width of a text in a style, in dots.
    """
    column = Column(profile.width, measure, ())
    column.gap(4)
    column.pair(_TITLE, Style(30, Weight.BOLD, 1.42), Style(21, Weight.MEDIUM, 1.3))
    column.left(address, Style(21, Weight.REGULAR, 1.35))
    cutter = Words(th="มีใบมีด", en="cutter") if profile.cutter else Words(th="ไม่มีใบมีด", en="no cutter")
    size = f"{profile.width} จุด / dots · {profile.dpi} dpi · {cutter.th} / {cutter.en}"
    column.left(size, Style(21, Weight.REGULAR, 1.35))
    _ruler(column)
    column.pair(_WIDTH, Style(22), Style(18, Weight.REGULAR, 1.3))
    for size_dots in (24, 32, 40):
        column.left(PROBE, Style(size_dots, Weight.SEMI_BOLD, 1.7), MARGIN)
    column.pair(_MARKS, Style(22), Style(18, Weight.REGULAR, 1.3))
    _codes(column)
    column.pair(_CODES, Style(22), Style(18, Weight.REGULAR, 1.3))
    return Page(profile.width, column.y + 8, tuple(column.items))
