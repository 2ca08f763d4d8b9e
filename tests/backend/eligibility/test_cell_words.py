"""What a value is that fails a cell, in words a citizen understands."""

import pytest

from backend.eligibility.cell_words import failed_words
from backend.eligibility.loading import TABLES
from backend.eligibility.programme import parse_table
from backend.eligibility.words import Catalogue

NAMES = Catalogue.model_validate_json((TABLES / "services.json").read_bytes())


@pytest.mark.parametrize(
    ("name", "cell", "th", "en"),
    [
        ("person.age_years", "< 60", "อายุของท่านตั้งแต่ 60 ปีขึ้นไป", "your age is 60 or more"),
        ("person.age_years", ">= 90", "อายุของท่านไม่ถึง 90 ปี", "your age is under 90"),
        ("person.age_years", "[60..69]", "อายุของท่านไม่อยู่ในช่วง 60–69 ปี", "your age is not from 60 to 69"),
        (
            "person.age_years",
            "(60..70)",
            "อายุของท่านไม่อยู่ในช่วง 60–70 ปี (ไม่รวม 60 และ 70)",
            "your age is not over 60 and under 70",
        ),
        ("child.age_months", "36, 48", "อายุบุตรของท่านไม่ใช่ 36 หรือ 48 เดือน", "your child's age is not 36 or 48 months"),
        (
            "revenue.income_year_baht",
            "> 100000",
            "รายได้ปีก่อนของท่านไม่เกิน 100,000 บาท",
            "your income in the year before is at most 100,000 baht",
        ),
        (
            "revenue.financial_assets_baht",
            "<= 100000",
            "ทรัพย์สินทางการเงินของท่านเกิน 100,000 บาท",
            "your financial assets are over 100,000 baht",
        ),
        (
            "welfare.newborn_birth",
            '< date("2015-10-01")',
            "บุตรของท่านเกิดตั้งแต่วันที่ 1 ต.ค. 2558",
            "your child was born on or after 1 October 2015",
        ),
        (
            "welfare.newborn_birth",
            '>= date("2015-10-01")',
            "บุตรของท่านเกิดก่อนวันที่ 1 ต.ค. 2558",
            "your child was born before 1 October 2015",
        ),
        ("registry.thai_national", "false", "ท่านมีสัญชาติไทย", "you are a Thai national"),
        ("registry.thai_national", "not(true)", "ท่านมีสัญชาติไทย", "you are a Thai national"),
        ("registry.thai_national", "true", "ท่านไม่มีสัญชาติไทย", "you are not a Thai national"),
        (
            "health.scheme",
            '"SSS", "CSMBS"',
            "สิทธิรักษาพยาบาลของท่านไม่ใช่ ประกันสังคม หรือ สวัสดิการข้าราชการ",
            "your health scheme is not social security or the civil servants' scheme",
        ),
        ("registry.card_status", 'not("normal")', "สถานะบัตรประชาชนของท่านคือ ปกติ", "your ID card's status is normal"),
        ("person.age_years", "not([60..69])", "อายุของท่านอยู่ในช่วง 60–69 ปี", "your age is from 60 to 69"),
    ],
)
def test_what_a_value_is_that_fails(name: str, cell: str, th: str, en: str) -> None:
    said = failed_words(name, cell, NAMES)
    assert (said.th, said.en) == (th, en)


@pytest.mark.parametrize("path", sorted(TABLES.glob("*.dmn")), ids=lambda path: path.stem)
def test_every_cell_and_every_row_of_the_projects_tables_has_words_in_both_languages(path) -> None:
    table = parse_table(path.read_bytes(), path.name)
    for row in table.rows:
        assert len(row.note.split(" / ")) == 2
        for column, cell in zip(table.inputs, row.cells, strict=True):
            if not cell.any_value:
                said = failed_words(column.name, cell.text, NAMES)
                assert "ไม่ตรงกับ" not in said.th
                assert not any(sign in said.th + said.en for sign in '<>[]()"=')
