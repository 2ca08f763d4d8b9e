"""Keeps programs on one machine off each other's virtual slots: whoever plays with a slot holds its lock.

vpcd takes the first connection on a slot's port and leaves others hanging, so asking it would be too late.
"""

import fcntl
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from reader_drivers.virtual.vpcd import DEFAULT_PORT

SLOT_PORTS = (DEFAULT_PORT, DEFAULT_PORT + 1)
"""The ports of vpcd's two slots, as Debian's configuration has them."""


class SlotReservation:
    """One slot of vpcd, held until released or until this process ends.

    Attributes:
        port: Where its card connects.
    """

    def __init__(self, port: int, lock: int) -> None:
        self.port = port
        self._lock = lock

    @property
    def reader(self) -> str:
        """The slot's name in PC/SC."""
        return f"Virtual PCD 00 {SLOT_PORTS.index(self.port):02d}"

    def release(self) -> None:
        """Let others have the slot."""
        os.close(self._lock)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


def find_free_slot(ports: Sequence[int] = SLOT_PORTS) -> SlotReservation | None:
    """Reserve the first slot that nobody holds; None when all are held."""
    for port in ports:
        lock = _open_lock(Path(tempfile.gettempdir()) / f"baidiao-vpcd-{port}.lock")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            continue
        return SlotReservation(port, lock)
    return None


def _open_lock(path: Path) -> int:
    try:
        # Without O_CREAT: Linux refuses it on another user's file in a sticky folder (fs.protected_regular).
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return os.open(path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
