"""Hostile cards: whatever they answer, a reading ends, within its plan, with a card or a declared error."""

import contextlib
import logging

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader_drivers.cards.mask import mask_trace
from reader_drivers.cards.thai_id import read_photo, read_text
from reader_drivers.core.errors import ReaderError
from reader_drivers.core.trace import Recorder, encode_trace, parse_trace
from reader_drivers.virtual.people import load_people
from tests.support.reader_cards import TINY_JPEG, TODAY, DirectCard, plain_card, with_field
from tests.support.reader_hostile import HostileCard, exercise


@given(st.binary(max_size=400))
@settings(max_examples=400, deadline=None)  # two cores may be busy with other work
def test_no_promise_is_broken(script: bytes) -> None:
    assert exercise(script) >= 3


@pytest.mark.parametrize("kind", range(256))
def test_no_promise_is_broken_by_a_card_with_one_whim(kind: int) -> None:
    assert exercise(b"\x01" + bytes([kind, 1, kind]) * 200) >= 3


@given(st.binary(max_size=300))
@settings(deadline=None)  # two cores may be busy with other work
def test_any_conversation_can_be_masked_and_written(script: bytes) -> None:
    recorder = Recorder(HostileCard(script), lambda: 0.0)
    with contextlib.suppress(ReaderError):
        read_text(recorder, TODAY)
    masked = mask_trace(recorder.trace)
    assert [len(step.data) for step in masked.steps] == [len(step.data) for step in recorder.trace.steps]
    assert parse_trace(encode_trace(masked)) == masked


@pytest.mark.parametrize("key", load_people())
def test_nothing_personal_is_logged_or_shown(
    key: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    person = load_people()[key]
    said = []
    with caplog.at_level(logging.DEBUG):
        chips = [plain_card(key), with_field(plain_card(key), 0x00D9, b"JUNK"), with_field(plain_card(key), 0, b"0009")]
        for card in [DirectCard(chip) for chip in chips] + [
            DirectCard(plain_card(key), remove_at=at) for at in range(9)
        ]:
            try:
                said += [repr(read_text(card, TODAY)), str(len(read_photo(card)))]
            except ReaderError as error:
                said += [repr(error), str(error), str(vars(error)), str(error.__cause__)]
    out, err = capfd.readouterr()
    everything = " ".join([caplog.text, out, err, *said])
    assert len(said) > 10
    for secret in (
        *(person.citizen_number, person.name_th.first, person.name_th.last, person.name_en.first, person.address.house),
        *(person.request_number, person.photo_number, person.issuer, person.laser_number or person.citizen_number),
        *(person.chip_serial, TINY_JPEG.hex(), "JUNK"),
    ):
        assert len(secret) < 4 or secret not in everything
