import re
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
import segno
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from printer.document import Verdict, compose
from printer.errors import CodeTooLargeError, DrawingUnavailableError
from printer.escpos import BAND_ROWS, encode_slip
from printer.layout import lay_out
from printer.page import Box, Page, Panel, Text
from printer.qr import make_code
from printer.raster import draw_page, draw_slip
from printer.read_qr import find_token
from printer.style import Style, Weight
from printer.thai_date import clock_time, english_date, thai_date
from printer.typeface import load_typeface
from printer.virtual.commands import CommandReader
from printer.virtual.paper import Paper
from tests.support.printer_samples import four_services, one_service, twelve_services, undecided

GOLDEN = Path(__file__).parent / "golden"
PROBE = "น้ำ ที่ กั๊ก ปู่ ฐู ญู ฎุ ฏู ฝี่ ฬ่ำ"
FACE = load_typeface()


def decode(data, width=576):
    paper = Paper(width)
    reader = CommandReader()
    for command in reader.feed(data):
        paper.carry_out(command)
    assert reader.unknown_bytes == 0
    return paper


def same(one, other):
    return one.size == other.size and ImageChops.difference(one.convert("L"), other.convert("L")).getbbox() is None


def probe_picture():
    style = Style(40, Weight.SEMI_BOLD)
    return draw_page(Page(416, 72, (Text(4, 48, PROBE, style),)), FACE)


def test_probe_is_drawn_as_the_approved_picture():
    """The approved picture was looked at: every mark stands at its letter. Edges may differ by a shade."""
    drawn = probe_picture()
    with Image.open(GOLDEN / "probe.png") as golden:
        assert drawn.size == golden.size
        different = ImageChops.difference(drawn.convert("L"), golden.convert("L")).histogram()[255]
    black = drawn.convert("L").histogram()[0]
    assert different < black / 50


def test_dropped_marks_would_not_pass_for_the_approved_picture():
    bare = draw_page(Page(416, 72, (Text(4, 48, PROBE.replace("่", ""), Style(40, Weight.SEMI_BOLD)),)), FACE)
    with Image.open(GOLDEN / "probe.png") as golden:
        different = ImageChops.difference(bare.convert("L"), golden.convert("L")).histogram()[255]
    assert different > bare.convert("L").histogram()[0] / 50


@pytest.mark.parametrize("make", [one_service, four_services, undecided])
@pytest.mark.parametrize("width", [576, 384])
def test_slip_survives_its_bytes_and_its_code_reads(make, width):
    record = make()
    picture = draw_slip(record, FACE, width)
    data = encode_slip(picture)
    printed = decode(data.printed + b"\x1dr\x01", width).slips
    assert len(printed) == 1
    assert same(printed[0].crop((0, 0, *picture.size)), picture)
    assert find_token(printed[0]) == record.answer.slip_token


def test_nothing_is_drawn_outside_the_paper():
    picture = draw_slip(four_services(), FACE)
    ink = ImageChops.invert(picture.convert("L")).getbbox()
    assert ink[0] >= 4
    assert ink[2] <= 572


def test_one_service_is_short_and_small():
    picture = draw_slip(one_service(), FACE)
    assert picture.height <= 170 * 8
    assert len(encode_slip(picture).printed) <= 40_000


@pytest.mark.parametrize("name", ["one", "not-yet-and-others", "undecided-58mm", "large", "thai-numerals"])
def test_slip_is_drawn_as_the_approved_picture(name):
    """Each approved picture was looked at. Edges may differ by a shade from one FreeType to the next."""
    drawn = approved_slip(name)
    with Image.open(GOLDEN / f"{name}.png") as golden:
        assert drawn.size == golden.size
        different = ImageChops.difference(drawn.convert("L"), golden.convert("L")).histogram()[255]
    assert different < drawn.convert("L").histogram()[0] / 50


def approved_slip(name):
    match name:
        case "one":
            return draw_slip(one_service(), FACE)
        case "not-yet-and-others":
            return draw_slip(four_services(), FACE)
        case "undecided-58mm":
            return draw_slip(undecided(), FACE, 384)
        case "large":
            return draw_slip(one_service().model_copy(update={"large_print": True}), FACE)
    return draw_slip(one_service().model_copy(update={"thai_numerals": True}), FACE)


