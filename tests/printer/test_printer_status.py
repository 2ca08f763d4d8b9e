import pytest
from hypothesis import given
from hypothesis import strategies as st

from printer.answers import CLEARED, Answer, Kind, is_end_answer, read_answers
from printer.status import WORDING, Condition, PrinterStatus, is_status, parse_automatic, parse_status, summarise
from printer.virtual.server import Fault, status_byte


@pytest.mark.parametrize(
    ("query", "byte", "conditions"),
    [
        (1, 0x12, set()),
        (1, 0x16, set()),
        (1, 0x1A, {Condition.OFFLINE}),
        (2, 0x16, {Condition.COVER_OPEN}),
        (2, 0x32, {Condition.PAPER_OUT}),
        (3, 0x1A, {Condition.CUTTER_ERROR}),
        (3, 0x32, {Condition.UNRECOVERABLE}),
        (4, 0x1E, {Condition.PAPER_NEAR_END}),
        (4, 0x7E, {Condition.PAPER_NEAR_END, Condition.PAPER_OUT}),
    ],
)
def test_status_bytes(query, byte, conditions):
    assert is_status(byte)
    assert parse_status(query, byte) == conditions


def test_only_fixed_bits_make_a_status():
    assert [byte for byte in range(256) if is_status(byte)] == [
        byte for byte in range(256) if byte & 0x02 and byte & 0x10 and not byte & 0x81
    ]


def test_silence_is_never_fine():
    assert not summarise({1: 0x12, 4: None}).known_fine
    assert not summarise({}).known_fine
    assert not PrinterStatus(frozenset(), frozenset()).known_fine
    assert summarise({1: 0x12, 4: 0x12}).known_fine


def test_virtual_status_says_its_faults():
    for query in (1, 2, 3, 4):
        assert is_status(status_byte(query, frozenset(Fault)))
        assert status_byte(query, frozenset()) == 0x12


@pytest.mark.parametrize(
    ("data", "conditions"),
    [
        (b"\x10\x00\x00\x00", set()),
        (b"\x14\x00\x00\x00", set()),
        (b"\x38\x00\x00\x00", {Condition.OFFLINE, Condition.COVER_OPEN}),
        (b"\x18\x08\x00\x00", {Condition.OFFLINE, Condition.CUTTER_ERROR}),
        (b"\x18\x60\x00\x00", {Condition.OFFLINE, Condition.UNRECOVERABLE, Condition.HEAD_HOT}),
        (b"\x10\x00\x03\x00", {Condition.PAPER_NEAR_END}),
        (b"\x18\x00\x0f\x00", {Condition.OFFLINE, Condition.PAPER_NEAR_END, Condition.PAPER_OUT}),
    ],
)
def test_automatic_status(data, conditions):
    assert parse_automatic(data) == conditions
    assert read_answers(data) == ([Answer(Kind.AUTOMATIC, data)], b"")


def test_answers_are_told_apart():
    stream = b"\x12" + CLEARED + b"\x00" + b"\x10\x00\x00\x00" + b"\x11\x13" + b"\x1a"
    answers, rest = read_answers(stream)
    assert [answer.kind for answer in answers] == [Kind.STATUS, Kind.CLEARED, Kind.END, Kind.AUTOMATIC, Kind.STATUS]
    assert rest == b""


def test_what_is_not_whole_waits():
    assert read_answers(b"\x12\x10\x00") == ([Answer(Kind.STATUS, b"\x12")], b"\x10\x00")
    assert read_answers(b"\x37") == ([], b"\x37")


@given(st.binary(max_size=40), st.integers(0, 40))
def test_it_does_not_matter_how_the_bytes_are_cut(data, cut):
    first, rest = read_answers(data[:cut])
    second, left = read_answers(rest + data[cut:])
    assert (first + second, left) == read_answers(data)


def test_no_byte_answers_two_questions():
    assert not any(is_status(byte) and is_end_answer(byte) for byte in range(256))


@pytest.mark.parametrize(
    ("conditions", "chief"),
    [
        (set(), None),
        ({Condition.OFFLINE, Condition.PAPER_OUT, Condition.PAPER_NEAR_END}, Condition.PAPER_OUT),
        ({Condition.OFFLINE, Condition.COVER_OPEN}, Condition.COVER_OPEN),
        ({Condition.OFFLINE}, Condition.OFFLINE),
        ({Condition.PAPER_NEAR_END}, Condition.PAPER_NEAR_END),
    ],
)
def test_the_cause_is_told_before_being_offline_for_it(conditions, chief):
    assert PrinterStatus(frozenset(conditions), frozenset()).chief is chief


def test_automatic_status_stands_for_the_two_queries():
    assert summarise({}, frozenset()).known_fine
    assert summarise({1: None}, frozenset({Condition.COVER_OPEN})).blocking == {Condition.COVER_OPEN}


def test_every_condition_has_words_for_citizen_and_technician():
    assert set(WORDING) == set(Condition)
    for wording in WORDING.values():
        assert all((wording.citizen.th, wording.citizen.en, wording.technician.th, wording.technician.en))
