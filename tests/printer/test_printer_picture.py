from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from printer.document import Verdict, compose
from printer.errors import CodeTooLargeError, DrawingUnavailableError
from printer.escpos import BAND_ROWS, RASTER, encode_slip
from printer.layout import lay_out
from printer.page import Box, Page, Text
from printer.qr import make_code
from printer.raster import draw_page, draw_slip
from printer.read_qr import find_token
from printer.thai_date import clock_time, english_date, thai_date
from printer.typeface import Style, Weight, load_typeface
from printer.virtual.commands import CommandReader
from printer.virtual.paper import Paper
from tests.support.printer_samples import four_services, one_service, undecided

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
    printed = decode(data.body + data.tail, width).slips
    assert len(printed) == 1
    assert same(printed[0].crop((0, 0, *picture.size)), picture)
    assert find_token(printed[0]) == record.answer.slip_token


def test_nothing_is_drawn_outside_the_paper():
    picture = draw_slip(four_services(), FACE)
    ink = ImageChops.invert(picture.convert("L")).getbbox()
    assert ink[0] >= 4
    assert ink[2] <= 572


def test_one_service_needs_at_most_28_centimetres():
    assert draw_slip(one_service(), FACE).height <= 280 * 8


def test_answers_text_keeps_clear_of_its_frame():
    """The dashed frame's top is six rows; under it the paper stays white before the letters' marks begin."""
    page = lay_out(compose(undecided()), 576, FACE.width)
    frame = next(item for item in page.items if isinstance(item, Box) and item.dashed)
    picture = draw_page(page, FACE).convert("L")
    below = picture.crop((frame.x + 10, frame.y + 6, frame.x + frame.width - 10, frame.y + 10))
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


def test_bands_are_low_and_blank_paper_is_fed():
    picture = Image.new("1", (576, 1000), 255)
    picture.paste(0, (10, 0, 20, 350))
    picture.paste(0, (10, 900, 20, 1000))
    data = encode_slip(picture)
    heights = [
        int.from_bytes(c.arguments[3:5], "little") for c in CommandReader().feed(data.body) if c.name == "GS v 0"
    ]
    assert heights == [100, 100, 100, 50, 100]
    assert data.body.count(RASTER) == 5
    assert len(data.body) < 450 * 72 + 200
    assert BAND_ROWS == 100


def test_refusal_names_the_package():
    error = DrawingUnavailableError("raqm", "libfribidi0")
    assert "libfribidi0" in str(error)
    assert error.debian_package == "libfribidi0"


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.binary(min_size=3, max_size=3) | st.just(b"\0\0\0"), min_size=1, max_size=320),
    st.integers(1, 4000),
)
def test_any_picture_in_any_pieces_decodes_to_itself(rows, step):
    picture = ImageChops.invert(Image.frombytes("1", (24, len(rows)), b"".join(rows)))
    data = encode_slip(picture)
    whole = data.body + data.tail
    paper, reader = Paper(24), CommandReader()
    for start in range(0, len(whole), step):
        for command in reader.feed(whole[start : start + step]):
            paper.carry_out(command)
    assert same(paper.slips[0].crop((0, 0, 24, len(rows))), picture)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
def test_reader_survives_any_bytes(data):
    list(CommandReader().feed(data))
