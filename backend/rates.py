"""How often may somebody come? One limit over all worker processes of a machine, without a database.

The generic cell rate algorithm (ITU-T I.371 annex A) keeps one time for each who comes: when he would be served next if
he came at his full rate. The times lie in shared memory, a slot for each; two that share a slot share a limit, which
with 65,536 slots is rare and strict, never lax.
"""

import mmap
import os
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fcntl import LOCK_EX, LOCK_UN, lockf
from hashlib import blake2b
from math import ceil
from pathlib import Path
from typing import Final

SLOTS: Final = 65_536
_SLOT: Final = struct.Struct("<d")
_PERIOD_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Allowance:
    """A limit: so many a minute, and so many at once.

    Attributes:
        per_minute: In the long run; 0: no limit.
        burst: At once, after a pause.
    """

    per_minute: int
    burst: int


@dataclass(frozen=True, slots=True)
class Standing:
    """What came of one attempt.

    Attributes:
        allowed: Whether it may go on.
        left: How many more may come at once now.
        wait_s: When to come again if it may not; 0 otherwise.
        allowance: The limit.
    """

    allowed: bool
    left: int
    wait_s: int
    allowance: Allowance


class RateLimiter:
    """Counts. Made after a fork, or before: the memory is shared, the lock is the file's and this process's.

    Args:
        file: Where the times lie; None for one process alone.
        clock: Seconds; the same for every process.
    """

    def __init__(self, file: Path | None = None, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._ours = threading.Lock()
        self._file: int | None = None
        size = SLOTS * _SLOT.size
        if file is None:
            self._memory = mmap.mmap(-1, size)
            return
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._file = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        os.ftruncate(self._file, size)
        self._memory = mmap.mmap(self._file, size)

    def take(self, who: str, allowance: Allowance, cost: int = 1) -> Standing:
        """Let ``who`` come, or say when he may. Nothing is counted for one who may not, or with a cost of 0."""
        if allowance.per_minute == 0:
            return Standing(allowed=True, left=allowance.burst, wait_s=0, allowance=allowance)
        interval = _PERIOD_S / allowance.per_minute
        tolerance = interval * allowance.burst
        at = _place(who)
        with self._turn(at):
            now = self._clock()
            due = float(_SLOT.unpack_from(self._memory, at)[0])
            due = now if not now <= due <= now + tolerance else due  # long ago, or from before a clock was set back
            grown = due + interval * max(cost, 1)
            ahead = grown - now
            if ahead > tolerance + 1e-9:
                return Standing(allowed=False, left=0, wait_s=max(1, ceil(ahead - tolerance)), allowance=allowance)
            if cost:
                _SLOT.pack_into(self._memory, at, grown)
        left = int((tolerance - (ahead if cost else due - now)) / interval + 1e-9)
        return Standing(allowed=True, left=left, wait_s=0, allowance=allowance)

    def close(self) -> None:
        """Let go of the memory."""
        self._memory.close()
        if self._file is not None:
            os.close(self._file)
            self._file = None

    @contextmanager
    def _turn(self, at: int) -> Iterator[None]:
        with self._ours:
            if self._file is None:
                yield
                return
            lockf(self._file, LOCK_EX, _SLOT.size, at)
            try:
                yield
            finally:
                lockf(self._file, LOCK_UN, _SLOT.size, at)


def _place(who: str) -> int:
    digest = blake2b(who.encode("utf-8", "surrogatepass"), digest_size=4).digest()
    return int.from_bytes(digest, "big") % SLOTS * _SLOT.size
