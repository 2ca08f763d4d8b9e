import pytest
from click.testing import CliRunner

from backend.cli import centre
from backend.linkage.errors import DirectoryError
from backend.linkage.known_databases import parse_databases, parse_wishes

HEAD = "ref,name_th,owner_agency_th,year_be,review,renamed_from,note"


def test_rows_become_records() -> None:
    (found,) = parse_databases([HEAD, "M1-A1,ทะเบียน,กรม,2561,added,,"], "x")
    assert (found.ref, found.year_be, found.renamed_from) == ("M1-A1", 2561, "")


def test_each_wrong_row_is_named() -> None:
    with pytest.raises(DirectoryError) as caught:
        parse_databases([HEAD, "M1-3,ก,ข,,confirmed,,", "M1-4,ก,ข,17,confirmed,,", "M1-5,,ข,,lost,,"], "x")
    assert {problem.split(":")[0] for problem in caught.value.problems} == {"row 3", "row 4"}


def test_wishes_of_several_agencies_stand_together() -> None:
    rows = ["no,database_th,owner_agency_th,consumer_agency_th", "1,ก,ข,ค", "2,ก,ข,ง"]
    assert parse_wishes(rows) == {"ก": ("ค", "ง")}


def test_the_plans_databases_are_listed_with_who_wishes_for_them() -> None:
    listed = CliRunner().invoke(centre, ["directory", "databases"])
    assert listed.exit_code == 0
    assert sum(not line.startswith(" ") for line in listed.output.splitlines()) == 31
    trade_marks = listed.output.split("M1-26", 1)[1].splitlines()[1]
    assert trade_marks.strip() == "wished for by กรมส่งเสริมการค้าระหว่างประเทศ"
    assert "กรมการปกครอง" not in CliRunner().invoke(centre, ["directory", "databases", "--owner", "กรมการค้า"]).output
