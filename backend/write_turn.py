"""SQLite has one writer at a time. Writers queue for their turn here, and are woken when it comes.

SQLite itself has them sleep and look again, up to 100 ms at a time: with several workers most of a busy centre's time
would go into that. The database's own lock still decides; this only keeps writers from meeting at it.
"""

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class WriteTurn:
    """The queue of one database file's writers, in this process and in others.

    Must be made after a fork: a lock taken through an inherited descriptor would be the parent's too.

    Args:
        database: The database file; the lock lies beside it. The kernel takes it from a process that dies.
    """

    def __init__(self, database: Path) -> None:
        self._ours = threading.Lock()  # the file's lock is the whole process's
        self._file = os.open(f"{database}-turn", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Wait for the turn and hold it."""
        with self._ours:
            fcntl.flock(self._file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        """Leave the queue."""
        os.close(self._file)


@contextmanager
def held_alone(path: Path) -> Iterator[bool]:
    """Hold a file's lock unless somebody holds it; gives whether it is held now. Waits for nobody."""
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(file)  # and with it the lock goes
