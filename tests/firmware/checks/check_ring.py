from app import tamper_ring as t
from wire import messages as m

from checks.fake_board import MemorySegments, PowerCutError


def opened(segments):
    return t.TamperRing(segments, 7)


def waiting(ring):
    return [m.record.decode(body).counter for body in ring.unacknowledged]


def check_records_come_back_after_a_restart():
    segments = MemorySegments()
    ring = opened(segments)
    ring.note(m.LID_OPENED, 0, 0, 1_700_000_000)
    ring.note(m.BACK_OPENED)
    again = opened(segments)
    first, second = (m.record.decode(body) for body in again.unacknowledged)
    assert (first.counter, first.kind, first.unix_s, first.boot) == (1, m.LID_OPENED, 1_700_000_000, 1)
    assert (second.counter, second.kind) == (2, m.BACK_OPENED)
    assert again.boot == 2
    assert again.epoch == ring.epoch == 7


def check_the_epoch_is_the_log_s_own():
    segments = MemorySegments()
    assert t.TamperRing(segments, 1).epoch == 1
    assert t.TamperRing(segments, 2).epoch == 1
    assert t.TamperRing(MemorySegments(), 2).epoch == 2


def check_acknowledged_is_forgotten_also_after_a_restart():
    segments = MemorySegments()
    ring = opened(segments)
    for _ in range(3):
        ring.note(m.LID_OPENED)
    ring.acknowledge(2)
    assert waiting(ring) == waiting(opened(segments)) == [3]
    ring.acknowledge(1)
    ring.acknowledge(99)
    assert waiting(ring) == waiting(opened(segments)) == []


def check_a_ring_that_goes_round_loses_nothing_that_waits():
    segments = MemorySegments()
    ring = opened(segments)
    for n in range(1, 1_500):
        ring.step(t.REFILL_MS)
        ring.note(m.LID_OPENED)
        if n > 20:
            ring.acknowledge(n - 20)
        if n % 50 == 0:
            assert waiting(ring) == list(range(max(1, n - 19), n + 1))
        if n % 97 == 0:
            ring = opened(segments)
            assert waiting(ring) == list(range(max(1, n - 19), n + 1)), n
    assert segments.erases > t.SEGMENTS


def check_what_comes_too_fast_is_merged_and_counted():
    ring = opened(MemorySegments())
    for _ in range(200):
        ring.note(m.LID_OPENED)
    assert len(ring.unacknowledged) == t.BURST
    ring.step(t.REFILL_MS)
    last = m.record.decode(ring.unacknowledged[-1])
    assert (last.kind, last.detail, last.value) == (m.MERGED, m.LID_OPENED, 200 - t.BURST)


def check_what_nobody_takes_is_bounded_and_counted():
    ring = opened(MemorySegments())
    for _ in range(500):
        ring.step(t.REFILL_MS)
        ring.note(m.LID_OPENED)
    assert len(ring.unacknowledged) == t.UNACKNOWLEDGED_MAX
    ring.acknowledge(ring.counter)
    ring.step(0)
    assert m.record.decode(ring.unacknowledged[0]).value == 500 - t.UNACKNOWLEDGED_MAX


def check_power_cycles_of_the_day_survive_restarts_and_rotation():
    segments = MemorySegments()
    ring = opened(segments)
    for n in range(3):
        ring.note(m.POWER_CYCLED)
        ring = opened(segments)
        assert ring.cycles_today == n + 1
    for _ in range(300):
        ring.step(t.REFILL_MS)
        ring.note(m.LID_OPENED)
    assert opened(segments).cycles_today == 3
    ring.note(m.POWER_CYCLED)  # nobody has acknowledged anything: it is merged, and counted
    assert opened(segments).cycles_today == 4
    ring.begin_day()
    assert opened(segments).cycles_today == 0