@pytest.mark.parametrize("width", [576, 384])
@pytest.mark.parametrize("large", [False, True])
def test_twelve_services_with_long_names_stay_on_the_paper(width, large):
    record = twelve_services().model_copy(update={"large_print": large})
    page = lay_out(compose(record), width, FACE.width)
    for text in texts(page.items):
        assert text.x + FACE.width(text.text, text.style) <= width - 4
    picture = draw_page(page, FACE)
    assert find_token(picture) == record.answer.slip_token


def texts(items):
    for item in items:
        if isinstance(item, Panel):
            yield from texts(item.items)
        elif isinstance(item, Text):
            yield item


def test_short_names_are_never_broken():
    said = "\n".join(text.text for text in texts(lay_out(compose(four_services()), 384, FACE.width).items))
    for name in ("กรมสรรพากร", "กรมบัญชีกลาง", "เบี้ยความพิการ", "1-xxxx-xxxxx-12-3", "15 มกราคม พ.ศ. 2569"):
        assert name in said


def test_thai_numerals_spare_the_card_number_and_the_reference():
    record = one_service().model_copy(update={"thai_numerals": True})
    said = " ".join(text.text for text in texts(lay_out(compose(record), 576, FACE.width).items))
    for part in (
        "๑๕ มกราคม พ.ศ. ๒๕๖๙",
        "๑๐:๔๒ น.",
        "๖๐๐ บาทต่อเดือน",
        "15 Jan 2026",
        "600 baht",
        "7K3M-Q9XA-2T",
        "-12-3",
    ):
        assert part in said
    assert "600 บาท" not in said


def test_large_print_is_larger():
    small, large = (
        max(text.style.size for text in texts(lay_out(compose(record), 576, FACE.width).items))
        for record in (one_service(), one_service().model_copy(update={"large_print": True}))
    )
    assert large >= 1.35 * small


@pytest.mark.parametrize("make", [one_service, undecided])
@pytest.mark.parametrize("width", [576, 384])
def test_the_minimal_tokens_code_has_six_dots_a_module_on_either_paper(make, width):
    code = make_code(make().answer.slip_token, width)
    assert (code.module_dots, len(code.rows)) == (6, 53)


def test_the_code_is_the_one_that_another_library_makes():
    token = one_service().answer.slip_token
    other = segno.make_qr(token, error="m", boost_error=False).matrix
    assert make_code(token, 576).rows == tuple(tuple(bool(module) for module in row) for row in other)


@pytest.mark.parametrize("make", [undecided, four_services])
def test_answers_text_keeps_clear_of_its_frame(make):
    """A frame's top is six rows; under it the paper stays white before the letters' marks begin."""
    page = lay_out(compose(make()), 576, FACE.width)
    frames = [box for panel in page.items if isinstance(panel, Panel) for box in panel.items if isinstance(box, Box)]
    picture = draw_page(page, FACE).convert("L")
    framed = [frame for frame in frames if frame.line]
    assert framed
    for frame in framed:
        below = picture.crop((frame.x + 12, frame.y + 6, frame.x + frame.width - 12, frame.y + 8))
        assert below.getextrema() == (255, 255)


def test_document_says_the_three_answers_in_order():
    verdicts = [block.words.th for block in compose(four_services()).blocks if isinstance(block, Verdict)]
    assert verdicts == ["ท่านมีสิทธิ", "ท่านยังไม่มีสิทธิ", "ยังตัดสินไม่ได้", "ท่านมีสิทธิ"]


def test_dates_are_in_bangkok_and_both_calendars():
    late = datetime(2026, 1, 14, 17, 5, tzinfo=UTC)
    assert thai_date(late) == "15 มกราคม พ.ศ. 2569"
    assert english_date(late) == "15 Jan 2026"
    assert clock_time(late) == "00:05"


def test_code_modules_shrink_in_whole_dots_and_then_refuse():
    assert make_code("BD1:" + "A" * 230, 576).module_dots == 6
    assert make_code("BD1:" + "A" * 1000, 576).module_dots == 5
    with pytest.raises(CodeTooLargeError) as caught:
        make_code("BD1:" + "A" * 2000, 384)
    assert caught.value.width_dots == 384


def rasters(data):
    return [
        (c.arguments[0], int.from_bytes(c.arguments[1:3], "little"), int.from_bytes(c.arguments[3:5], "little"))
        for c in CommandReader().feed(data.printed)
        if c.name == "GS v 0"
    ]


