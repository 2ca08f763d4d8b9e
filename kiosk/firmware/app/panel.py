"""The panel: its parts put together, and the loop's tasks. Each task is one bounded step."""

from wire import messages as m
from wire.frames import FrameReader, encode_frame

from app import lights
from app.debounce import SWITCH_HOLD_MS, Debounce, Keypad
from app.dispatch import Dispatcher
from app.fan import Fan
from app.host_watchdog import CUT_NOW, NOTHING, HostWatchdog
from app.tamper_ring import TamperRing
from app.ticks import Every, elapsed_ms
from app.tunes import Player

RECEIVE_BYTES = 64
SEND_BYTES = 64
OUTGOING_MAX_BYTES = 1_024
FRAMES_A_STEP = 2
"""One frame is at most 247 bytes, but an empty command is nine: a flood of those must not hold the loop up."""
INPUT_MS = 5
SLOW_MS = 1_000
LEVEL = 96
"""Brightness until the host sets it: 16 pixels at 60 mA would take 960 mA of the 5 V line, this takes 140 at most."""
SELF_TEST_MS = 1_500

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wire.delivery import Outbox
    from wire.frames import Frame

    from app.board import Board

_LOGGED = {m.LID_OPEN: (m.LID_CLOSED, m.LID_OPENED), m.BACK_OPEN: (m.BACK_CLOSED, m.BACK_OPENED)}


