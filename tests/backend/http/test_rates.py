"""The limiter: exact over time, in several processes, and after a clock was set back."""

import subprocess
import sys
from dataclasses import dataclass

import pytest

from backend.rates import Allowance, RateLimiter

TEN = Allowance(per_minute=60, burst=10)


@dataclass
class Seconds:
    at: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clock():
    return Seconds()


def test_a_burst_then_the_steady_rate(clock):
    limiter = RateLimiter(clock=clock)
    standings = [limiter.take("a", TEN) for _ in range(11)]
    assert [one.left for one in standings[:10]] == list(range(9, -1, -1))
    assert (standings[10].allowed, standings[10].wait_s) == (False, 1)
    clock.at += 1
    assert limiter.take("a", TEN).allowed
    assert not limiter.take("a", TEN).allowed
    assert limiter.take("b", TEN).allowed
    limiter.close()


def test_a_minute_lets_through_no_more_than_the_rate_and_the_burst(clock):
    limiter = RateLimiter(clock=clock)
    through = 0
    for _ in range(6000):
        clock.at += 0.01
        through += limiter.take("a", TEN).allowed
    assert through in range(69, 71)
    limiter.close()


def test_looking_costs_nothing_and_no_limit_is_none(clock):
    limiter = RateLimiter(clock=clock)
    assert all(limiter.take("a", TEN, cost=0).allowed for _ in range(50))
    assert all(limiter.take("a", Allowance(0, 0)).allowed for _ in range(50))
    limiter.close()


def test_a_clock_set_back_locks_nobody_out(clock):
    limiter = RateLimiter(clock=clock)
    limiter.take("a", TEN)
    clock.at -= 86_400
    assert limiter.take("a", TEN).allowed
    limiter.close()


def test_processes_share_one_limit(tmp_path):
    file = tmp_path / "rates"
    program = (
        "import pathlib, sys; from backend.rates import Allowance, RateLimiter; "
        "l = RateLimiter(pathlib.Path(sys.argv[1]), lambda: 1_800_000_000.0); "
        "print(sum(l.take('a', Allowance(60, 10)).allowed for _ in range(8)))"
    )
    runs = [subprocess.run([sys.executable, "-c", program, file], capture_output=True, check=True) for _ in range(2)]
    assert [int(run.stdout) for run in runs] == [8, 2]
