"""Registers as agencies hand them in: CSV and Excel files full of names, for two agencies that have no service."""

import csv
import json
from pathlib import Path

from openpyxl import Workbook

from contracts.citizen_number import check_digit

PENSIONS, INCOMES = "comptroller_general", "revenue"
NUMBER_HEAD, NAME_HEAD = "เลขประจำตัวประชาชน", "ชื่อ-สกุล"
"""Agencies' files say more than was agreed: the name is in a column that nobody asked for."""
_LONG = 25_000


def keep_registers_of(directory: Path) -> None:
    """Let a directory's two agencies be asked in registers that the centre keeps."""
    told = json.loads(directory.read_text("utf-8"))
    for agency in told["agencies"]:
        if agency["id"] in {PENSIONS, INCOMES}:
            del agency["base_url"]
            agency |= {"adapter": "hosted", "hosted": {"columns": {"citizen_number": NUMBER_HEAD}}}
            for request in agency["requests"]:
                del request["path"]
    directory.write_text(json.dumps(told, ensure_ascii=False), "utf-8")


def write_pensions(folder: Path, people: list[dict]) -> Path:
    return _write_csv(folder / "pensions.csv", [_pension(one, "false") for one in people])


def write_long_register(folder: Path, people: list[dict]) -> Path:
    """Write one that takes a while: the people, and many who are nobody."""
    nobody = ({"citizen_number": _number(place), "name_th": people[0]["name_th"]} for place in range(_LONG))
    return _write_csv(folder / "long.csv", [_pension(one, "true") for one in (*people, *nobody)])


def write_incomes(folder: Path, people: list[dict]) -> Path:
    """Write a workbook; its numbers are text with dashes, as officers type them."""
    facts = ("income_baht", "financial_assets_baht", "house_square_wah", "flat_square_metres")
    facts += ("farm_land_rai", "other_land_rai")
    book = Workbook()
    book.active.append([NAME_HEAD, NUMBER_HEAD, *facts])
    for one in people:
        digits = one["citizen_number"]
        dashed = f"{digits[0]}-{digits[1:5]}-{digits[5:10]}-{digits[10:12]}-{digits[12]}"
        book.active.append([_name(one), dashed, 84_000, 0, 0, 0, 0, 0])
    book.save(folder / "incomes.xlsx")
    return folder / "incomes.xlsx"


def write_faulty_registers(folder: Path, people: list[dict], not_a_person: str) -> list[Path]:
    """Write files to be refused: faulty lines; a head that is a person's line; a workbook that is none."""
    names = [_name(one) for one in people]
    numbers = [one["citizen_number"] for one in people]
    lines = [_pension(people[0], names[0]), [names[1], not_a_person, "true"], [names[2], numbers[2], numbers[2]]]
    lines += [_pension(people[0], "true"), _pension(people[0], "true"), [names[3], names[3], "true", numbers[3]]]
    headless, none = folder / "headless.xlsx", folder / "none.xlsx"
    book = Workbook()
    book.active.append([names[0], numbers[0], numbers[0]])
    book.save(headless)
    none.write_text(f"{names[0]},{numbers[0]}")
    return [_write_csv(folder / "faulty.csv", lines), headless, none]


def _pension(person: dict, receives: str) -> list[str]:
    return [_name(person), person["citizen_number"], receives]


def _name(person: dict) -> str:
    return f"{person['name_th']['first']} {person['name_th']['last']}"


def _number(place: int) -> str:
    twelve = f"39{place:010}"
    return twelve + check_digit(twelve)


def _write_csv(file: Path, lines: list[list[str]]) -> Path:
    with file.open("w", encoding="utf-8-sig", newline="") as opened:
        csv.writer(opened).writerows([[NAME_HEAD, NUMBER_HEAD, "receives_state_pension"], *lines])
    return file
