import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.citizen_number import Category, CitizenNumber, GCode, JuristicNumber, NumberError, check_digit

SYNTHETIC_VALID = ["1101700207030", "1234545678781", "3100600445635", "1234567890121", "0994000617721"]


@pytest.mark.parametrize("digits", SYNTHETIC_VALID)
def test_known_good_numbers_are_read(digits: str) -> None:
    assert CitizenNumber.parse(digits).digits == digits


def test_wrong_check_digit_is_named() -> None:
    with pytest.raises(NumberError) as caught:
        CitizenNumber.parse("1234567890123")
    assert caught.value.reason == "check_digit"


@pytest.mark.parametrize("text", ["", "123", "12345678901211", "1234567890ab1", "๑๒๓๔๕๖๗๘๙๐๑๒๑"])
def test_wrong_form_is_named_and_not_repeated(text: str) -> None:
    with pytest.raises(NumberError) as caught:
        CitizenNumber.parse(text)
    assert caught.value.reason == "form"
    assert not text or text not in str(caught.value)


@given(st.from_regex(r"[0-9]{12}", fullmatch=True))
def test_every_first_digit_is_accepted(first_twelve: str) -> None:
    number = CitizenNumber.parse(first_twelve + check_digit(first_twelve))
    assert number.category is Category(int(first_twelve[0]))


# The third digit's weight is 11, so the check digit cannot see it.
@given(st.from_regex(r"[0-9]{12}", fullmatch=True), st.integers(0, 12).filter(lambda i: i != 2), st.integers(1, 9))
def test_one_wrong_digit_is_nearly_always_caught(first_twelve: str, place: int, shift: int) -> None:
    digits = first_twelve + check_digit(first_twelve)
    wrong = digits[:place] + str((int(digits[place]) + shift) % 10) + digits[place + 1 :]
    # Sums of remainder 0 and 10 share the check digit 1, so that pair alone slips through.
    remainders = {sum(int(d) * (13 - i) for i, d in enumerate(n[:12])) % 11 for n in (digits, wrong)}
    if remainders != {0, 10}:
        with pytest.raises(NumberError):
            CitizenNumber.parse(wrong)


def test_hyphens_and_spaces_are_allowed() -> None:
    assert CitizenNumber.parse(" 1-2345-67890-12-1 ").digits == "1234567890121"


def test_neither_repr_nor_mask_gives_the_number_away() -> None:
    number = CitizenNumber.parse("1234567890121")
    assert number.masked == "1-XXXX-XXXXX-12-1"
    assert "345" not in repr(number)
    assert number.printed == "1-2345-67890-12-1"


def test_a_juristic_number_begins_with_zero_and_is_its_own_type() -> None:
    assert JuristicNumber.parse("0994000617721") != CitizenNumber.parse("0994000617721")
    with pytest.raises(NumberError):
        JuristicNumber.parse("1234567890121")


def test_g_codes_are_read_and_masked() -> None:
    code = GCode.parse("g605500012345")
    assert code.code == "G605500012345"
    assert repr(code) == "GCode(GXXXXXXXXX345)"
    with pytest.raises(NumberError):
        GCode.parse("1605500012345")
