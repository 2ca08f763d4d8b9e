"""The demo's child processes: started with a log each, waited for until they answer, ended in reverse order."""

import ctypes
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from provisioning.demo.errors import DemoError

_PR_SET_PDEATHSIG = 1
_STOP_PATIENCE_S = 8.0


def _die_with_parent(by: signal.Signals) -> Callable[[], None]:
    """Have the kernel end the child when its parent dies (prctl(2)): a killed demo leaves nothing behind."""
    prctl = ctypes.CDLL(None).prctl  # found before the fork: the child makes one call and touches no lock

    def ask() -> None:
        prctl(_PR_SET_PDEATHSIG, by)

    return ask


class Processes:
    """Every process the demo started, by name. Ends only those."""

    def __init__(self, log_dir: Path) -> None:
        self._log_dir = log_dir
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        # The kernel's "parent" is the thread that started the child: it must live as long as the demo.
        self._starter = ThreadPoolExecutor(1, thread_name_prefix="demo-starter")

    def start(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str] | None = None,
        *,
        dies_by: signal.Signals = signal.SIGTERM,
    ) -> None:
        """Start ``command`` in the background, its output in ``<log_dir>/<name>.log``.

        Args:
            name: Any; a name used again takes the place of the process that had it.
            command: What to run.
            environment: Variables beside this process's own.
            dies_by: The signal it gets when the demo dies. One that may be frozen then heeds SIGKILL only.
        """
        self._log_dir.mkdir(parents=True, exist_ok=True)
        with self._log_file(name).open("ab") as log:
            self._running[name] = self._starter.submit(
                subprocess.Popen,
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(environment or {})},
                process_group=0,  # its own, so that it dies with its workers when it is killed
                preexec_fn=_die_with_parent(dies_by),
            ).result()

    def run(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str] | None = None,
        *,
        typed: str | None = None,
    ) -> str:
        """Run ``command`` to its end, ``typed`` on its standard input, and return what it printed.

        Raises:
            DemoError: It failed; the last of its words are in the message.
        """
        done = subprocess.run(
            command,
            input=typed or "",
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, **(environment or {})},
        )
        if done.returncode != 0:
            words = (done.stderr or done.stdout).strip()[-1500:]
            raise DemoError(f"{name} failed (exit {done.returncode}):\n{words}", "mend what it says and start again")
        return done.stdout

    def wait_until(self, name: str, ready: Callable[[], bool], patience_s: float = 40.0) -> None:
        """Wait until ``ready()`` or the process's end.

        Raises:
            DemoError: The process ended, or was not ready in time.
        """
        end = time.monotonic() + patience_s
        while time.monotonic() < end:
            if self._running[name].poll() is not None:
                raise DemoError(f"{name} ended at once:\n{self._last_words(name)}", f"see {self._log_file(name)}")
            if ready():
                return
            time.sleep(0.1)
        raise DemoError(f"{name} was not ready within {patience_s:.0f} s", f"see {self._log_file(name)}")

    def kill(self, name: str) -> None:
        """End one process and its children at once, with no chance to tidy: what a power cut or a crash does to it."""
        os.killpg(self._running[name].pid, signal.SIGKILL)
        self._running[name].wait()

    def freeze(self, name: str) -> None:
        """Stop one process and its children where they stand: they live and do nothing, as in a machine that hangs."""
        os.killpg(self._running[name].pid, signal.SIGSTOP)

    def thaw(self, name: str) -> None:
        """Let a frozen one go on."""
        os.killpg(self._running[name].pid, signal.SIGCONT)

    def is_running(self, name: str) -> bool:
        """Say whether the named process is alive."""
        process = self._running.get(name)
        return process is not None and process.poll() is None

    def stop_all(self) -> None:
        """Ask every process to end, the youngest first; kill what has not ended after a few seconds."""
        for process in reversed(self._running.values()):
            if process.poll() is None:
                process.terminate()
                process.send_signal(signal.SIGCONT)  # a frozen one does not heed the first
        end = time.monotonic() + _STOP_PATIENCE_S
        for process in self._running.values():
            try:
                process.wait(max(0.1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._running.clear()
        self._starter.shutdown()

    def _log_file(self, name: str) -> Path:
        return self._log_dir / f"{name}.log"

    def _last_words(self, name: str) -> str:
        lines = self._log_file(name).read_text(errors="replace").splitlines()
        return "\n".join(lines[-12:])


def answers(url: str) -> bool:
    """Say whether ``url`` answers 2xx now."""
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310  (our own loopback addresses)
            return 200 <= int(answer.status) < 300
    except (urllib.error.URLError, OSError, ValueError):
        return False
