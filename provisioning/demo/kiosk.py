"""The demo's kiosk: a process of its own on the panel's relay, which can hang, lose its power and start again."""

import re
import signal
import threading
from dataclasses import dataclass

from provisioning.demo.centre import DemoCentre
from provisioning.demo.plan import KIOSK_AGENCY_ID, DemoPlan
from provisioning.demo.processes import Processes, answers

_NAME = "kiosk"


@dataclass(frozen=True, slots=True)
class Wiring:
    """What the kiosk finds at its plugs.

    Attributes:
        reader: Name of the card reader.
        panel_url: Address of its front panel; empty: none.
    """

    reader: str
    panel_url: str


class DemoKiosk:
    """One kiosk, enrolled and run through the command line as a technician would. Safe to call from any thread.

    Attributes:
        hung: It lives, but does nothing.
    """

    def __init__(self, plan: DemoPlan, processes: Processes, wiring: Wiring) -> None:
        self._plan = plan
        self._processes = processes
        self._wiring = wiring
        self._state_dir = str(plan.root / "kiosk")
        self._lock = threading.Lock()
        self.hung = False

    @property
    def running(self) -> bool:
        """Whether its process is alive, hung or not."""
        return self._processes.is_running(_NAME)

    def enrol(self, centre: DemoCentre) -> None:
        """Make it a kiosk of the centre's fleet, with a one-time claim code."""
        place = ["--place-th", "ศาลากลางตัวอย่าง ชั้น 1", "--place-en", "Tuayang town hall, ground floor"]
        claim = [*self._plan.command, "fleet", "claim", "--agency", KIOSK_AGENCY_ID, *place]
        printed = self._processes.run("making a claim code", claim, centre.environment)
        code = re.search(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4})+", printed)
        enrol = [*self._plan.command, "provision", "enrol", "--centre", self._plan.line_url]
        enrol += ["--state-dir", self._state_dir, "--claim", code.group() if code else ""]
        self._processes.run("enrolling the kiosk", enrol)

    def start(self) -> None:
        """Give it power; it is up some seconds later."""
        with self._lock:
            if self.running:
                return
            self.hung = False
            # One that hangs when the demo is killed heeds no SIGTERM.
            run = [*self._plan.command, "kiosk", "run"]
            self._processes.start(_NAME, run, self._environment(), dies_by=signal.SIGKILL)

    def wait_until_up(self) -> None:
        """Wait until its screen answers.

        Raises:
            DemoError: It did not come up.
        """
        self._processes.wait_until(_NAME, lambda: answers(f"{self._plan.kiosk_url}state"))

    def kill(self) -> None:
        """Take its power."""
        with self._lock:
            if self.running:
                self._processes.kill(_NAME)
            self.hung = False

    def hang(self) -> None:
        """Have it stand still where it is."""
        with self._lock:
            if self.running:
                self._processes.freeze(_NAME)
                self.hung = True

    def wake(self) -> None:
        """Let a hung one go on."""
        with self._lock:
            if self.running and self.hung:
                self._processes.thaw(_NAME)
            self.hung = False

    def _environment(self) -> dict[str, str]:
        return {
            "BAIDIAO_KIOSK_STATE_DIR": self._state_dir,
            "BAIDIAO_KIOSK_READER_NAME": self._wiring.reader,
            "BAIDIAO_KIOSK_SCREEN_PORT": str(self._plan.ports.kiosk),
            "BAIDIAO_KIOSK_PRINTER_URL": f"tcp://127.0.0.1:{self._plan.ports.printer}",
            "BAIDIAO_KIOSK_PANEL_URL": self._wiring.panel_url,
            "BAIDIAO_KIOSK_VISIT_FILE": str(self._plan.visit_file),
            "BAIDIAO_KIOSK_FRAME_ANCESTORS": self._plan.stage_url.rstrip("/"),
        }
