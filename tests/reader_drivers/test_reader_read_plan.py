import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader_drivers.cards import thai_fields as at
from reader_drivers.core.errors import CardUnreadableError
from reader_drivers.core.read_plan import Memory, Span, plan_reads

spans = st.lists(st.builds(Span, st.integers(0, 400), st.integers(1, 60)), max_size=6)


def fewest(points: list[int], reach: int) -> int:
    """Dynamic programming over all starts: slow, and right by definition."""
    best = {len(points): 0}
    for i in reversed(range(len(points))):
        best[i] = min(
            1 + best[next((j for j in range(i, len(points)) if points[j] >= points[i] - back + reach), len(points))]
            for back in range(reach)
            if points[i] - back >= 0
        )
    return best[0]


def test_identity_is_two_reads_to_the_photo_s_edge() -> None:
    assert plan_reads(at.IDENTITY) == (Span(0x0000, 0xFF), Span(0x00FF, 0x7C))


def test_address_and_photo_number_are_one_read() -> None:
    assert plan_reads(at.REST_OF_TEXT) == (Span(0x1579, 174),)


def test_the_whole_photo_is_twenty_one_reads() -> None:
    assert len(plan_reads([at.PHOTO])) == 21


def test_nothing_wanted_is_nothing_read() -> None:
    assert plan_reads([]) == ()


@given(spans, st.integers(5, 80))
@settings(deadline=None)  # two cores may be busy with other work
def test_covers_everything_in_order_within_the_limit(wanted: list[Span], limit: int) -> None:
    reads = plan_reads(wanted, limit)
    covered = {at for read in reads for at in range(read.offset, read.end)}
    assert all(set(range(span.offset, span.end)) <= covered for span in wanted)
    assert all(1 <= read.length <= limit for read in reads)
    assert all(a.end <= b.offset for a, b in itertools.pairwise(reads))


@given(spans, st.integers(5, 40))
@settings(deadline=None)  # two cores may be busy with other work
def test_no_plan_has_fewer_reads(wanted: list[Span], limit: int) -> None:
    points = sorted({at for span in wanted for at in range(span.offset, span.end)})
    assert len(plan_reads(wanted, limit)) == fewest(points, limit)


def test_memory_refuses_what_was_never_read() -> None:
    memory = Memory()
    memory.put(10, b"abc")
    assert memory.get(Span(11, 2)) == b"bc"
    with pytest.raises(CardUnreadableError) as caught:
        memory.get(Span(11, 3))
    assert caught.value.offset == 11
    assert "abc" not in repr(memory)
