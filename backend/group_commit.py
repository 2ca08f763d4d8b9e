"""Group commit: one thread a process gathers what arrives within moments and has it done at once.

Processes do not know each other; the database puts their batches in line.
"""

import os
import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Generic, TypeVar

W = TypeVar("W")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Job(Generic[W, R]):
    """Something wanted, and where its result is waited for."""

    wanted: W
    done: Future[R] = field(default_factory=Future)


class GroupCommit(Generic[W, R]):
    """The queue and its thread. The thread begins with the first job, in whichever process that happens.

    Args:
        commit: Does a batch and settles every job's future; must not raise.
        name: The thread's name.
        gather_s: How long to wait for company after the first job of a batch, in seconds.
        most: Jobs in one batch at most.
    """

    def __init__(self, commit: Callable[[Sequence[Job[W, R]]], None], name: str, gather_s: float, most: int) -> None:
        self._commit = commit
        self._name = name
        self._gather_s = gather_s
        self._most = most
        self._starting = threading.Lock()
        self._queue: queue.SimpleQueue[Job[W, R] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._pid = 0

    def submit(self, wanted: W) -> Future[R]:
        """Put something in line."""
        job: Job[W, R] = Job(wanted)
        with self._starting:
            if self._thread is None or self._pid != os.getpid():  # a forked worker inherits no threads
                self._queue, self._pid = queue.SimpleQueue(), os.getpid()
                self._thread = threading.Thread(target=self._run, args=(self._queue,), name=self._name, daemon=True)
                self._thread.start()
            self._queue.put(job)
        return job.done

    def close(self) -> None:
        """Do what is in line and end the thread."""
        with self._starting:
            thread, self._thread = self._thread, None
            if thread is not None and self._pid == os.getpid():
                self._queue.put(None)
                thread.join()

    def _run(self, line: "queue.SimpleQueue[Job[W, R] | None]") -> None:
        ending = False
        while not ending:
            batch, ending = self._gather(line)
            running = [job for job in batch if job.done.set_running_or_notify_cancel()]
            if running:
                self._commit(running)

    def _gather(self, line: "queue.SimpleQueue[Job[W, R] | None]") -> tuple[list[Job[W, R]], bool]:
        batch: list[Job[W, R]] = []
        until = None
        while len(batch) < self._most:
            try:
                job = line.get(timeout=None if until is None else max(0.0, until - time.monotonic()))
            except queue.Empty:
                break
            if job is None:
                return batch, True
            batch.append(job)
            until = until or time.monotonic() + self._gather_s
        return batch, False
