import socket
import struct
import threading
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader_drivers.core.errors import ServiceAbsentError
from reader_drivers.virtual.card import Habits, bank_card
from reader_drivers.virtual.vpcd import VirtualReader
from reader_drivers.virtual.wallet import OTHER_CARDS, find_card
from tests.support.reader_cards import plain_card

SELECT = "00A4040008A000000054480001"


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([(SELECT, "610A"), ("80B00000020004", "6104"), ("00C0000004", "303030339000")], id="usual"),
        pytest.param([(SELECT, "610A"), ("80B00004020002", "6102"), ("00C00000FF", "6C02"), ("00C0000002", "32349000")],
                     id="wrong Le is told"),
        pytest.param([(SELECT, "610A"), ("80B00000020004", "6104"), ("00C0000003", "3030306101")], id="the rest waits"),
        pytest.param([("80B00000020004", "6985")], id="nothing selected"),
        pytest.param([(SELECT, "610A"), ("80B0FFFF020004", "6B00")], id="behind the end"),
        pytest.param([(SELECT, "610A"), ("80B1000002000A", "6D00")], id="unknown instruction"),
        pytest.param([("00A4040008A000000054480099", "6A82")], id="unknown applet"),
        pytest.param([("00A4040008A000000084060002", "610A"), ("80000000", "6117")], id="administration applet"),
        pytest.param([("80CA9F7F00", "6C2D")], id="production data wants its length"),
        pytest.param([("00C0000004", "6985")], id="nothing waits"),
        pytest.param([("00", "6700")], id="no header"),
    ],
)  # fmt: skip
def test_the_card_answers_as_the_facts_say(rows: list[tuple[str, str]]) -> None:
    card = plain_card()
    for command, answer in rows:
        assert card.respond(bytes.fromhex(command)).hex().upper() == answer


def test_a_reset_forgets_the_selection() -> None:
    card = plain_card()
    card.respond(bytes.fromhex(SELECT))
    card.reset()
    assert card.respond(bytes.fromhex("80B00000020004")) == b"\x69\x85"


def test_a_bank_card_has_no_thai_applet() -> None:
    assert bank_card().respond(bytes.fromhex(SELECT)) == b"\x6a\x82"


def test_every_listed_card_can_be_had() -> None:
    assert all(find_card(key) for key in OTHER_CARDS)
    assert find_card("nobody") is None


@given(st.lists(st.binary(max_size=20), max_size=8), st.integers(1, 255))
@settings(deadline=None)
def test_any_command_gets_an_answer_with_a_status_word(commands: list[bytes], chunk: int) -> None:
    card = plain_card(habits=Habits(chunk_bytes=chunk))
    card.respond(bytes.fromhex(SELECT))
    assert all(2 <= len(card.respond(command)) <= 258 for command in commands)


class Driver:
    """vpcd's side of the socket."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self.peer: socket.socket | None = None

    def accept(self) -> None:
        self.peer, _ = self._listener.accept()
        self.peer.settimeout(5)

    def tell(self, message: str) -> None:
        assert self.peer is not None
        data = bytes.fromhex(message)
        for part in (struct.pack(">H", len(data)), data):  # as vpcd does, in two pieces
            self.peer.sendall(part)

    def ask(self, message: str) -> bytes:
        assert self.peer is not None
        self.tell(message)
        (length,) = struct.unpack(">H", self.peer.recv(2, socket.MSG_WAITALL))
        return self.peer.recv(length, socket.MSG_WAITALL)

    def gone(self) -> bool:
        assert self.peer is not None
        try:
            return self.peer.recv(1) == b""
        except ConnectionResetError:
            return True


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


@pytest.fixture
def driver(listener: socket.socket) -> Iterator[Driver]:
    driver = Driver(listener)
    yield driver
    if driver.peer is not None:
        driver.peer.close()


@pytest.fixture
def slot(listener: socket.socket) -> Iterator[VirtualReader]:
    with VirtualReader("127.0.0.1", listener.getsockname()[1]) as reader:
        yield reader


def test_controls_and_commands(slot: VirtualReader, driver: Driver) -> None:
    card = plain_card()
    slot.insert(card)
    driver.accept()
    driver.tell("01")
    assert driver.ask("04") == card.atr
    assert driver.ask(SELECT) == b"\x61\x0a"
    assert driver.ask("80B00000020004") == b"\x61\x04"
    driver.tell("02")
    assert driver.ask("80B00000020004") == b"\x69\x85"
    assert slot.occupied


def test_removal_is_at_once_also_while_a_command_is_coming(slot: VirtualReader, driver: Driver) -> None:
    slot.insert(plain_card())
    driver.accept()
    assert driver.peer is not None
    driver.peer.sendall(b"\x00\x0d\x00\xa4")
    slot.remove()
    assert driver.gone()
    assert not slot.occupied
    slot.remove()


def test_it_can_take_itself_out(slot: VirtualReader, driver: Driver) -> None:
    slot.insert(plain_card(), remove_after_apdus=1)
    driver.accept()
    assert driver.ask(SELECT) == b"\x61\x0a"
    driver.tell("80B00000020004")
    assert driver.gone()
    slot.wait()
    assert not slot.occupied


def test_a_service_that_ends_ends_the_thread(slot: VirtualReader, driver: Driver) -> None:
    before = threading.active_count()
    slot.insert(plain_card())
    driver.accept()
    assert driver.peer is not None
    driver.peer.close()
    slot.wait()
    assert threading.active_count() == before


def test_nobody_listening_is_a_typed_error(listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    listener.close()
    with pytest.raises(ServiceAbsentError):
        VirtualReader("127.0.0.1", port).insert(plain_card())