class Panel:
    """All of it.

    Args:
        board: The hardware.
        self_test: Show the lamp test at the start.

    Attributes:
        longest_step_us: Of all tasks since the start.
        pattern: What the ring shows.
    """

    def __init__(self, board: "Board", self_test: bool = True) -> None:
        self.board = board
        self.ring = TamperRing(board.segments, board.random32())
        self.watchdog = HostWatchdog(self.ring.cycles_today)
        self.player = Player()
        self.fan = Fan()
        self.switches = Debounce(4, SWITCH_HOLD_MS)
        self.keypad = Keypad()
        self.line = Dispatcher(self)
        self.reader = FrameReader()
        self.longest_step_us = 0
        self.uptime_ms = 0
        self.faults = 0
        self.pattern = m.REST
        self._wish = m.REST
        self._level = LEVEL
        self._testing_ms = SELF_TEST_MS if self_test else 0
        self._unix_s = 0
        self._unix_ms = 0
        self._frames: list[Frame] = []
        self._outgoing = b""
        self._reported = 0
        self._case = m.UNKNOWN_TEMPERATURE
        self._shown_ms = 0
        self._hertz = 0
        self._pixels = bytearray(lights.PIXELS * 3)
        self._inputs = Every(INPUT_MS)
        self._frame = Every(lights.FRAME_MS)
        self._slow = Every(SLOW_MS)
        self._before = board.ticks_ms()
        self._told = (-1, 0)
        self._know_switches()
        self.ring.note(m.BOOTED, board.cause)
        self._tasks = (
            self._receive,
            self._answer,
            self._look,
            self._watch_host,
            self._light_up,
            self._sound,
            self._care,
            self._report,
            self._send,
        )

    def _know_switches(self) -> None:
        """A case found open at the start was opened while the panel slept, unless the log says it was open before."""
        self.switches.bits = self.board.switches()
        for switch, (closed, opened) in _LOGGED.items():
            is_open = self.switches.bits >> switch & 1 == 1
            last = 0
            for body in self.ring.recent:
                kind = m.record.decode(body).kind
                last = kind if kind in (closed, opened) else last
            if is_open != (last == opened):
                self.ring.note(opened if is_open else closed, 1)

    def step(self) -> None:
        """Go round once: let time pass, do every task."""
        board = self.board
        now = board.ticks_ms()
        elapsed = elapsed_ms(now, self._before, board.ticks_period)
        self._before = now
        self.uptime_ms += elapsed
        self._unix_ms += elapsed
        board.feed()
        for task in self._tasks:
            began = board.ticks_us()
            task(elapsed)
            took = (board.ticks_us() - began) & (board.ticks_period - 1)
            self.longest_step_us = max(self.longest_step_us, took)

    # What commands do -------------------------------------------------------------------------------------------------

    def greeted(self) -> None:
        """Begin a new session: report everything that waits, and how things are."""
        self._reported = self.ring.acknowledged
        self._told = (-1, 0)

    def set_clock(self, unix_s: int) -> None:
        """Take the host's time; 0 when it does not know."""
        if unix_s:
            self._unix_s, self._unix_ms = unix_s, 0
            if self.ring.count_day(unix_s):
                self.watchdog.begin_day()

    def unix_s(self) -> int:
        """Return the time as last told, gone on; 0 when never told."""
        return self._unix_s + self._unix_ms // 1000 if self._unix_s else 0

    def wish_light(self, pattern: int, level: int) -> None:
        """Take the host's wish; it is shown unless the panel has something more urgent to show."""
        if pattern in lights.PATTERNS:
            self._wish = pattern
        else:
            self._wish = m.REST  # of a newer host: better a calm ring than a wrong one
        self._level = level or LEVEL

    def test(self) -> int:
        """Begin the lamp test and return the faults known."""
        self._testing_ms = SELF_TEST_MS
        self.player.play(m.CLICK)
        return self.faults

    def status(self) -> bytes:
        """Return the payload of STATUS."""
        return m.status.encode(
            self.switches.bits,
            self.watchdog.state,
            self.watchdog.cycles_today,
            self.board.chip_decicelsius(),
            self._case,
            self.fan.percent,
            self.fan.rpm,
            self.pattern,
            self.faults,
            self.uptime_ms // 1000,
            self.longest_step_us,
            self.board.heap_free(),
            min(self.reader.damaged, 65_535),
            len(self.ring.unacknowledged),
        )

    # Tasks ------------------------------------------------------------------------------------------------------------

    def _receive(self, _: int) -> None:
        if len(self._frames) < FRAMES_A_STEP:
            data = self.board.receive(RECEIVE_BYTES)
            if data:
                self._frames.extend(self.reader.feed(data))

    def _answer(self, _: int) -> None:
        for _n in range(min(FRAMES_A_STEP, len(self._frames))):
            reply = self.line.take(self._frames.pop(0))
            if len(self._outgoing) + len(reply) <= OUTGOING_MAX_BYTES:
                self._outgoing += reply  # else the host does not read; it will ask again

    def _look(self, elapsed: int) -> None:
        passed = self._inputs.passed_ms(elapsed)
        if not passed:
            return
        changed = self.switches.take(self.board.switches(), passed)
        for switch in range(4):
            if changed >> switch & 1:
                self._switched(switch, self.switches.bits >> switch & 1)
        key, chord = self.keypad.take(self.board.keys(), passed)
        if key:
            self.player.play(m.CLICK)
            self._tell(m.KEY, m.key.encode(key))
        if chord:
            self.watchdog.suspend()
            self.player.play(m.ATTENTION)

    def _switched(self, switch: int, active: int) -> None:
        if switch in _LOGGED:
            self.ring.note(_LOGGED[switch][active], 0, 0, self.unix_s())
        self._tell(m.SWITCHED, m.switched.encode(switch, active))

    def _tell(self, kind: int, payload: bytes) -> None:
        """Queue an event. Without a session nobody listens, and a key pressed then means nothing later."""
        if self.line.session:
            self.line.events.put(kind, payload)

    def _watch_host(self, elapsed: int) -> None:
        action = self.watchdog.step(elapsed)
        if self.watchdog.new_day:  # first of all: the cut that waited for it is already of the new day
            self.watchdog.new_day = False
            self.ring.begin_day()
        if action == CUT_NOW:
            # Written first: should the panel itself lose power now, the limit a day still counts this one.
            self.ring.note(m.POWER_CYCLED, 0, self.watchdog.cycles_today, self.unix_s())
            self.line.session = 0
        if action != NOTHING:
            self.board.cut_power(action == CUT_NOW)

    def _light_up(self, elapsed: int) -> None:
        passed = self._frame.passed_ms(elapsed)
        if not passed:
            return
        self._testing_ms = max(0, self._testing_ms - passed)
        pattern = self._choose()
        self._shown_ms = (self._shown_ms + passed) % lights.LOOP_MS if pattern == self.pattern else 0
        self.pattern = pattern
        if self._testing_ms:
            self._show_test()
        else:
            lights.render(pattern, self._shown_ms, self._level, self._pixels)
        self.board.show(self._pixels)

    def _choose(self) -> int:
        """Return the most urgent: a technician at work, an open case, a restart to come, then the host's wish."""
        state = self.watchdog.state
        if state == m.SUSPENDED:
            return m.SERVICE
        if self.switches.bits & (1 << m.LID_OPEN | 1 << m.BACK_OPEN):
            return m.TAMPER
        if state in (m.WARNING, m.CUT):
            return m.HOST_LOST
        if state == m.EXHAUSTED:
            return m.FAULT
        if state == m.HOST_UPDATING:
            return m.UPDATING
        return self._wish

    def _show_test(self) -> None:
        """Every pixel in each of its colours, one after another, so that a dead one is seen."""
        channel = self._testing_ms * 3 // (SELF_TEST_MS + 1)
        for n in range(len(self._pixels)):
            self._pixels[n] = LEVEL if n % 3 == channel else 0

    def _sound(self, elapsed: int) -> None:
        hertz = self.player.take(elapsed)
        if hertz != self._hertz:
            self._hertz = hertz
            self.board.sound(hertz)

    def _care(self, elapsed: int) -> None:
        passed = self._slow.passed_ms(elapsed)
        if not passed:
            return
        self.ring.step(passed, self.unix_s())
        self._case = self.board.case_decicelsius()
        self.board.blow(self.fan.take(self._case, self.board.fan_pulses(), passed))
        self.faults = (
            (m.FAULT_FLASH if self.ring.failed else 0)
            | (m.FAULT_FAN if self.fan.stalled else 0)
            | (m.FAULT_CASE_SENSOR if self._case == m.UNKNOWN_TEMPERATURE else 0)
            | (m.FAULT_HOT if self.fan.hot else 0)
            | (m.FAULT_KEY_STUCK if self.keypad.stuck else 0)
        )

    def _report(self, elapsed: int) -> None:
        if not self.line.session:
            return
        events = self.line.events
        self._report_state(events)
        if len(events) == 0:
            self._report_record()
        if events.dropped and not events.full:
            events.put(m.LOST, m.lost.encode(min(events.dropped, 65_535)))
            events.dropped = 0
        frame = events.due(elapsed)
        if frame is not None and len(self._outgoing) < OUTGOING_MAX_BYTES // 2:
            self._outgoing += encode_frame(frame)

    def _report_state(self, events: "Outbox") -> None:
        """The watchdog's state and the faults are told when they change; a newer value needs no older one."""
        state, faults = self._told
        if state != self.watchdog.state and len(events) == 0:
            self._told = (self.watchdog.state, faults)
            events.put(m.WATCHDOG, m.watchdog.encode(self.watchdog.state, self.watchdog.remaining_s))
        elif faults != self.faults and len(events) == 0:
            self._told = (state, self.faults)
            events.put(m.FAULTS, m.faults.encode(self.faults))

    def _report_record(self) -> None:
        for body in self.ring.unacknowledged:
            counter = int.from_bytes(body[:4], "big")
            if counter > self._reported:
                self._reported = counter
                self.line.events.put(m.LOGGED, body)
                return

    def _send(self, _: int) -> None:
        if self._outgoing:
            taken = self.board.send(self._outgoing[:SEND_BYTES])
            self._outgoing = self._outgoing[taken:]
        elif self.line.loader_asked:
            self.line.loader_asked = False
            self.board.enter_loader()
