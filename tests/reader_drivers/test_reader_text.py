from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.card import Address, Birth, Name
from reader_drivers.cards.thai_address import parse_address
from reader_drivers.cards.thai_text import CardDate, decode_text, parse_birth, parse_date, parse_name
from reader_drivers.core.errors import CardUnreadableError


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"0003", "0003"),
        ("น้ำเพชร".encode("cp874").ljust(100), "น้ำเพชร"),
        (b"A\x00\x00", "A"),
        (b"\xa0A\xa0", "A"),
        (b"A\xdbB", "A\ufffdB"),
        (b"A\x1bB", "A\ufffdB"),
        (b"A\x81\xfcB", "A\ufffd\ufffdB"),
        (b"    ", ""),
    ],
)
def test_decode_text(data: bytes, text: str) -> None:
    assert decode_text(data) == text


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("นาย#ภาคภูมิ#อติชาต#ณ ตัวอย่าง", Name(prefix="นาย", first="ภาคภูมิ", middle="อติชาต", last="ณ ตัวอย่าง")),
        ("Mr.#Krit##Tha", Name(prefix="Mr.", first="Krit", last="Tha")),
        ("Mr.#Krit#Tha", Name(prefix="Mr.", first="Krit", last="Tha")),
        ("Mr.#Krit", Name(prefix="Mr.", first="Krit")),
        ("a#b#c#d#e", Name(prefix="a", first="b", middle="c", last="d e")),
        ("", Name()),
    ],
)
def test_parse_name(text: str, name: Name) -> None:
    assert parse_name(text) == name


@pytest.mark.parametrize(
    ("text", "birth", "good"),
    [
        ("25420930", Birth(year=1999, month=9, day=30), True),
        ("24960000", Birth(year=1953), True),
        ("24870400", Birth(year=1944, month=4), True),
        ("25430229", Birth(year=2000, month=2, day=29), True),
        ("25420229", Birth(year=1999, month=2), False),
        ("25421301", Birth(year=1999), False),
        ("25420032", Birth(year=1999), False),
        ("2496", Birth(year=1953), True),
        ("2496    ", Birth(year=1953), True),
    ],
)
def test_parse_birth(text: str, birth: Birth, good: bool) -> None:
    assert parse_birth(text) == (birth, good)


@pytest.mark.parametrize("text", ["", "        ", "2542093", "99999999", "00000000", "๒๕๔๒๐๙๓๐", "25x20930"])
def test_a_birth_without_a_year_is_an_error_that_names_the_field(text: str) -> None:
    with pytest.raises(CardUnreadableError) as caught:
        parse_birth(text)
    assert caught.value.step == "birth"


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("25671001", CardDate(date(2024, 10, 1))),
        ("99999999", CardDate(never=True)),
        ("25670230", CardDate()),
        ("00000000", CardDate()),
        ("", CardDate()),
        ("25670000", CardDate()),
    ],
)
def test_parse_date(text: str, result: CardDate) -> None:
    assert parse_date(text) == result


PLACE = {"subdistrict": "ในเวียง", "district": "เมืองน่าน", "province": "น่าน"}
LABELLED = "ตำบลในเวียง#อำเภอเมืองน่าน#จังหวัดน่าน"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (f"48/2#หมู่ที่ 5####{LABELLED}", Address(house="48/2", moo="5", **PLACE)),
        (f"48/2#หมู่ 5####{LABELLED}", Address(house="48/2", moo="5", **PLACE)),
        (f"48/2#ม.5####{LABELLED}", Address(house="48/2", moo="5", **PLACE)),
        (
            f"48/2#ซอยสุข 1#ตรอกวัด#หมู่ที่ 5#ถนนยาว#{LABELLED}",
            Address(house="48/2", moo="5", trok="วัด", soi="สุข 1", road="ยาว", **PLACE),
        ),
        ("1#####ต.ในเวียง#อ.เมืองน่าน#จ.น่าน", Address(house="1", **PLACE)),
        ("1#####ในเวียง#เมืองน่าน#น่าน", Address(house="1", **PLACE)),
        ("1#ในเวียง#เมืองน่าน#น่าน", Address(house="1", **PLACE)),
        (
            "1###ซอย 4#ถนนสีลม#แขวงสีลม#เขตบางรัก#กรุงเทพมหานคร",
            Address(house="1", soi="4", road="สีลม", subdistrict="สีลม", district="บางรัก", province="กรุงเทพมหานคร"),
        ),
        (f"48/2#หมู่ที่#ตรอก#ซอย#ถนน#{LABELLED}", Address(house="48/2", **PLACE)),
        (f"1#หมู่บ้านสุขใจ####{LABELLED}", Address(house="1", moo="หมู่บ้านสุขใจ", **PLACE)),
        (f"1#####ตำบลถนนหัก#{LABELLED.split('#', 1)[1]}", Address(house="1", **PLACE | {"subdistrict": "ถนนหัก"})),
        (f"1###ซอย 1#ซอย 2#{LABELLED}", Address(house="1", soi="1 2", **PLACE)),
        ("", Address()),
    ],
)
def test_parse_address(text: str, address: Address) -> None:
    assert parse_address(text) == address


@given(st.binary(max_size=160))
@settings(deadline=None)  # two cores may be busy with other work
def test_any_address_decodes(data: bytes) -> None:
    parse_address(decode_text(data))


@given(st.lists(st.sampled_from(["", "12", "ซอยก", "ถนนข", "ค", "ง จ", "ตำบลฉ"]), max_size=12))
@settings(deadline=None)  # two cores may be busy with other work
def test_no_part_of_an_address_is_lost(parts: list[str]) -> None:
    said = " ".join(parse_address("#".join(parts)).model_dump().values()).split()
    bare = " ".join(part.removeprefix("ซอย").removeprefix("ถนน").removeprefix("ตำบล") for part in parts).split()
    assert sorted(said) == sorted(bare)
