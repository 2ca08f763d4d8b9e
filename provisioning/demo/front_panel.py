"""The stage's front panel: the simulated board, and the relay through which it feeds the kiosk."""

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from kiosk.panel.events import SWITCHES, fault_names, name_of
from kiosk.panel.simulator import SimulatedPanel
from kiosk.panel.wire import messages as m

KEYS = "123456789*0#"
"""As the firmware numbers them: rows from the top, left to right."""
PRESS_S = 0.1
CHORD_S = 3.5
"""The technician's chord is three seconds (docs/panel.md, "The host's watchdog", 6)."""
_LOOK_S = 0.02


class PoweredHost(Protocol):
    """The kiosk behind the relay."""

    @property
    def hung(self) -> bool:
        """Whether it lives and does nothing."""

    @property
    def running(self) -> bool:
        """Whether it has power and runs."""

    def start(self) -> None:
        """Give it power."""

    def kill(self) -> None:
        """Take its power."""

    def hang(self) -> None:
        """Have it stand still."""

    def wake(self) -> None:
        """Let it go on."""


class StagePanel:
    """A panel whose parts the drawer moves; its relay really takes the kiosk's power. Implements ``PanelOnStage``.

    Args:
        folder: Where its flash and its serial port's link live.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._board = SimulatedPanel(folder / "flash", folder / "tty")
        self._host: PoweredHost | None = None
        self._stopped = threading.Event()
        self._relay = threading.Thread(target=self._follow_relay, name="demo-relay", daemon=True)
        self._stalled = False
        self._speed = 1

    @property
    def url(self) -> str:
        """Where the kiosk finds it."""
        return f"serial:{self._board.link}"

    def start(self, host: PoweredHost) -> None:
        """Give the panel power, and the host's power line to its relay."""
        self._host = host
        self._board.start()
        self._relay.start()

    def stop(self) -> None:
        """Take its power for good; the host keeps its own."""
        self._stopped.set()
        if self._relay.is_alive():
            self._relay.join()
        self._board.stop()

    def look(self) -> Mapping[str, object]:
        """Return how everything looks now."""
        state = self._board.state
        host = self._host
        switches = int(state.get("switches", 0))
        return {
            "pixels": state.get("pixels", ""),
            "hertz": state.get("hertz", 0),
            "pattern": name_of(m.PATTERN_NAMES, state.get("pattern", m.DARK)),
            "watchdog": name_of(m.WATCHDOG_NAMES, state.get("watchdog", m.GRACE)),
            "remaining_s": state.get("remaining_s", 0),
            "faults": fault_names(state.get("faults", 0)),
            "power_cut": state.get("power_cut", False),
            "fan_percent": state.get("fan_percent", 0),
            "fan_rpm": state.get("fan_rpm", 0),
            "fan_stalled": self._stalled,
            "case_celsius": state.get("case_decicelsius", 0) / 10,
            "switches": {name: switches >> n & 1 == 1 for n, name in enumerate(SWITCHES)},
            "keys": "".join(key for n, key in enumerate(KEYS) if int(state.get("keys", 0)) >> n & 1),
            "plugged": self._board.plugged,
            "host": "off" if host is None or not host.running else "hung" if host.hung else "running",
            "speed": self._speed,
        }

    def press(self, keys: str) -> None:
        """Press one key for a moment, or several together until they count as the technician's chord."""
        bits = sum(1 << KEYS.index(key) for key in set(keys))
        self._board.wish(keys=bits)
        self._stopped.wait(PRESS_S if len(keys) == 1 else CHORD_S)
        self._board.wish(keys=0)

    def set_switch(self, name: str, active: bool) -> None:
        """Move one of the four switches."""
        self._board.set_switch(SWITCHES.index(name), active)

    def move_card(self, inside: bool) -> None:
        """Have the slot's switch follow the card."""
        self.set_switch(SWITCHES[m.CARD_IN], inside)

    def set_air(self, case_celsius: float, fan_stalled: bool) -> None:
        """Heat or cool the case; hold the fan or let it go."""
        self._stalled = fan_stalled
        self._board.wish(case_decicelsius=round(case_celsius * 10), fan_stalled=fan_stalled)

    def plug(self, plugged: bool) -> None:
        """Push in or pull the USB plug between panel and kiosk."""
        if plugged:
            self._board.plug_in()
        else:
            self._board.unplug()

    def hang_host(self, hung: bool) -> None:
        """Have the kiosk hang, or let it go on."""
        if self._host is not None and hung:
            self._host.hang()
        elif self._host is not None:
            self._set_speed(1)
            self._host.wake()

    def hurry(self, speed: int) -> bool:
        """Let the panel's clock run faster; False while the kiosk is well: its heartbeats would seem too slow."""
        if speed > 1 and not (self._host is not None and self._host.hung):
            return False
        self._set_speed(speed)
        return True

    def _set_speed(self, speed: int) -> None:
        self._speed = speed
        self._board.wish(speed=speed)

    def _follow_relay(self) -> None:
        """The relay's contact: the kiosk has power as long as it is closed."""
        cut = False
        while not self._stopped.wait(_LOOK_S):
            opened = bool(self._board.state.get("power_cut", False))
            host = self._host
            if opened == cut or host is None:
                continue
            cut = opened
            if opened:
                self._set_speed(1)
                host.kill()
            else:
                host.start()
