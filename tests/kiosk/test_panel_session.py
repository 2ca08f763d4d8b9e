"""The host's end of a session against the firmware's own core, over lines of every kind."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.panel.events import (
    Answered,
    Connected,
    Disconnected,
    KeyPressed,
    PanelEvent,
    Refused,
    SwitchChanged,
    parse_event,
)
from kiosk.panel.session import SILENT_MS, HostSession, stuff, unstuff
from kiosk.panel.signals import choose_pattern
from kiosk.panel.wire import cobs
from kiosk.panel.wire import messages as m
from kiosk.panel.wire.frames import Frame, FrameReader, encode_frame
from kiosk.visit.state import Place, State

WELCOME = m.welcome.encode(1, 1, 7, m.ALL_FEATURES, b"UNIT0001", 9, 3, 0, b"1.0.0")


def welcomed() -> HostSession:
    session = HostSession(7)
    assert session.step(0) != b""
    session.feed(encode_frame(Frame(m.HELLO | m.REPLY, 0, WELCOME)))
    assert session.connected
    return session


def sent(data: bytes) -> list[tuple[int, int, bytes]]:
    return [(frame.type, frame.sequence, frame.payload) for frame in FrameReader().feed(data)]


def test_hello_is_said_until_welcomed() -> None:
    session = HostSession(7)
    frames = [frame for _ in range(6) for frame in sent(session.step(125))]
    assert [(kind, sequence) for kind, sequence, _ in frames] == [(m.HELLO, 0)] * 3
    told = session.feed(encode_frame(Frame(m.HELLO | m.REPLY, 0, WELCOME)))
    assert told == [Connected("1.0.0", b"UNIT0001".hex(), m.ALL_FEATURES, 9, 3, False)]


def test_a_welcome_to_an_earlier_session_is_none() -> None:
    session = HostSession(8)
    assert session.feed(encode_frame(Frame(m.HELLO | m.REPLY, 0, WELCOME))) == []
    assert not session.connected


def test_a_newer_panel_s_longer_welcome_and_unknown_event_are_tolerated() -> None:
    session = HostSession(7)
    session.feed(encode_frame(Frame(m.HELLO | m.REPLY, 0, WELCOME + b"more")))
    assert session.connected
    assert session.feed(encode_frame(Frame(0x5E, 1, b"new"))) == []
    assert sent(session.step(0)) == [(m.EVENT_ACK, 1, b"")]
    assert session.feed(encode_frame(Frame(m.KEY, 2, b"5"))) == [KeyPressed("5")]


def test_an_event_told_thrice_is_one_and_acknowledged_thrice() -> None:
    session = welcomed()
    frame = encode_frame(Frame(m.SWITCHED, 1, bytes((m.CARD_IN, 1))))
    assert session.feed(frame * 3) == [SwitchChanged("card_in", True)]
    assert sent(session.step(0)) == [(m.EVENT_ACK, 1, b"")] * 3


def test_an_event_missing_breaks_the_session() -> None:
    assert welcomed().feed(encode_frame(Frame(m.KEY, 2, b"5"))) == [Disconnected("out_of_step")]


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        (m.UNKNOWN_COMMAND, Refused(m.SOUND, "unknown_command")),
        (m.NO_SESSION, Disconnected("restarted")),
        (m.OUT_OF_SEQUENCE, Disconnected("out_of_step")),
        (200, Refused(m.SOUND, "200")),
    ],
)
def test_what_a_refusal_means(reason: int, told: PanelEvent) -> None:
    session = welcomed()
    session.send(m.SOUND, b"\1")
    session.step(0)
    assert session.feed(encode_frame(Frame(m.REFUSED, 1, bytes((m.SOUND, reason))))) == [told]


def test_commands_are_repeated_answered_once_and_silence_ends_the_session() -> None:
    session = welcomed()
    session.send(m.STATUS)
    session.send(m.SOUND, b"\1")
    assert sent(session.step(0) + session.step(250)) == [(m.STATUS, 1, b""), (m.STATUS, 1, b"")]
    assert session.feed(encode_frame(Frame(m.STATUS | m.REPLY, 1, b"x")) * 2) == [Answered(m.STATUS, b"x")]
    for _ in range(SILENT_MS // 100):
        session.step(100)
    assert session.feed(b"") == [Disconnected("silent")]


@given(st.binary(max_size=600), st.integers(1, 40))
@settings(max_examples=200, deadline=None)
def test_garbage_says_nothing_and_one_good_frame_is_enough(noise: bytes, size: int) -> None:
    session = welcomed()
    data = noise + encode_frame(Frame(m.KEY, 1, b"7"))
    told = [event for at in range(0, len(data), size) for event in session.feed(data[at : at + size])]
    assert told == [KeyPressed("7")]


@given(st.binary(max_size=300))
def test_our_cobs_and_the_library_s_are_one(data: bytes) -> None:
    assert stuff(data) == cobs.stuff(data)
    assert unstuff(cobs.stuff(data)) == data
    assert unstuff(data) == cobs.unstuff(data) or not data


@given(st.integers(0, 255), st.binary(max_size=240))
def test_no_payload_breaks_the_reader_of_events(kind: int, payload: bytes) -> None:
    read: Callable[[int, bytes], PanelEvent | None] = parse_event
    event = read(kind, payload)
    assert event is None or m.SWITCHED <= kind <= m.LOST


@pytest.mark.parametrize("place", list(Place))
def test_every_place_has_a_pattern_and_a_warning_comes_first(place: Place) -> None:
    assert 0 <= choose_pattern(State(place=place)) < len(m.PATTERN_NAMES)
    assert choose_pattern(State(place=place, warned=True)) == m.TIME_WARNING


def test_the_card_is_asked_for_and_given_back_in_light() -> None:
    assert choose_pattern(State(place=Place.REST)) == m.INSERT
    assert choose_pattern(State(place=Place.TAKE_CARD)) == m.TAKE_CARD
    assert choose_pattern(State(place=Place.CENTRE_UNREACHABLE)) == m.FAULT
