"""Hosted registers: files checked line by line, kept encrypted, changed in one step, nobody's data told."""

import asyncio
import json
import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from openpyxl import Workbook

from backend.cli import centre
from backend.linkage.adapters.hosted import HostedProvider
from backend.linkage.facts import Fact
from backend.linkage.hosted.check import HeadError
from backend.linkage.hosted.sheets import SheetError
from backend.linkage.hosted.shelf import RegisterShelf
from backend.linkage.hosted.upload import Upload, take_in
from backend.linkage.ports import Facts, NotKnown
from contracts.decision import NotKnownCause
from tests.support.linkage_agencies import NUMBER, subject
from tests.support.linkage_contract import KNOWN
from tests.support.linkage_stages import HOSTED, HOSTED_HEAD, NUMBER_HEAD, OTHER

GOOD = f"{NUMBER},true,84000,2025-02-28,00/00/2496,UCS"
NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)
LINES = [
    HOSTED_HEAD,
    GOOD,
    "3550100123456,true,84000,2025-02-28,00/00/2496,UCS",
    f"{OTHER},perhaps,84000,2025-02-28,00/00/2496,UCS",
    "1-5099-00678-90-1,true,,2025-02-30,01/02/2496,GOLD",
    GOOD,
    ",true,1,2025-02-28,00/00/2496,UCS",
    "",
    "3100900567817,true,1,2025-02-28,00/00/2496,UCS,more",
]
FAULTS = [
    (3, NUMBER_HEAD, "number_invalid"),
    (4, "alive", "wrong_type"),
    (5, "child", "wrong_type"),
    (5, "income", "missing"),
    (5, "scheme", "unknown_text"),
    (6, NUMBER_HEAD, "twice"),
    (7, NUMBER_HEAD, "number_missing"),
    (9, "", "cells"),
]


@pytest.fixture
def shelf(tmp_path: Path) -> RegisterShelf:
    return RegisterShelf(tmp_path / "registers", bytes(range(32)))


def take(shelf: RegisterShelf, file: Path, **more: Any) -> tuple[bool, dict[str, Any]]:
    return take_in(HOSTED, Upload(file, date(2026, 11, 1), **more), shelf, NOW, lambda _lines, _wrong: None)


def write(folder: Path, *lines: str, encoding: str = "utf-8") -> Path:
    file = folder / "register.csv"
    file.write_text("\n".join(lines), encoding)
    return file


def ask(shelf: RegisterShelf, number: str = NUMBER, max_age_days: int | None = None) -> Facts | NotKnown:
    provider = HostedProvider(shelf, "files", HOSTED.requests[0], max_age_days, lambda: date(2026, 11, 23))
    try:
        return asyncio.run(provider.ask(subject(number), provider.offers, 1.0))
    finally:
        provider.close()


def test_every_fault_is_told_with_its_place_and_nobodys_data(tmp_path: Path, shelf: RegisterShelf) -> None:
    good, report = take(shelf, write(tmp_path, *LINES))
    assert not good
    assert sorted((one["line"], one["column"], one["code"]) for one in report["listed"]) == FAULTS
    assert (report["lines"], report["accepted"], report["refused"]) == (7, 1, 6)
    told = json.dumps(report, ensure_ascii=False)
    assert all(secret not in told for secret in (NUMBER, OTHER, "1509900678901", "84000", "perhaps", "GOLD"))


def test_quality_is_complete_correct_and_current(tmp_path: Path, shelf: RegisterShelf) -> None:
    _, report = take(shelf, write(tmp_path, *LINES[:-1]))
    assert report["complete"]["scheme"] == 1
    assert report["complete"]["income"] == 0.8333
    assert report["correct"] == 0.1667
    assert report["current"] == {"as_of": "2026-11-01", "age_days": 22}


def test_a_bad_file_leaves_the_version_before_in_use(tmp_path: Path, shelf: RegisterShelf) -> None:
    assert take(shelf, write(tmp_path, HOSTED_HEAD, GOOD))[0]
    assert ask(shelf) == KNOWN
    assert not take(shelf, write(tmp_path, *LINES))[0]
    assert ask(shelf) == KNOWN
    assert list((tmp_path / "registers" / "files").glob(".*.new")) == []
    report = shelf.report("files")
    assert report is not None
    assert report["lines"] == 1


def test_what_a_killed_upload_left_behind_is_cleared_away_a_day_later(tmp_path: Path, shelf: RegisterShelf) -> None:
    folder = tmp_path / "registers" / "files"
    folder.mkdir(parents=True)
    for name, age in ((".old.new", timedelta(hours=25)), (".other-upload.new", timedelta(hours=1))):
        (folder / name).write_bytes(b"sealed")
        written_at = (NOW - age).timestamp()
        os.utime(folder / name, (written_at, written_at))
    assert take(shelf, write(tmp_path, HOSTED_HEAD, GOOD))[0]
    assert [one.name for one in folder.glob(".*.new")] == [".other-upload.new"]
    assert ask(shelf) == KNOWN


