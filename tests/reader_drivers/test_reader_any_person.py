"""Any person the chip can hold is read back whole, whatever the card's habits."""

from datetime import date

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from contracts.card import Address, Birth, Finding, Name
from contracts.citizen_number import check_digit
from reader_drivers.cards.thai_id import read_text
from reader_drivers.virtual.card import Habits
from reader_drivers.virtual.people import Person, load_people
from tests.support.reader_cards import TODAY, DirectCard, card_of

THAI = "กขคงจชซญดตถทธนบปผฝพฟภมยรลวศษสหฬอฮะาิีึืุูเแโใไ่้๊๋์ๆฯ๑๒ "
words = st.text(THAI + "abcXYZ01.-/", min_size=1, max_size=18).map(lambda text: " ".join(text.split())).filter(bool)
LABELLED = (
    "หมู่",
    "ม.",
    "ตรอก",
    "ซอย",
    "ซ.",
    "ถนน",
    "ถ.",
    "ตำบล",
    "แขวง",
    "ต.",
    "กิ่ง",
    "อำเภอ",
    "เขต",
    "อ.",
    "จังหวัด",
    "จ.",
)
plain_words = words.filter(lambda text: not text.startswith(LABELLED))
maybe = st.one_of(st.just(""), plain_words)
names = st.builds(Name, prefix=words, first=words, middle=st.one_of(st.just(""), words), last=words)
births = st.one_of(
    st.builds(Birth, year=st.integers(1900, 2026)),
    st.builds(Birth, year=st.integers(1900, 2026), month=st.integers(1, 12)),
    st.dates(date(1900, 1, 1), TODAY).map(lambda day: Birth(year=day.year, month=day.month, day=day.day)),
)
places = st.one_of(st.just("กรุงเทพมหานคร"), plain_words)
addresses = st.builds(
    Address,
    house=plain_words,
    moo=st.one_of(st.just(""), st.integers(1, 30).map(str)),
    trok=maybe,
    soi=maybe,
    road=maybe,
    subdistrict=plain_words,
    district=plain_words,
    province=places,
)
digits = st.from_regex(r"[0-9]{12}", fullmatch=True)
habits = st.builds(
    Habits,
    direct=st.booleans(),
    chunk_bytes=st.sampled_from([1, 16, 100, 254, 255]),
    select_says_more=st.booleans(),
    select_failures=st.integers(0, 1),
    get_response_p2=st.integers(0, 1),
    wrong_length_first=st.booleans(),
    empty_reads=st.integers(0, 1),
    longest_read=st.sampled_from([20, 128, 255]),
)


@st.composite
def people(draw: st.DrawFn) -> Person:
    first_twelve = draw(digits)
    expires = draw(st.one_of(st.none(), st.dates(date(2000, 1, 1), date(2099, 12, 31))))
    changes: dict[str, object] = {
        "citizen_number": first_twelve + check_digit(first_twelve),
        "name_th": draw(names),
        "name_en": draw(names),
        "birth": draw(births),
        "sex": draw(st.sampled_from(["male", "female"])),
        "expires": expires,
        "expires_never": expires is None,
        "address": draw(addresses),
        "atr": draw(st.sampled_from(["3B", "3B67"])) + draw(st.binary(max_size=10)).hex().upper(),
        "laser_number": draw(st.one_of(st.none(), st.from_regex(r"[A-Z]{2}[0-9]{10}", fullmatch=True))),
    }
    return load_people()["mother"].model_copy(update=changes)


@given(people(), habits)
@settings(max_examples=150, deadline=None)  # two cores may be busy with other work
def test_every_field_comes_back(person: Person, habits: Habits) -> None:
    try:
        chip = card_of(person, habits)
    except ValueError:  # more than the chip's space for it
        assume(False)
    card = read_text(DirectCard(chip), TODAY)
    told = card.model_dump(include=set(Person.model_fields))
    assert told == person.model_dump(include=set(told))
    assert not {Finding.CHECK_DIGIT, Finding.UNMAPPABLE_TEXT} & set(card.findings)
