"""All agencies at once, each in a process of its own, none outliving its keeper."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from backend.demo.errors import DemoAgencyError

_STOP_S: Final = 5.0


class StartError(DemoAgencyError):
    """An agency did not come up; it has said why on standard error.

    Attributes:
        agency_id: Which one.
    """

    def __init__(self, agency_id: str) -> None:
        super().__init__(f"{agency_id} did not start")
        self.agency_id = agency_id


class Flock:
    """The agencies' processes. Each ends when the pipe to its standard input closes, be it by ``stop`` or our death."""

    def __init__(self) -> None:
        self._processes: dict[str, subprocess.Popen[str]] = {}

    def start(
        self, agencies: Sequence[tuple[str, int]], directory: Path, host: str, *, views: bool = False
    ) -> list[str]:
        """Start agencies on ports; return each one's line about where it listens.

        Raises:
            StartError: One did not come up.
        """
        for agency_id, port in agencies:
            command = [sys.executable, "-m", "backend.demo.cli", "serve", agency_id, "--until-stdin-closes"]
            if views:
                command += ["--view", str(directory / f"{agency_id}.view.sqlite3")]
            self._processes[agency_id] = subprocess.Popen(
                [*command, "--dir", str(directory), "--host", host, "--port", str(port)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                # Out of the terminal's process group: Ctrl-C reaches the keeper alone, who then stops them in order.
                start_new_session=True,
            )
        return [self._first_line(agency_id) for agency_id in self._processes]

    def _first_line(self, agency_id: str) -> str:
        output = self._processes[agency_id].stdout
        line = output.readline() if output is not None else ""
        if not line:
            raise StartError(agency_id)
        return line.strip()

    def find_ended(self) -> list[str]:
        """Return the agencies that have ended since the last call; they are not started again."""
        ended = [agency_id for agency_id, process in self._processes.items() if process.poll() is not None]
        for agency_id in ended:
            _close(self._processes.pop(agency_id))
        return ended

    @property
    def running(self) -> int:
        """How many were running when last looked at."""
        return len(self._processes)

    def stop(self) -> None:
        """End all, politely, then by force."""
        for process in self._processes.values():
            if process.stdin is not None:
                process.stdin.close()
        for process in self._processes.values():
            try:
                process.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            _close(process)
        self._processes.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _close(process: subprocess.Popen[str]) -> None:
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()
