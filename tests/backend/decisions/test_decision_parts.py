import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.decisions.initials import birth_digits, full_name, thai_initials
from backend.decisions.reference import REFERENCE_BYTES, encode_reference
from contracts.card import Birth, Name
from contracts.slip_reference import ALPHABET


@pytest.mark.parametrize(
    ("first", "last", "initials"),
    [
        ("บุญเรือน", "แสงทองดี", "บ. ส."),
        ("ใจแก้ว", "ที่รักยิ่ง", "จ. ท."),
        ("ภาคภูมิ", "ณ ตัวอย่าง", "ภ. ณ."),
        ("เอก", "", "อ."),
        ("John", "smith", "J. S."),
        ("", "", ""),
        ("-", "๑๒", ""),
    ],
)
def test_initials(first: str, last: str, initials: str) -> None:
    assert thai_initials(Name(prefix="นาย", first=first, middle="กลาง", last=last)) == initials


@given(st.binary(min_size=REFERENCE_BYTES, max_size=REFERENCE_BYTES))
def test_references_have_their_form_and_keep_fifty_bits(randomness: bytes) -> None:
    reference = encode_reference(randomness)
    groups = reference.split("-")
    assert [len(group) for group in groups] == [4, 4, 2]
    value = 0
    for character in "".join(groups):
        value = value * 32 + ALPHABET.index(character)
    assert value == int.from_bytes(randomness) >> 6


def test_references_take_seven_bytes() -> None:
    with pytest.raises(ValueError, match="seven"):
        encode_reference(b"")


def test_the_fuller_form_has_name_and_birth_as_far_as_they_are_known():
    assert full_name(Name(prefix="นาง", first="บุญเรือน", middle="", last="แสงทองดี")) == "นางบุญเรือน แสงทองดี"
    assert full_name(Name(first="John", middle="M", last="Smith")) == "John M Smith"
    assert [birth_digits(Birth(year=1953)), birth_digits(Birth(year=1953, month=4))] == ["1953", "195304"]
    assert birth_digits(Birth(year=1953, month=4, day=2)) == "19530402"
