"""A CUPS queue, where no better way to a printer is: it takes the bytes, and nobody knows what came of them."""

import re
import subprocess
import time
from collections.abc import Callable

from printer.errors import DeviceUnavailableError

PATIENCE_S = 20.0
"""For the queue to hand a slip on. What still waits then would come out for somebody else, so it is cancelled."""
_COMMAND_TIMEOUT_S = 10.0
_POLL_S = 0.5
_JOB = re.compile(r"request id is (\S+)")


class CupsDevice:
    """A queue of CUPS' on this machine, by its own commands; the slip goes through raw.

    Args:
        queue: Its name.
        monotonic: Clock for waiting.
        sleep: Waits for seconds.
    """

    def __init__(
        self,
        queue: str,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._queue = queue
        self._monotonic = monotonic
        self._sleep = sleep

    def keep(self, reference: str, data: bytes) -> bool:
        """Hand the slip to the queue. Always False: CUPS knows when a job left it, not whether paper came out.

        Raises:
            DeviceUnavailableError: The queue did not take the job.
        """
        said = self._run("lp", "-d", self._queue, "-o", "raw", "-t", reference, stdin=data)
        job = _JOB.search(said)
        if job is not None:
            self._see_off(job[1])
        return False

    def _see_off(self, job: str) -> None:
        deadline = self._monotonic() + PATIENCE_S
        while job in self._run("lpstat", "-W", "not-completed", "-o", self._queue).split():
            if self._monotonic() >= deadline:
                self._run("cancel", job)
                return
            self._sleep(_POLL_S)

    def _run(self, *command: str, stdin: bytes = b"") -> str:
        try:
            done = subprocess.run(
                ("env", "LC_ALL=C", *command), input=stdin, capture_output=True, check=True, timeout=_COMMAND_TIMEOUT_S
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise DeviceUnavailableError(f"the CUPS queue {self._queue} does not answer to {command[0]}") from error
        return done.stdout.decode(errors="replace")
