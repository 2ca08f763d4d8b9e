"""Work done in rounds in the background: one thread a process, begun after the fork, which nobody waits for."""

import threading
from collections.abc import Callable
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

ENDING_S: Final = 5.0
_log = structlog.get_logger(__name__)


class Rounds:
    """A thread that works, pauses, and works again.

    Args:
        name: Of the thread and in logs.
        work: One round. A database that is away ends only the round: the next will see.
    """

    def __init__(self, name: str, work: Callable[[], object]) -> None:
        self._name = name
        self._work = work
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def ending(self) -> bool:
        """Whether it is to end: a long round looks now and then."""
        return self._ending.is_set()

    def start(self, every_s: float) -> None:
        """Begin; the first round comes after a first pause, in seconds."""
        self._thread = threading.Thread(target=self._run, args=(every_s,), name=self._name, daemon=True)
        self._thread.start()

    def close(self, within_s: float | None = ENDING_S) -> None:
        """End it after its present round; waits so many seconds for that at most, for ever when None."""
        self._ending.set()
        if self._thread is not None:
            self._thread.join(within_s)

    def _run(self, every_s: float) -> None:
        while not self._ending.wait(every_s):
            try:
                self._work()
            except SQLAlchemyError as error:
                _log.warning("round_failed", work=self._name, error=type(error).__name__)
