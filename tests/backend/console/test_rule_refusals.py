"""Why a table is refused, in the officer's language."""

import pytest

from backend.console.rule_refusals import refusal_words
from backend.eligibility.errors import TableError
from backend.eligibility.loading import TABLES
from backend.eligibility.programme import parse_table

DMN = (TABLES / "old_age_allowance.dmn").read_text()


@pytest.mark.parametrize(
    ("written", "instead", "th", "en"),
    [
        (
            "[80..89]",
            "every x in y",
            "ที่ การตัดสิน เบี้ยยังชีพผู้สูงอายุ, ข้อ 8, เงื่อนไขที่ 3 (อายุ (ปีเต็ม)): อ่าน “every x in y” ไม่ออก",
            "At decision เบี้ยยังชีพผู้สูงอายุ, rule 8, input 3 (อายุ (ปีเต็ม)): “every x in y” cannot be read: a value",
        ),
        ("[80..89]", "[80..89", "อ่าน “[80..89” ได้ แต่ตั้งแต่ “…” อ่านไม่ออก", "“[80..89” can be read, but not “…”"),
        ("[80..89]", '"old"', "ข้อ 8, เงื่อนไขที่ 3 (person.age_years): ค่าในช่องไม่ใช่ชนิดของคอลัมน์นี้: number", "a number"),
        ("[80..89]", "[89..80]", "เรียงจากน้อยไปมาก", "the first not after the second"),
        ("<text>800</text>", "<text>-5</text>", "ข้อ 8: จำนวนเงินหรือรอบการจ่ายไม่ถูกต้อง", "rule 8: amount_baht or period"),
        (
            "<text>person.age_years</text>",
            "<text>registry.alive</text>",
            "typeRef must be boolean",
            "typeRef must be boolean",
        ),
        ("</definitions>", "", "ที่ ทั้งไฟล์: ไม่ใช่ XML ที่สมบูรณ์ (บรรทัดที่", "At file: not well-formed XML (line"),
    ],
)
def test_where_and_what(written, instead, th, en):
    with pytest.raises(TableError) as caught:
        parse_table(DMN.replace(written, instead).encode(), "t")
    assert th in refusal_words(caught.value, "th")
    assert en in refusal_words(caught.value, "en")
