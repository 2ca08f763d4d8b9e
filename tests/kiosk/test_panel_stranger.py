"""A host that knows the panel only from its document speaks with the real firmware."""

import itertools
import random
import struct
from collections.abc import Callable, Iterator

import pytest

from kiosk.panel.simulator import SimulatedPanel
from tests.support.panel_stranger import REFUSED, Packet, Stranger, check_sum, read_packet, stuff, unstuff

HEARTBEAT, LIGHT, SOUND, STATUS, WATCH, LOG_READ, LOG_ACK, SELF_TEST = range(0x02, 0x0A)
SWITCHED, KEY, LOGGED, WATCHDOG = 0x40, 0x41, 0x42, 0x43
UNKNOWN, MALFORMED, NO_SESSION, OUT_OF_SEQUENCE, OTHER_VERSION, NOT_NOW = range(1, 7)


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimulatedPanel]:
    folder = tmp_path_factory.mktemp("panel")
    panel = SimulatedPanel(folder / "flash", folder / "tty")
    panel.start()
    yield panel
    panel.stop()


_sessions = itertools.count(1_000)


@pytest.fixture
def host(board: SimulatedPanel) -> Iterator[Stranger]:
    board.filter = lambda _, data: data
    board.wish(switches=0, keys=0)
    with Stranger(board.link, next(_sessions)) as stranger:
        yield stranger


def refused(packet: Packet) -> tuple[int, int]:
    assert packet.type == REFUSED
    return packet.payload[0], packet.payload[1]


def test_the_document_s_example() -> None:
    frame = Packet(LIGHT, 5, b"\x03\x60").on_wire()
    assert frame == bytes.fromhex("00 03 01 03 06 05 03 60 77 67 00")
    assert check_sum(b"123456789") == 0x29B1
    assert read_packet(frame.strip(b"\0")) == Packet(LIGHT, 5, b"\x03\x60")
    for data in (b"\0", b"a" * 253, b"a" * 254 + b"\0b", bytes(range(256))):
        assert unstuff(stuff(data)) == data


def test_the_greeting_tells_what_the_panel_can(host: Stranger) -> None:
    welcome = host.greet()
    lowest, highest, session, features = struct.unpack(">BBII", welcome.payload[:10])
    unit, epoch, boot, trial, firmware = struct.unpack(">8sIHB16s", welcome.payload[10:41])
    assert (lowest, highest, session) == (1, 1, host.session)
    assert features & 127 == 127
    assert unit == b"SIMULATE"
    assert (epoch != 0, boot, trial) == (True, 1, 0)
    assert firmware.rstrip(b"\0").decode("ascii")[0].isdigit()


def test_every_command_answers_as_written(host: Stranger) -> None:
    host.greet()
    state, left_s = struct.unpack(">BH", host.ask(HEARTBEAT, struct.pack(">BI", 0, 1_800_000_000)).payload)
    assert (state, left_s) == (1, 90)
    assert host.ask(LIGHT, b"\x03\x60").payload == b""
    assert host.ask(SOUND, b"\x01").payload == b""
    assert refused(host.ask(SOUND, b"\xee")) == (SOUND, NOT_NOW)
    assert host.ask(WATCH, struct.pack(">HB", 5, 99)).payload == struct.pack(">HB", 30, 24)
    assert host.ask(WATCH, struct.pack(">HB", 90, 10)).payload == struct.pack(">HB", 90, 10)
    assert struct.unpack(">H", host.ask(SELF_TEST).payload) == (0,)
    status = host.ask(STATUS).payload
    assert len(status) == 28
    switches, watchdog, cycles, chip, case = struct.unpack(">BBBhh", status[:7])
    assert (switches, watchdog, cycles, chip, case) == (0, 1, 0, 440, 380)
    assert refused(host.ask(0x0A, b"none")) == (0x0A, NOT_NOW)
    assert refused(host.ask(0x1F)) == (0x1F, UNKNOWN)
    assert refused(host.ask(LIGHT)) == (LIGHT, MALFORMED)