def check_the_host_s_clock_ends_the_day_through_restarts_and_rotation():
    segments = MemorySegments()
    ring = opened(segments)
    assert not ring.count_day(1_000_000)  # nothing to count
    ring.note(m.POWER_CYCLED)
    for hour in (0, 10, 23):
        assert not ring.count_day(1_000_000 + hour * 3_600)
        for _ in range(200):
            ring.step(t.REFILL_MS)
            ring.note(m.LID_OPENED)
        ring = opened(segments)
        assert (ring.cycles_today, ring.day_from) == (1, 1_000_000)
    assert ring.count_day(1_000_000 + t.DAY_S)
    ring.begin_day()
    ring.note(m.POWER_CYCLED)
    ring = opened(segments)
    assert (ring.cycles_today, ring.day_from) == (1, 0)


def check_a_clock_set_back_counts_the_day_anew():
    segments = MemorySegments()
    ring = opened(segments)
    ring.note(m.POWER_CYCLED)
    ring.count_day(2_000_000_000)  # a host without a battery-backed clock may dream of the future
    assert not ring.count_day(1_000_000)
    assert not opened(segments).count_day(1_000_000 + t.DAY_S - 1)
    assert opened(segments).count_day(1_000_000 + t.DAY_S)


def check_a_flash_that_refuses_is_a_fault_and_memory_goes_on():
    segments = MemorySegments()
    ring = opened(segments)
    segments.refuses = True
    ring.note(m.LID_OPENED)
    assert ring.failed
    assert waiting(ring) == [1]
    segments.refuses = False
    ring.note(m.BACK_OPENED)
    assert not ring.failed
    assert waiting(opened(segments)) == [1, 2]


def _do(ring, turn):
    """Note something, or every third time have the host acknowledge all but five."""
    ring.step(t.REFILL_MS)
    if turn % 3 == 2:
        ring.acknowledge(ring.counter - 5)
    else:
        ring.note(m.LID_OPENED)


def _nearly_full():
    segments = MemorySegments()
    ring = opened(segments)
    turn = 0
    while ring._generation < 2 or ring._used < t.SEGMENT_RECORDS - 4:
        _do(ring, turn)
        turn += 1
    return segments.held


def check_power_cut_at_any_byte_of_any_write():
    """Cut at every third byte of what follows a ring about to turn; nothing noted may be missing."""
    before = _nearly_full()
    for at in range(0, 420, 3):
        segments = MemorySegments()
        segments.held = dict(before)
        ring = opened(segments)
        segments.bytes_left = at
        sure = acknowledged = 0
        try:
            for turn in range(60):
                sure, acknowledged = ring.counter, ring.acknowledged
                _do(ring, turn)
            raise AssertionError("the power never failed")
        except PowerCutError:
            pass
        segments.bytes_left = -1
        again = opened(segments)
        left = waiting(again)
        # The write under way may have arrived or not; everything before it has.
        assert [one for one in left if one <= sure] == list(range(again.acknowledged + 1, sure + 1)), at
        assert again.acknowledged >= acknowledged
        assert len(left) == len(set(left))
        again.note(m.BACK_OPENED)
        last = waiting(opened(segments))
        assert last[:-1] == left
        assert last[-1] == again.counter


def check_power_cuts_again_and_again_while_a_segment_is_begun():
    segments = MemorySegments()
    ring = opened(segments)
    while ring._used < t.SEGMENT_RECORDS:
        ring.step(t.REFILL_MS)
        ring.note(m.LID_OPENED)
        if ring._used < t.SEGMENT_RECORDS:  # one more would begin the next segment
            ring.acknowledge(ring.counter - 10)
    expected = waiting(ring)
    for at in list(range(0, 200, 5)) * 2:
        segments.bytes_left = at
        try:
            opened(segments)
        except PowerCutError:
            pass
        segments.bytes_left = -1
        snapshot = MemorySegments()
        snapshot.held = dict(segments.held)
        assert waiting(opened(snapshot)) == expected, at


def check_garbage_in_flash_is_an_empty_log():
    segments = MemorySegments()
    for n in range(t.SEGMENTS):
        segments.held[n] = bytes((n * 31 + at * 7) & 255 for at in range(700))
    ring = opened(segments)
    ring.note(m.LID_OPENED)
    assert waiting(opened(segments)) == [1]