def test_bands_are_low_narrow_and_blank_paper_is_fed():
    picture = Image.new("1", (576, 1001), 255)
    for y in range(350):
        picture.paste(0, (10 + y % 2, y, 20, y + 1))
    picture.paste(0, (10, 901, 500, 907))
    data = encode_slip(picture)
    assert rasters(data) == [(0, 3, 100), (0, 3, 100), (0, 3, 100), (0, 3, 50), (0, 63, 6)]
    assert data.size < 350 * 3 + 6 * 63 + 100
    assert BAND_ROWS == 100


def test_squares_and_equal_pairs_of_rows_are_sent_smaller():
    picture = Image.new("1", (576, 120), 255)
    picture.paste(0, (0, 0, 64, 40))
    picture.paste(0, (0, 60, 63, 100))
    data = encode_slip(picture)
    assert rasters(data) == [(3, 4, 20), (2, 8, 20)]
    assert same(decode(data.printed).slips[0].crop((0, 0, 576, 120)), picture)
    plain = encode_slip(picture, doubling=False)
    assert rasters(plain) == [(0, 8, 40), (0, 8, 40)]
    assert same(decode(plain.printed).slips[0].crop((0, 0, 576, 120)), picture)


@pytest.mark.parametrize("make", [one_service, undecided, four_services, twelve_services])
@pytest.mark.parametrize("width", [576, 384])
def test_without_its_tail_no_slip_can_be_verified(make, width):
    data = encode_slip(draw_slip(make(), FACE, width))
    began = decode(b"".join(data.pieces) + b"\x1dVA\x00", width).slips[0]
    assert find_token(began) is None
    assert max(map(len, data.pieces)) <= 2 * 4096


@pytest.mark.parametrize("make", [one_service, four_services, undecided, twelve_services])
@pytest.mark.parametrize("width", [576, 384])
@pytest.mark.parametrize("large", [False, True])
def test_no_real_time_command_hides_in_a_picture(make, width, large):
    """DLE EOT, DLE ENQ and DLE DC4 would be carried out in the middle of a raster."""
    data = encode_slip(draw_slip(make().model_copy(update={"large_print": large}), FACE, width))
    assert re.search(rb"\x10[\x04\x05\x14]", data.printed) is None


def test_a_lone_dot_that_would_make_a_command_is_drawn_broader():
    picture = draw_page(Page(24, 8, (Box(3, 2, 1, 4), Box(13, 2, 1, 4), Box(22, 2, 1, 4))), FACE)
    rows = ImageChops.invert(picture).tobytes()
    assert rows[6:9] == b"\x18\x04\x02"
    assert rows[:6] == bytes(6)


def test_without_a_cutter_the_paper_is_fed_to_the_bar():
    data = encode_slip(Image.new("1", (576, 10), 0), cutter=False)
    names = [command.name for command in CommandReader().feed(b"".join(data.pieces) + data.tail)]
    assert "GS V" not in names
    assert names[-2:] == ["ESC J", "GS r"]


def test_without_raqm_nothing_is_drawn_and_the_package_is_named():
    asked = []
    with pytest.raises(DrawingUnavailableError, match="libfribidi0") as caught:
        load_typeface(asked.append)
    assert asked == ["raqm"]
    assert (caught.value.missing, caught.value.debian_package) == ("raqm", "libfribidi0")


def test_without_the_font_nothing_is_drawn_and_the_package_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "fontpkg_sarabun", None)
    with pytest.raises(DrawingUnavailableError, match="fontpkg-sarabun"):
        load_typeface()


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.binary(min_size=4, max_size=4) | st.just(b"\0\0\0\0"), st.integers(1, 30)), min_size=1),
    st.integers(1, 4000),
    st.booleans(),
)
def test_any_picture_in_any_pieces_decodes_to_itself(runs, step, doubling):
    rows = [row for row, times in runs for _ in range(times)]
    picture = ImageChops.invert(Image.frombytes("1", (32, len(rows)), b"".join(rows)))
    data = encode_slip(picture, doubling=doubling)
    whole = data.printed + b"\x1dr\x01"
    paper, reader = Paper(32), CommandReader()
    for start in range(0, len(whole), step):
        for command in reader.feed(whole[start : start + step]):
            paper.carry_out(command)
    assert same(paper.slips[0].crop((0, 0, 32, len(rows))), picture)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
def test_reader_survives_any_bytes(data):
    list(CommandReader().feed(data))
