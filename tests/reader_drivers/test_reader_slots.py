import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader_drivers.core.errors import CardAbsentError, ReaderAbsentError
from reader_drivers.core.slots import CardInserted, CardRemoved, ReaderAdded, ReaderRemoved, Slot, SlotEvent, compare
from reader_drivers.pcsc.context import SlotState
from reader_drivers.pcsc.transport import choose_readers

EMPTY = Slot()
CARD = Slot(present=True, atr=b"\x3b", count=1)

looks = st.dictionaries(
    st.sampled_from("ABC"), st.builds(Slot, st.booleans(), st.booleans(), st.just(b""), st.integers(0, 3)), max_size=3
)


def test_reader_and_card_come_and_go() -> None:
    assert compare({}, {"A": EMPTY}) == [ReaderAdded("A")]
    assert compare({}, {"A": CARD}) == [ReaderAdded("A"), CardInserted("A", b"\x3b")]
    assert compare({"A": EMPTY}, {"A": CARD}) == [CardInserted("A", b"\x3b")]
    assert compare({"A": CARD}, {"A": Slot(count=2)}) == [CardRemoved("A")]
    assert compare({"A": CARD}, {}) == [CardRemoved("A"), ReaderRemoved("A")]
    assert compare({"A": CARD}, {"A": CARD}) == []


def test_a_swap_nobody_saw_is_told_by_the_count() -> None:
    now = {"A": Slot(present=True, atr=b"\x3b\x01", count=3)}
    assert compare({"A": CARD}, now) == [CardRemoved("A"), CardInserted("A", b"\x3b\x01")]


def test_a_mute_card_says_so() -> None:
    assert compare({"A": EMPTY}, {"A": Slot(present=True, mute=True)}) == [CardInserted("A", mute=True)]


@given(st.lists(looks, max_size=6))
@settings(deadline=None)  # two cores may be busy with other work
def test_a_listener_who_only_hears_events_always_knows_the_readers(seen: list[dict[str, Slot]]) -> None:
    before: dict[str, Slot] = {}
    cards: dict[str, bool] = {}
    for now in seen:
        for event in compare(before, now):
            _hear(cards, event)
        assert cards == {reader: slot.present for reader, slot in now.items()}
        before = now


def _hear(cards: dict[str, bool], event: SlotEvent) -> None:
    match event:
        case ReaderAdded(reader):
            assert reader not in cards
            cards[reader] = False
        case ReaderRemoved(reader):
            assert cards.pop(reader) is False
        case CardInserted(reader):
            assert cards[reader] is False
            cards[reader] = True
        case CardRemoved(reader):
            assert cards[reader] is True
            cards[reader] = False


def test_all_readers_with_a_card_are_chosen_unless_one_is_named() -> None:
    slots = [SlotState("Alpha 00", 0x10), SlotState("Beta 00", 0x20), SlotState("Beta 01", 0x20)]
    assert choose_readers(slots) == ["Beta 00", "Beta 01"]
    assert choose_readers(slots, "Beta 01") == ["Beta 01"]
    assert choose_readers(slots, "Beta") == ["Beta 00", "Beta 01"]
    with pytest.raises(CardAbsentError):
        choose_readers(slots, "Alpha 00")
    with pytest.raises(CardAbsentError):
        choose_readers(slots[:1])
    for nothing in (choose_readers, lambda none: choose_readers(none, "Alpha")):
        with pytest.raises(ReaderAbsentError):
            nothing([])
    with pytest.raises(ReaderAbsentError):
        choose_readers(slots, "Gamma")