def test_events_come_once_in_order_and_until_they_are_acknowledged(board: SimulatedPanel, host: Stranger) -> None:
    host.answers_events = False
    host.greet()
    board.press(4)
    host.listen(0.9)
    told = [packet for packet in host.heard if packet.type in {SWITCHED, KEY, WATCHDOG, LOGGED}]
    assert len(told) >= 3  # again every 250 ms
    assert len(set(told)) == 1  # and one at a time
    host.answers_events = True
    assert [packet.payload for packet in host.until(1, KEY)] == [b"5"]
    board.set_switch(3, True)
    assert [packet.payload for packet in host.until(1, SWITCHED)] == [b"\3\1"]
    board.press(11)
    assert [packet.payload for packet in host.until(2, KEY)] == [b"5", b"#"]


def test_the_log_is_told_in_every_session_until_acknowledged(board: SimulatedPanel, host: Stranger) -> None:
    host.greet()
    before = len(host.events)
    board.set_switch(1, True)
    host.until(1, SWITCHED)
    records = host.until(1, LOGGED)
    while struct.unpack(">IIHBBH", records[-1].payload)[3] != 2:
        records = host.until(len(records) + 1, LOGGED)
    counter = struct.unpack(">I", records[-1].payload[:4])[0]
    assert len(host.events) > before
    again = Stranger(host.tty, next(_sessions))
    with again:
        again.greet()
        while counter not in {struct.unpack(">I", one.payload[:4])[0] for one in again.events if one.type == LOGGED}:
            again.listen(0.2)
        assert again.ask(LOG_ACK, struct.pack(">I", counter)).payload == b""
        history = again.ask(LOG_READ, struct.pack(">I", counter)).payload
        assert struct.unpack(">IIHBBH", history[:14])[0] == counter
    with Stranger(host.tty, next(_sessions)) as third:
        third.greet()
        third.listen(0.5)
        assert [one for one in third.events if one.type == LOGGED] == []


def lossy(chance: random.Random) -> Callable[[bool, bytes], bytes]:
    """A line that loses, doubles and damages every fourth piece."""

    def pass_on(_: bool, data: bytes) -> bytes:
        fate = chance.randrange(12)
        if fate == 0:
            return b""
        if fate == 1:
            return data + data
        return data[: len(data) // 2] if fate == 2 else data

    return pass_on


def test_a_bad_line_costs_time_and_nothing_else(board: SimulatedPanel, host: Stranger) -> None:
    host.greet()
    board.filter = lossy(random.Random(5))
    sent = host.sent
    for n in range(40):
        assert host.ask(WATCH, struct.pack(">HB", 60 + n, 10)).payload == struct.pack(">HB", 60 + n, 10)
    assert host.sent - sent > 40
    board.filter = lambda _, data: data
    assert host.ask(STATUS).type == STATUS | 0x80


def test_a_command_sent_again_is_answered_again_and_a_leap_is_refused(host: Stranger) -> None:
    host.greet()
    first = host.ask(STATUS)
    assert host.ask_as(Packet(STATUS, 1)) == first  # the very same answer: it was not carried out again
    assert refused(host.ask_as(Packet(STATUS, 9))) == (STATUS, OUT_OF_SEQUENCE)


def test_newer_and_older_hosts_are_tolerated(board: SimulatedPanel, host: Stranger) -> None:
    assert host.greet(lowest=1, highest=7, more=b"what version 7 adds").payload[:2] == b"\1\1"
    assert host.ask(HEARTBEAT, struct.pack(">BI", 0, 0) + b"more").type == HEARTBEAT | 0x80
    assert host.ask(LIGHT, b"\x63\x00").type == LIGHT | 0x80  # a pattern of the future: shown as rest
    assert refused(host.ask_as(Packet(STATUS, 3, version=2))) == (STATUS, OTHER_VERSION)
    assert host.ask(STATUS).type == STATUS | 0x80  # it took no turn
    with Stranger(host.tty, next(_sessions)) as newer:
        assert refused(newer.greet(lowest=2, highest=7)) == (0x01, OTHER_VERSION)
    with Stranger(host.tty, 0) as nobody:
        assert refused(nobody.greet()) == (0x01, MALFORMED)
    board.reset()
    with Stranger(host.tty, next(_sessions)) as hasty:
        assert refused(hasty.ask(STATUS, within_s=8.0)) == (STATUS, NO_SESSION)