def test_some_wrong_lines_may_be_left_out(tmp_path: Path, shelf: RegisterShelf) -> None:
    assert take(shelf, write(tmp_path, *LINES), most_wrong=0.9)[0]
    assert ask(shelf) == KNOWN
    assert ask(shelf, OTHER) == {Fact.ALIVE: False}


def test_an_open_register_sees_the_new_version_at_once(tmp_path: Path, shelf: RegisterShelf) -> None:
    provider = HostedProvider(shelf, "files", HOSTED.requests[0])

    def alive(number: str) -> object:
        told = asyncio.run(provider.ask(subject(number), frozenset({Fact.ALIVE}), 1.0))
        assert not isinstance(told, NotKnown)
        return told[Fact.ALIVE]

    for turn in range(4):
        now = NOW.replace(minute=turn)
        file = write(tmp_path, HOSTED_HEAD, GOOD.replace("true", "true" if turn % 2 else "false"))
        assert take_in(HOSTED, Upload(file, date(2026, 11, 1)), shelf, now, lambda _l, _w: None)[0]
        assert alive(NUMBER) is bool(turn % 2)
    provider.close()
    assert len(list((tmp_path / "registers" / "files").glob("*.sqlite3"))) == 2


def test_nothing_at_rest_names_a_person(tmp_path: Path, shelf: RegisterShelf) -> None:
    take(shelf, write(tmp_path, HOSTED_HEAD, GOOD))
    kept = b"".join(file.read_bytes() for file in (tmp_path / "registers").rglob("*") if file.is_file())
    assert len(kept) > 4096
    for secret in (NUMBER.encode(), b"84000", b"UCS", b"2025-02-28"):
        assert secret not in kept
    stranger = RegisterShelf(tmp_path / "registers", bytes(32))
    assert ask(stranger) == {Fact.ALIVE: False}


def test_old_content_is_not_believed(tmp_path: Path, shelf: RegisterShelf) -> None:
    take(shelf, write(tmp_path, HOSTED_HEAD, GOOD))
    assert ask(shelf, max_age_days=22) == KNOWN
    assert ask(shelf, max_age_days=21) == NotKnown(NotKnownCause.BAD_ANSWER, retryable=False, detail="too_old")


def test_a_workbook_is_read_like_a_csv_file(tmp_path: Path, shelf: RegisterShelf) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(HOSTED_HEAD.split(","))
    sheet.append([int(NUMBER), True, 84_000.0, date(2025, 2, 28), "00/00/2496", "UCS"])
    sheet.append([None] * 6)
    file = tmp_path / "register.xlsx"
    book.save(file)
    assert take(shelf, file)[0]
    assert ask(shelf) == KNOWN


def test_older_thai_programs_files_are_read(tmp_path: Path, shelf: RegisterShelf) -> None:
    file = write(tmp_path, *(line.replace(",", ";") for line in (HOSTED_HEAD, GOOD)), encoding="cp874")
    with pytest.raises(SheetError, match="is not written in utf-8-sig"):
        take(shelf, file)
    assert take(shelf, file, encoding="cp874", delimiter=";")[0]
    assert ask(shelf) == KNOWN


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04broken", b'"open'])
@pytest.mark.parametrize("name", ["register.csv", "register.xlsx"])
def test_what_is_no_sheet_is_refused(tmp_path: Path, shelf: RegisterShelf, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises((SheetError, HeadError)):
        take(shelf, tmp_path / name)


def test_wrong_columns_are_named(tmp_path: Path, shelf: RegisterShelf) -> None:
    with pytest.raises(HeadError) as caught:
        take(shelf, write(tmp_path, "alive,alive,income,child,birth", "x"))
    assert sorted(caught.value.missing) == ["scheme", NUMBER_HEAD]
    assert caught.value.twice == ("alive",)


def test_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    agency = HOSTED.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    agencies = tmp_path / "agencies.json"
    agencies.write_text(json.dumps({"version": 1, "agencies": [agency]}))
    monkeypatch.setenv("BAIDIAO_CENTRE_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("BAIDIAO_CENTRE_AGENCIES_FILE", str(agencies))

    def run(*arguments: str) -> Any:
        return CliRunner().invoke(centre, ["register", *arguments])

    file = write(tmp_path, *LINES)
    refused = run("upload", "files", str(file), "--as-of", "2026-11-01")
    assert refused.exit_code == 4, refused.output
    assert "line 5: income: empty, but needed" in refused.stdout
    assert "the version before stays in use" in refused.stderr
    assert NUMBER not in refused.output
    assert run("report", "files").exit_code == 1
    done = run("upload", "files", str(write(tmp_path, HOSTED_HEAD, GOOD)), "--as-of", "2026-11-01")
    assert done.exit_code == 0, done.output
    assert "in use now" in done.stderr
    assert "1 persons  as of 2026-11-01" in run("list").stdout
    assert json.loads(run("report", "files", "--json").stdout)["accepted"] == 1
    assert run("drop", "files", "--yes").exit_code == 0
    assert run("list").stdout == ""
    assert (
        "no agency 'other' with adapter 'hosted'" in run("upload", "other", str(file), "--as-of", "2026-11-01").output
    )
