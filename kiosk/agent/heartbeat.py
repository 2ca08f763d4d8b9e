"""Tells the fleet service that the device lives and how its parts are; jittered, lest a whole fleet beat at once."""

import random
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

import structlog

from contracts.fleet import Heartbeat
from kiosk.errors import CentreError
from kiosk.ports import Centre

JITTER = 0.1
"""Each wait is up to this share shorter or longer."""
BACKOFF_MAX_S = 600.0
_log = structlog.get_logger()


def next_wait_s(interval_s: float, failures: int, draw: float) -> float:
    """Say how long to wait before the next heartbeat. Pure.

    Args:
        interval_s: What the centre asked for, seconds.
        failures: Heartbeats that failed in a row.
        draw: A random number in [0, 1).

    Returns:
        Seconds: the interval, doubled for each failure up to ten minutes (or a longer interval), jittered.
    """
    longest_s = max(BACKOFF_MAX_S, interval_s)
    return min(interval_s * 2.0 ** min(failures, 10), longest_s) * (1 - JITTER + 2 * JITTER * draw)


class HeartbeatThread:
    """Sends a heartbeat at start and then every interval, in a thread of its own.

    Args:
        centre: Where to send it.
        observe: Makes the heartbeat of this moment.
        interval_s: Until the centre says otherwise.
    """

    def __init__(self, centre: Centre, observe: Callable[[datetime], Heartbeat], interval_s: float) -> None:
        self._centre = centre
        self._observe = observe
        self._interval_s = interval_s
        self._stopped = threading.Event()
        self._nudged = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def nudge(self) -> None:
        """Beat now: a part has failed or come back."""
        self._nudged.set()

    def stop(self) -> None:
        """End, waiting briefly for a heartbeat under way."""
        self._stopped.set()
        self._nudged.set()
        self._thread.join(timeout=2.0)

    def _run(self) -> None:
        failures = 0
        while not self._stopped.is_set():
            failures = 0 if self._beat() else failures + 1
            earliest = time.monotonic() + 1.0
            self._nudged.wait(next_wait_s(self._interval_s, failures, random.random()))  # noqa: S311  (spreads load)
            self._nudged.clear()
            self._stopped.wait(max(0.0, earliest - time.monotonic()))

    def _beat(self) -> bool:
        try:
            reply = self._centre.beat(self._observe(datetime.now(UTC)))
        except CentreError as error:
            _log.warning("heartbeat_failed", code=error.code)
            return False
        self._interval_s = float(max(1, reply.heartbeat_interval_s))
        return True
