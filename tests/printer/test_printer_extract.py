from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image, ImageChops

from printer.cli import slip
from printer.extract_document import compose_extract
from printer.layout import lay_out
from printer.page import Text
from printer.raster import draw_document
from tests.support.printer_extracts import an_extract
from tests.support.printer_fakes import FACE, running_printer

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("width", [576, 384])
def test_it_says_who_made_it_from_what_for_which_law_and_that_it_is_free(width):
    items = lay_out(compose_extract(an_extract()), width, FACE.width).items
    said = " ".join(item.text for item in items if isinstance(item, Text))
    for part in (
        "ไม่เรียกเก็บเงิน",
        "free of charge",
        "เทศบาลเมืองตัวอย่าง",
        "กรมส่งเสริมและพัฒนาคุณภาพชีวิตคนพิการ",
        "21/2560",
        "นางสาวสมหญิง ตัวอย่าง",
        "9N8M-7K6J-5H",
        "118207",
        "ทางการเคลื่อนไหว",
        "ลงชื่อเจ้าหน้าที่",
    ):
        assert part in said


def test_it_is_drawn_as_the_approved_picture():
    drawn = draw_document(compose_extract(an_extract()), FACE).convert("L")
    with Image.open(GOLDEN / "extract.png") as golden:
        assert drawn.size == golden.size
        different = ImageChops.difference(drawn, golden.convert("L")).histogram()[255]
    assert different < drawn.histogram()[0] / 50


@pytest.mark.enable_socket
def test_it_is_printed_once_by_the_slips_own_way(tmp_path):
    path = tmp_path / "extract.json"
    path.write_text(an_extract().model_dump_json(), encoding="utf-8")
    with running_printer(tmp_path) as machine:
        url = f"tcp://127.0.0.1:{machine.port}"
        command = ["extract", str(path), "--printer", url, "--journal", str(tmp_path / "journal.sqlite")]
        for _ in range(2):
            done = CliRunner().invoke(slip, command)
            assert done.exit_code == 0, done.output
        assert len(machine.slips) == 1
        with Image.open(machine.slips[0]) as picture:
            drawn = draw_document(compose_extract(an_extract()), FACE)
            cropped = picture.convert("L").crop((0, 0, *drawn.size))
            assert ImageChops.difference(cropped, drawn.convert("L")).getbbox() is None


def test_what_is_no_extract_is_refused_without_its_values(tmp_path):
    path = tmp_path / "extract.json"
    path.write_text(an_extract().model_dump_json().replace('"facts"', '"fact"'), encoding="utf-8")
    refused = CliRunner().invoke(slip, ["extract", str(path), "--printer", f"png:{tmp_path}/p"])
    assert refused.exit_code == 2
    assert "facts" in refused.output
    assert "ทางการเคลื่อนไหว" not in refused.output
