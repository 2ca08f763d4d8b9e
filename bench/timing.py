"""Times of many calls, and how many appends a second a log takes."""

import statistics
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

TOGETHER = 32
"""Threads that append at once: what a worker of the centre has in line."""


@dataclass(frozen=True)
class Times:
    """How long each of many calls took, in seconds."""

    taken_s: Sequence[float]

    def in_ms(self) -> dict[str, float]:
        """Return median and 99th percentile."""
        cuts = statistics.quantiles(self.taken_s, n=100)
        return {"p50_ms": round(cuts[49] * 1000, 3), "p99_ms": round(cuts[98] * 1000, 3)}


def append_together(append: Callable[[bytes], object], leaves: Iterable[bytes], seconds: float) -> dict[str, float]:
    """Append leaves one by one from many threads, each waiting until its own is durable."""
    waiting, taken, turn = iter(leaves), list[float](), threading.Lock()
    until_s = time.perf_counter() + seconds

    def one_after_another(_: int) -> None:
        while time.perf_counter() < until_s:
            with turn:
                leaf = next(waiting)
            began_s = time.perf_counter()
            append(leaf)
            taken.append(time.perf_counter() - began_s)

    began_s = time.perf_counter()
    with ThreadPoolExecutor(TOGETHER) as threads:
        list(threads.map(one_after_another, range(TOGETHER)))
    return {"per_s": round(len(taken) / (time.perf_counter() - began_s)), "threads": TOGETHER} | Times(taken).in_ms()
