"""A board made of files and pipes, for MicroPython on a computer. Behind the same port as the real one.

Its serial line is a file descriptor, its flash a folder, its switches and lamps a line of JSON each way: whoever
started it writes what happens to the board to standard input and reads how it looks from standard output.
"""

import gc
import json
import os
import select
import sys
import time

import slots
from app.board import Board
from app.segments import FileSegments
from app.ticks import UNIX_PERIOD

TYPE_CHECKING = False
if TYPE_CHECKING:
    from app.panel import Panel

FED_EVERY_MS = 250
SHOW_EVERY_MS = 33
HEARD_MS = 150
REST_MS = 2
AMBIENT_DECICELSIUS = 380


class PowerCutError(BaseException):
    """The lights went out; nothing catches this."""


class CutSegments(FileSegments):
    """Flash whose power may fail in the middle of a write.

    Attributes:
        bytes_left: Bytes written until the power fails; negative: it does not.
    """

    bytes_left = -1

    def append(self, number: int, data: bytes) -> None:
        """Write, or a part of it."""
        if self.bytes_left < 0:
            return FileSegments.append(self, number, data)
        if len(data) < self.bytes_left:
            self.bytes_left -= len(data)
            return FileSegments.append(self, number, data)
        FileSegments.append(self, number, data[: self.bytes_left])
        raise PowerCutError


class SimulatedBoard(Board):
    """Implements the port.

    Args:
        root: The flash's folder.
        line: File descriptor of the serial line, set not to block.
        slot: Where the firmware came from.
        trial: It is not confirmed yet.

    Attributes:
        panel: Whose board it is, for those who look on: what it thinks is shown beside how the board looks.
    """

    ticks_period = UNIX_PERIOD

    def __init__(self, root: str, line: int, slot: str, trial: bool) -> None:
        self.panel: Panel | None = None
        self._speed = 1
        self._real_ms = self._now_ms = time.ticks_ms()
        self._root = root
        self._slot = slot
        self.trial = trial
        self.unit = b"SIMULATE"
        self.cause = 1
        self.segments = CutSegments(root + "/log")
        self._line = open(line, "r+b")
        self._poll = select.poll()
        self._poll.register(self._line, select.POLLIN)
        self._wishes = select.poll()
        self._wishes.register(sys.stdin, select.POLLIN)
        self._switches = 0
        self._keys = 0
        self._case = AMBIENT_DECICELSIUS
        self._stalled = False
        self._percent = 0
        self._shown_at = 0
        self._shown = ""
        self._pixels = ""
        self._hertz = 0
        self._heard, self._heard_at = 0, time.ticks_ms()
        self._cut = False
        self._fed_at = time.ticks_ms()

    def ticks_ms(self) -> int:
        real_ms = time.ticks_ms()
        self._now_ms += (real_ms - self._real_ms) * self._speed
        self._real_ms = real_ms
        return self._now_ms & (UNIX_PERIOD - 1)

    def ticks_us(self) -> int:
        return time.ticks_us()

    def feed(self) -> None:
        now = time.ticks_ms()
        if now - self._fed_at >= FED_EVERY_MS:
            self._fed_at = now
            print("fed")

    def rest(self) -> None:
        self._poll.poll(REST_MS)
        if self._wishes.poll(0):
            self._obey(sys.stdin.readline())
        now = time.ticks_ms()
        if now - self._shown_at >= SHOW_EVERY_MS:
            self._shown_at = now
            self._show_state()

    def _obey(self, line: str) -> None:
        if not line:
            raise SystemExit(0)  # whoever started us has gone
        wish = json.loads(line)
        self._switches = wish.get("switches", self._switches)
        self._keys = wish.get("keys", self._keys)
        self._case = wish.get("case_decicelsius", self._case)
        self._stalled = wish.get("fan_stalled", self._stalled)
        self._speed = wish.get("speed", self._speed)
        self.segments.bytes_left = wish.get("power_cut_after_bytes", self.segments.bytes_left)
        if wish.get("power_cut"):
            raise PowerCutError
        while wish.get("hang"):  # the board's watchdog, played by our starter, ends this
            time.sleep(1)

    def _show_state(self) -> None:
        look = {
            "pixels": self._pixels,
            "hertz": self._hertz or self._still_heard(),
            "fan_percent": self._percent,
            "power_cut": self._cut,
            "switches": self._switches,
            "keys": self._keys,
            "case_decicelsius": self._case,
        }
        panel = self.panel
        if panel is not None:
            look["pattern"] = panel.pattern
            look["watchdog"] = panel.watchdog.state
            look["remaining_s"] = panel.watchdog.remaining_s
            look["fan_rpm"] = panel.fan.rpm
            look["faults"] = panel.faults
        state = json.dumps(look)
        if state != self._shown:
            self._shown = state
            print(state)

    def _still_heard(self) -> int:
        # A key's click lasts 15 ms: who looks thirty times a second must see it all the same.
        return self._heard if time.ticks_diff(time.ticks_ms(), self._heard_at) < HEARD_MS else 0

    def random32(self) -> int:
        return int.from_bytes(os.urandom(4), "big")

    def heap_free(self) -> int:
        return gc.mem_free()

    def receive(self, most: int) -> bytes:
        if not self._poll.poll(0):
            return b""
        try:
            return self._line.read(most) or b""
        except OSError:
            return b""

    def send(self, data: bytes) -> int:
        try:
            return self._line.write(data) or 0
        except OSError:
            return 0

    def switches(self) -> int:
        return self._switches

    def keys(self) -> int:
        return self._keys

    def show(self, pixels: bytearray) -> None:
        self._pixels = pixels.hex()

    def sound(self, hertz: int) -> None:
        self._hertz = hertz
        if hertz:
            self._heard, self._heard_at = hertz, time.ticks_ms()

    def blow(self, percent: int) -> None:
        self._percent = percent

    def fan_pulses(self) -> int:
        return 0 if self._stalled else self._percent

    def chip_decicelsius(self) -> int:
        return self._case + 60

    def case_decicelsius(self) -> int:
        return self._case

    def cut_power(self, cut: bool) -> None:
        self._cut = cut

    def commit(self) -> None:
        if self.trial:
            slots.commit(self._root, self._slot)
            self.trial = False

    def enter_loader(self) -> None:
        slots.ask_for_loader(self._root)
        raise SystemExit(75)
