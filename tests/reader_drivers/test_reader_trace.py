import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.card import Birth, CardRead
from reader_drivers.cards.mask import mask_address, mask_date, mask_number, mask_photo, mask_text, mask_trace
from reader_drivers.cards.profiles import PROFILES
from reader_drivers.cards.thai_id import ThaiIdSession, read_photo, read_text
from reader_drivers.core.errors import CardRemovedError, ReaderError, TraceUnreadableError
from reader_drivers.core.jpeg import find_jpeg_end
from reader_drivers.core.trace import Recorder, Trace, encode_trace, parse_trace
from reader_drivers.virtual.card import Habits
from reader_drivers.virtual.people import load_people
from reader_drivers.virtual.photo import draw_photo
from reader_drivers.virtual.replay import DirectPort, ReplayCard
from tests.support.reader_cards import TINY_JPEG, DirectCard, plain_card, with_field

HABITS = {
    "61": Habits(),
    "direct": Habits(direct=True),
    "chunks": Habits(chunk_bytes=31),
    "6C": Habits(wrong_length_first=True),
}


def record(card: DirectCard) -> Trace:
    recorder = Recorder(card, lambda: 0.0)
    session = ThaiIdSession(recorder)
    try:
        session.read_identity()
        session.read_profile(PROFILES["nhso"])
        session.read_text()
        session.read_photo()
    except ReaderError:
        pass
    return recorder.trace


def replay(trace: Trace) -> CardRead:
    card = ReplayCard(trace)
    return read_text(DirectPort(card, card.commands_until_removal))


@pytest.mark.parametrize("habits", HABITS.values(), ids=HABITS)
@pytest.mark.parametrize("key", load_people())
def test_a_masked_trace_holds_nobody_and_reads_like_its_card(key: str, habits: Habits) -> None:
    person = load_people()[key]
    real = record(DirectCard(plain_card(key, habits, draw_photo(person))))
    masked = parse_trace(encode_trace(mask_trace(real)))
    assert [(s.command, s.status, len(s.data)) for s in masked.steps] == [
        (s.command, s.status, len(s.data)) for s in real.steps
    ]
    every_byte = b"".join(step.data for step in masked.steps)
    for secret in (
        *(
            person.citizen_number,
            person.name_en.first,
            person.name_th.last,
            person.address.house,
            person.request_number,
        ),
        *(person.address.subdistrict, person.photo_number, person.issuer_code, person.laser_number or person.key),
    ):
        assert len(secret) < 3 or secret.encode("cp874") not in every_byte
    card = replay(masked)
    assert (card.layout, card.card_type, card.expires_never) == (person.layout, person.card_type, person.expires_never)
    assert (card.birth.month is None) == (person.birth.month is None)
    filled = {name for name, value in card.address if value}
    assert filled == {name for name, value in person.address if value}
    assert re.fullmatch("X[x.]*", card.name_en.prefix)
    assert set(card.name_th.last.replace(" ", "")) <= {"ก"}
    assert (card.laser_number is None) == (person.laser_number is None)


def test_a_replayed_photo_ends_where_the_real_one_did() -> None:
    picture = TINY_JPEG[:-2] + b"\x55" * 600 + b"\x20\x20\xff\xd9"
    trace = mask_trace(record(DirectCard(plain_card(photo=picture))))
    photo = read_photo(DirectPort(ReplayCard(trace)))
    assert len(photo) == len(picture)
    assert b"JF" not in photo


@pytest.mark.parametrize("at", range(1, 12))
def test_a_card_that_left_leaves_in_its_replay_too(at: int) -> None:
    trace = mask_trace(record(DirectCard(plain_card(), remove_at=at)))
    assert trace.steps[-1].error == "card_removed"
    with pytest.raises(CardRemovedError):
        replay(trace)


def test_an_unmasked_trace_is_never_written() -> None:
    with pytest.raises(ValueError, match="masked"):
        encode_trace(record(DirectCard(plain_card())))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("hello", 1),
        ('{"trace": "another"}', 1),
        ('{"trace": "baidiao-card-trace-1", "atr": "3B"}\n{"command": "zz"}', 2),
        ('{"trace": "baidiao-card-trace-1", "atr": "3B"}\n[]', 2),
    ],
)
def test_other_files_are_no_traces(text: str, line: int) -> None:
    with pytest.raises(TraceUnreadableError) as caught:
        parse_trace(text)
    assert caught.value.line == line


def test_what_stays_and_what_goes() -> None:
    assert mask_number(b"2400100789016") == b"0000000000001"
    assert mask_number(b"24001       ") == b"00000       "
    assert mask_date(b"25420930") == b"25000101"
    assert mask_date(b"24960000") == b"25000000"
    assert mask_date(b"99999999") == b"99999999"
    assert mask_text("Mr.#กา\u0e48".encode("cp874") + b"\xdb\x80 \x00") == b"Xx.#\xa1\xa1\xa1\xdb\x80 \x00"
    bangkok = "9/1#หมู่ที่ 5#ซอยสุข 1#แขวงสีลม".encode("cp874")
    assert mask_address(bangkok).decode("cp874") == "0/0#หมู่ที่ 0#ซอยกกก 0#แขวงกกกก"
    assert mask_photo(b"\x11" * 4 + b"  ") == b"\x00" * 4 + b"  "
    assert find_jpeg_end(mask_photo(TINY_JPEG + b"   ")) == len(TINY_JPEG)


def test_a_birth_without_its_month_stays_one_in_the_replay() -> None:
    chip = with_field(plain_card(), 0x00D9, b"24990000")
    assert replay(mask_trace(record(DirectCard(chip)))).birth == Birth(year=1957)


@given(st.binary(max_size=600))
@settings(deadline=None)  # two cores may be busy with other work
def test_masks_keep_lengths(data: bytes) -> None:
    for mask in (mask_text, mask_number, mask_date, mask_address, mask_photo):
        limit = 8 if mask is mask_date else len(data)
        assert len(mask(data[:limit])) == len(data[:limit])
