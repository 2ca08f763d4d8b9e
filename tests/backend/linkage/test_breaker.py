from hypothesis import given
from hypothesis import strategies as st

from backend.linkage.breaker import (
    FAILURES_TO_OPEN,
    FIRST_PAUSE_S,
    LONGEST_PAUSE_S,
    PROBE_LOST_AFTER_S,
    Breaker,
    admit,
    after_failure,
    after_success,
)


def opened(at_s: float = 0.0) -> Breaker:
    breaker = Breaker()
    for _ in range(FAILURES_TO_OPEN):
        breaker = after_failure(breaker, at_s)
    return breaker


def test_stays_closed_below_the_limit() -> None:
    breaker = Breaker()
    for _ in range(FAILURES_TO_OPEN - 1):
        breaker = after_failure(breaker, 0.0)
    assert breaker.closed
    assert admit(breaker, 0.0)[1]


def test_opens_then_admits_exactly_one_probe() -> None:
    breaker = opened()
    assert not admit(breaker, FIRST_PAUSE_S - 0.01)[1]
    breaker, asks = admit(breaker, FIRST_PAUSE_S)
    assert asks
    assert not admit(breaker, FIRST_PAUSE_S + 0.01)[1]
    assert after_success().closed


def test_a_lost_probe_is_replaced() -> None:
    breaker, _ = admit(opened(), FIRST_PAUSE_S)
    assert admit(breaker, FIRST_PAUSE_S + PROBE_LOST_AFTER_S)[1]


def test_a_failed_probe_doubles_the_pause() -> None:
    breaker, _ = admit(opened(), FIRST_PAUSE_S)
    breaker = after_failure(breaker, FIRST_PAUSE_S)
    assert not admit(breaker, FIRST_PAUSE_S + 2 * FIRST_PAUSE_S - 0.01)[1]
    assert admit(breaker, FIRST_PAUSE_S + 2 * FIRST_PAUSE_S)[1]


def test_stragglers_do_not_lengthen_the_pause() -> None:
    breaker = opened()
    for late_s in (0.1, 0.2, 0.3, 2.5):
        assert after_failure(breaker, late_s) == breaker


EVENTS = st.lists(
    st.tuples(st.sampled_from(["ask_fails", "ask_succeeds", "ask_lost"]), st.floats(0.0, 40.0)), max_size=60
)


@given(EVENTS)
def test_never_silent_for_longer_than_the_longest_pause(events: list[tuple[str, float]]) -> None:
    breaker, now_s, refused_since = Breaker(), 0.0, None
    for kind, passed_s in events:
        now_s += passed_s
        breaker, asks = admit(breaker, now_s)
        if not asks:
            refused_since = now_s if refused_since is None else refused_since
            assert now_s - refused_since < max(LONGEST_PAUSE_S, PROBE_LOST_AFTER_S)
            continue
        refused_since = None
        if kind == "ask_fails":
            breaker = after_failure(breaker, now_s)
        elif kind == "ask_succeeds":
            breaker = after_success()
            assert breaker.closed


@given(st.integers(0, 30))
def test_pauses_grow_but_are_bounded(probes: int) -> None:
    breaker, now_s = opened(), 0.0
    last_s = 0.0
    for _ in range(probes):
        assert breaker.open_until_s is not None
        pause_s = breaker.open_until_s - now_s
        assert last_s <= pause_s <= LONGEST_PAUSE_S
        last_s, now_s = pause_s, breaker.open_until_s
        breaker, asks = admit(breaker, now_s)
        assert asks
        breaker = after_failure(breaker, now_s)
