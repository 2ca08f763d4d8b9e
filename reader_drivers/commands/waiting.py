"""Commands that go on until somebody ends them."""

import signal
import threading


def stopped_politely() -> threading.Event:
    """Return what Ctrl-C and a polite kill set from now on."""
    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    signal.signal(signal.SIGINT, lambda *_: stopped.set())
    return stopped
