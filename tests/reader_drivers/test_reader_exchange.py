import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader_drivers.core import apdu
from reader_drivers.core.errors import CardUnreadableError
from reader_drivers.core.exchange import Exchange
from tests.support.reader_cards import ScriptedCard


class Table:
    """Answers by a table of (command, answer), in order; anything else fails the test."""

    def __init__(self, *rows: tuple[str, str], atr: str = "3B00") -> None:
        self.rows = [(bytes.fromhex(a), bytes.fromhex(b)) for a, b in rows]
        self.atr = bytes.fromhex(atr)

    def transmit(self, command: bytes) -> tuple[bytes, int, int]:
        wanted, answer = self.rows.pop(0)
        assert command == wanted
        return answer[:-2], answer[-2], answer[-1]


READ4 = "80B00000020004"


@pytest.mark.parametrize(
    ("rows", "atr"),
    [
        pytest.param([(READ4, "30303033 9000")], "3B00", id="data at once"),
        pytest.param([(READ4, "6104"), ("00C0000004", "30303033 9000")], "3B00", id="61 and GET RESPONSE"),
        pytest.param([(READ4, "6104"), ("00C0000104", "30303033 9000")], "3B6700", id="3B67 wants P2 01"),
        pytest.param([(READ4, "6102"), ("00C0000002", "3030 6102"), ("00C0000002", "3033 9000")], "3B00", id="chained"),
        pytest.param([(READ4, "3030 6102"), ("00C0000002", "3033 9000")], "3B00", id="data beside 61"),
        pytest.param(
            [(READ4, "6CFF"), ("80B000000200FF", "6104"), ("00C0000004", "30303033 9000")], "3B00", id="6C, 61"
        ),
        pytest.param(
            [(READ4, "61FF"), ("00C00000FF", "6C04"), ("00C0000004", "30303033 9000")], "3B00", id="GET RESPONSE 6C"
        ),
        pytest.param([(READ4, "6100"), ("00C0000000", "30303033 9000")], "3B00", id="61 00 asks for 256"),
    ],
)
def test_t0_habits_all_give_the_same_answer(rows: list[tuple[str, str]], atr: str) -> None:
    card = Table(*rows, atr=atr)
    exchange = Exchange(card)
    reply = exchange.send(apdu.read(0, 4))
    assert (reply.data, reply.ok) == (b"0003", True)
    assert exchange.count == len(rows)
    assert not card.rows


@pytest.mark.parametrize("status", ["6B00", "6A82", "6D00", "6F00", "9FFF", "0000"])
def test_a_refusal_is_the_reply(status: str) -> None:
    reply = Exchange(Table((READ4, status))).send(apdu.read(0, 4))
    assert (reply.ok, reply.status, reply.data) == (False, int(status, 16), b"")


def test_a_bare_header_gets_a_length() -> None:
    card = Table(("80000000", "6C17"), ("8000000017", "00" * 23 + "9000"))
    assert len(Exchange(card).send(apdu.get_laser_number()).data) == 23


@pytest.mark.parametrize(("answer", "exchanges"), [("6105", 6), ("6C05", 6), ("00 6101", 1025)])
def test_a_card_that_promises_for_ever_is_unreadable(answer: str, exchanges: int) -> None:
    exchange = Exchange(ScriptedCard(lambda _: bytes.fromhex(answer)))
    with pytest.raises(CardUnreadableError):
        exchange.send(apdu.read(0, 4))
    assert exchange.count == exchanges


def test_select_takes_61_as_success_without_fetching() -> None:
    exchange = Exchange(Table(("00A4040008A000000054480001", "610A")))
    assert exchange.select(apdu.THAI_ID_AID)
    assert exchange.count == 1


def test_a_refused_get_response_is_tried_with_the_other_p2_which_is_kept() -> None:
    first = [(READ4, "6104"), ("00C0000104", "6A86"), (READ4, "6104"), ("00C0000004", "30303033 9000")]
    card = Table(*first, (READ4, "6104"), ("00C0000004", "30303033 9000"), atr="3B6700")
    exchange = Exchange(card)
    assert [exchange.send(apdu.read(0, 4)).data for _ in range(2)] == [b"0003", b"0003"]
    assert not card.rows


def test_a_get_response_refused_both_ways_is_the_reply() -> None:
    card = Table((READ4, "6104"), ("00C0000004", "6A86"), (READ4, "6104"), ("00C0000104", "6F00"))
    assert Exchange(card).send(apdu.read(0, 4)).status == 0x6A86


def test_a_card_that_has_selected_before_means_not_found() -> None:
    good, other = "00A4040008A000000054480001", "00A4040008A000000084060002"
    exchange = Exchange(Table((good, "9000"), (other, "6A82")))
    assert exchange.select(apdu.THAI_ID_AID)
    assert not exchange.select(apdu.ADMIN_AID)


def test_data_under_a_warning_counts_and_a_bare_warning_does_not() -> None:
    assert Exchange(Table((READ4, "30303033 6282"))).send(apdu.read(0, 4)).usable
    assert not Exchange(Table((READ4, "6282"))).send(apdu.read(0, 4)).usable


def test_no_conversation_goes_on_for_ever() -> None:
    exchange = Exchange(ScriptedCard(lambda _: b"\x90\x00"))
    with contextlib.suppress(CardUnreadableError):
        while exchange.count < 20_000:
            exchange.send(apdu.read(0, 4))
    assert exchange.count == 12_000


def test_select_forgives_one_failure_not_two() -> None:
    row = "00A4040008A000000054480001"
    assert Exchange(Table((row, "6F00"), (row, "9000"))).select(apdu.THAI_ID_AID)
    assert not Exchange(Table((row, "6F00"), (row, "6A82"))).select(apdu.THAI_ID_AID)


@given(st.binary(min_size=2, max_size=40))
@settings(deadline=None)  # two cores may be busy with other work
def test_any_constant_answer_ends(answer: bytes) -> None:
    with contextlib.suppress(CardUnreadableError):
        Exchange(ScriptedCard(lambda _: answer)).send(apdu.read(0, 4))


@pytest.mark.parametrize(("offset", "length"), [(-1, 1), (0, 0), (0, 256), (0x10000, 1)])
def test_impossible_reads_are_our_own_bug(offset: int, length: int) -> None:
    with pytest.raises(ValueError, match="64 KiB"):
        apdu.read(offset, length)
