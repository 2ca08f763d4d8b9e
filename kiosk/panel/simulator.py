"""The simulated panel: the firmware itself under a real MicroPython, on a pseudo-terminal as on a USB port.

For tests and demonstrations. The board's lamps, switches and keys are this object's; its serial line is ``tty``.
"""

import contextlib
import json
import os
import select
import shutil
import socket
import subprocess
import sys
import termios
import threading
import time
import tty
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kiosk.panel.image import FIRMWARE, WIRE

HEAP = "180K"
"""What MicroPython leaves free on an RP2040, about."""
WATCHDOG_S = 8.388
"""The board's own watchdog: see ``kiosk/firmware/main.py``."""
_CHUNK_BYTES = 4_096


def find_micropython() -> Path | None:
    """Return MicroPython for this computer, or None where it is not installed (it is published for x86-64 only)."""
    beside = Path(sys.executable).with_name("micropython")
    if beside.exists():
        return beside
    found = shutil.which("micropython")
    return None if found is None else Path(found)


def lay_out_flash(flash: Path) -> None:
    """Put the firmware on a flash as a new board gets it: the start files, and slot ``a``."""
    flash.mkdir(parents=True, exist_ok=True)
    for name in ("main.py", "slots.py"):
        shutil.copyfile(FIRMWARE / name, flash / name)
    for package, source in (("app", FIRMWARE / "app"), ("wire", WIRE)):
        (flash / "a" / package).mkdir(parents=True, exist_ok=True)
        for file in source.glob("*.py"):
            shutil.copyfile(file, flash / "a" / package / file.name)


class SimulatedPanel:
    """A panel in a drawer.

    Args:
        flash: Folder of the board's flash; firmware is put there when it holds none.
        link: Symbolic link to make to the pseudo-terminal, as udev makes one to a port.

    Attributes:
        state: How the board looks: pixels (hex), hertz, fan_percent, power_cut, switches, keys.
        starts: How often it was started.
        watchdog_s: The board's watchdog; begins with the first "fed", ends with the board's start.
        filter: Every byte from the host and to the host goes through here; tests make lines of all kinds of it.
    """

    def __init__(self, flash: Path, link: Path) -> None:
        self.flash = flash
        self.link = link
        self.state: dict[str, Any] = {}
        self.starts = 0
        self.watchdog_s = WATCHDOG_S
        self._fed_at_s = 0.0
        self.filter: Callable[[bool, bytes], bytes] = lambda _to_panel, data: data
        self._near, self._far = socket.socketpair()
        self._far.setblocking(False)
        self._master: int | None = None
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._process: subprocess.Popen[str] | None = None
        self._stopped = threading.Event()
        self._wishes: dict[str, Any] = {"switches": 0, "keys": 0}
        if not (flash / "slots.py").exists():
            lay_out_flash(flash)

    # The board --------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Give it power and plug it in."""
        self.plug_in()
        works = (("panel-board", self._keep_running), ("panel-line", self._pump), ("panel-dog", self._guard))
        for name, work in works:
            thread = threading.Thread(target=work, name=name, daemon=True)
            self._threads.append(thread)
            thread.start()

    def stop(self) -> None:
        """Take its power for good."""
        self._stopped.set()
        self.unplug()
        if self._process is not None:
            self._process.kill()
        for thread in self._threads:
            thread.join()
        self._near.close()
        self._far.close()

    def reset(self) -> None:
        """Take its power and give it again."""
        if self._process is not None:
            self._process.kill()

    def _keep_running(self) -> None:
        program = find_micropython()
        if program is None:
            raise FileNotFoundError("micropython")
        main = FIRMWARE / "simulator" / "main.py"
        line = self._far.fileno()
        command = [str(program), "-X", f"heapsize={HEAP}", str(main), str(self.flash.resolve()), str(line)]
        while not self._stopped.is_set():
            # Closing its input brings a broken pipe when it died with a wish unread.
            with (
                contextlib.suppress(BrokenPipeError),
                subprocess.Popen(
                    command, pass_fds=[line], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
                ) as process,
            ):
                self._fed_at_s = 0.0
                self._process = process
                self.starts += 1
                if self._stopped.is_set():
                    process.kill()
                self.wish()
                self._watch(process)
            self._wishes.pop("power_cut_after_bytes", None)
            self._stopped.wait(0.05)

    def _watch(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None  # noqa: S101  (a pipe was asked for)
        for said in process.stdout:
            if said == "fed\n":
                self._fed_at_s = time.monotonic()
            elif said.startswith("{") and said.endswith("}\n"):  # whoever is killed may leave half a line
                self.state = json.loads(said)

    def _guard(self) -> None:
        while not self._stopped.wait(0.1):
            if self._fed_at_s and time.monotonic() - self._fed_at_s > self.watchdog_s:
                self._fed_at_s = 0.0
                self.reset()

    def wish(self, **changes: Any) -> None:
        """Change what happens to the board: switches, keys, case_decicelsius, fan_stalled and the like."""
        with self._lock:
            self._wishes.update(changes)
            process = self._process
            if process is not None and process.stdin is not None and process.poll() is None:
                with contextlib.suppress(OSError, ValueError):
                    process.stdin.write(json.dumps(self._wishes) + "\n")
                    process.stdin.flush()

    def set_switch(self, switch: int, active: bool) -> None:
        """Move one of the switches."""
        bits = self._wishes["switches"] & ~(1 << switch)
        self.wish(switches=bits | active << switch)

    def press(self, key: int, held_s: float = 0.08) -> None:
        """Press and release the n-th key."""
        self.wish(keys=1 << key)
        time.sleep(held_s)
        self.wish(keys=0)

    # The line ---------------------------------------------------------------------------------------------------------

    @property
    def plugged(self) -> bool:
        """Whether the host sees a port."""
        return self._master is not None

    def plug_in(self) -> None:
        """Connect the USB plug: a port appears."""
        if self._master is None:
            master, slave = os.openpty()
            tty.setraw(slave, termios.TCSANOW)
            self.link.unlink(missing_ok=True)
            self.link.symlink_to(os.ttyname(slave))
            os.close(slave)
            os.set_blocking(master, False)
            self._master = master

    def unplug(self) -> None:
        """Pull the USB plug: the port vanishes, whoever holds it open gets an error."""
        master, self._master = self._master, None
        self.link.unlink(missing_ok=True)
        if master is not None:
            os.close(master)

    def inject(self, data: bytes) -> None:
        """Put bytes on the line to the host: noise."""
        master = self._master
        if master is not None:
            with contextlib.suppress(OSError):
                os.write(master, data)

    def _pump(self) -> None:
        near = self._near.fileno()
        while not self._stopped.is_set():
            master = self._master
            if master is None:
                self._stopped.wait(0.02)
                continue
            with contextlib.suppress(OSError, ValueError):
                ready, _, _ = select.select([master, near], [], [], 0.05)
                if master in ready:
                    self._near.sendall(self.filter(True, os.read(master, _CHUNK_BYTES)))
                if near in ready:
                    self._write(master, self.filter(False, self._near.recv(_CHUNK_BYTES)))

    def _write(self, master: int, data: bytes) -> None:
        """A host that does not read fills the port; what it misses is lost, as on a real one."""
        with contextlib.suppress(BlockingIOError):
            os.write(master, data)
