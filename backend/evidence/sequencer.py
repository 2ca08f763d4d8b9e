"""Group commit: one thread a process gathers what arrives within moments and commits it at once.

Processes do not know each other; the head row's lock (in SQLite the database's write lock) puts their batches in line.
"""

import os
import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from contracts.decision import LeafReference

AlsoCommit = Callable[[Session, tuple[LeafReference, ...]], None]
"""Adds rows to the transaction that adds the leaves. Runs on the sequencer's thread; must neither commit nor wait."""


@dataclass(frozen=True, slots=True)
class Submission:
    """Leaves that belong together, and what is to be stored with them."""

    leaves: tuple[bytes, ...]
    also: AlsoCommit | None
    done: Future[tuple[LeafReference, ...]] = field(default_factory=Future)


CommitBatch = Callable[[Sequence[Submission]], None]


class Sequencer:
    """The queue and its thread. The thread begins with the first submission, in whichever process that happens.

    Args:
        commit: Stores a batch and settles every submission's future; must not raise.
        gather_s: How long to wait for company after the first submission of a batch, in seconds.
        most: Submissions in one batch at most.
    """

    def __init__(self, commit: CommitBatch, gather_s: float, most: int) -> None:
        self._commit = commit
        self._gather_s = gather_s
        self._most = most
        self._starting = threading.Lock()
        self._queue: queue.SimpleQueue[Submission | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._pid = 0

    def submit(self, submission: Submission) -> None:
        """Put a submission in line."""
        with self._starting:
            if self._thread is None or self._pid != os.getpid():  # a forked worker inherits no threads
                self._queue, self._pid = queue.SimpleQueue(), os.getpid()
                self._thread = threading.Thread(target=self._run, args=(self._queue,), name="evidence", daemon=True)
                self._thread.start()
            self._queue.put(submission)

    def close(self) -> None:
        """Store what is in line and end the thread."""
        with self._starting:
            thread, self._thread = self._thread, None
            if thread is not None and self._pid == os.getpid():
                self._queue.put(None)
                thread.join()

    def _run(self, line: "queue.SimpleQueue[Submission | None]") -> None:
        ending = False
        while not ending:
            batch, ending = self._gather(line)
            running = [submission for submission in batch if submission.done.set_running_or_notify_cancel()]
            if running:
                self._commit(running)

    def _gather(self, line: "queue.SimpleQueue[Submission | None]") -> tuple[list[Submission], bool]:
        batch: list[Submission] = []
        until = None
        while len(batch) < self._most:
            try:
                submission = line.get(timeout=None if until is None else max(0.0, until - time.monotonic()))
            except queue.Empty:
                break
            if submission is None:
                return batch, True
            batch.append(submission)
            until = until or time.monotonic() + self._gather_s
        return batch, False
