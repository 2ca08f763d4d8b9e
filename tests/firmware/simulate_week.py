"""A week of the firmware's loop in simulated time: ``micropython simulate_week.py SCENARIO PATH…``.

Time jumps while nothing is due (twenty seconds at most, and never over the watchdog's own next second) and goes in
steps of 5 ms round everything that happens. Tells on standard output what happened, one JSON list a line.
"""

import json
import sys

with open(sys.argv[1]) as file:
    scenario = json.load(file)
sys.path[0:1] = sys.argv[2:]

from app.panel import Panel  # noqa: E402
from app.ticks import BOARD_PERIOD  # noqa: E402
from checks.fake_board import FakeBoard, Host, PowerCutError  # noqa: E402
from wire import messages as m  # noqa: E402

THREE_DAYS_MS = 3 * 86_400_000
BEAT_MS = 25_000
BOOT_MS = 45_000
OFF_MS = 3_000
CHORD = 0b111 << 9


def tell(*facts):
    sys.stdout.write(json.dumps(facts) + "\n")


class Board(FakeBoard):
    """Its ticks wrap in the middle of the week; ``total`` does not."""

    total = 0

    def pass_ms(self, ms):
        self.total += ms
        FakeBoard.pass_ms(self, ms)

    def cut_power(self, cut):
        if cut != self.cut:
            tell("cut" if cut else "restored", self.total)
        self.cut = cut


class Week:
    """A panel, its host, and what befalls them."""

    def __init__(self):
        self.board = Board(start=BOARD_PERIOD - THREE_DAYS_MS)
        self.plugged = True
        self.updating = False
        self.beat_at = -1
        self.restores_to_cure = 0
        self.was_cut = False
        self.session = 0
        self.start_bytes = -1
        self.power_up()

    def power_up(self):
        """The panel starts; a power cut in its first writes starts it again."""
        while True:
            try:
                tell("start", self.board.total)
                self.panel = Panel(self.board, self_test=False)
                break
            except PowerCutError:
                self.lose_power()
        self.host = Host(self.panel, 0)

    def lose_power(self):
        board = self.board
        board.segments.bytes_left, self.start_bytes = self.start_bytes, -1
        board.to_panel = board.to_host = b""
        board.cut_power(False)
        board.pass_ms(OFF_MS)

    def guarded(self, work, *args):
        try:
            work(*args)
        except PowerCutError:
            self.lose_power()
            self.power_up()

    def greet(self):
        self.session += 1
        self.host.session = self.session
        self.host.hello()
        self.host.run(100)

    def beat(self):
        self.beat_at = self.board.total + BEAT_MS
        if not self.plugged:
            return
        if not self.host.session:
            self.greet()
        host = self.host
        payload = m.heartbeat.encode(m.UPDATING_FLAG if self.updating else 0, 1_800_000_000 + self.board.total // 1_000)
        for _ in range(2):
            host.replies = []
            reply = host.ask(m.HEARTBEAT, payload)
            if reply is not None and reply.type == m.HEARTBEAT | m.REPLY:
                tell("beat", self.board.total - 30, self.updating)
                break
            self.greet()
        self.take_records()

    def take_records(self):
        newest = 0
        for _ in range(80):
            found = self.host.of(m.LOGGED)
            self.host.events = self.host.events[-1:] if not found else []
            for frame in found:
                record = m.record.decode(frame.payload)
                newest = max(newest, record.counter)
                tell("logged", self.panel.ring.epoch, record.counter, record.kind, record.detail, record.value)
            if not found:
                break
            self.host.run(60)
        if newest:
            self.host.ask(m.LOG_ACK, m.log_ack.encode(newest))

    def befall(self, what, value):
        board = self.board
        if what == "talk":
            self.updating = value == 1
            self.restores_to_cure = 0
            self.beat_at = board.total if not board.cut else -1
        elif what == "hush":
            self.beat_at = -1
            self.restores_to_cure = value
        elif what == "switches":
            board.switch_bits = value
            self.host.run(100)
        elif what == "brownout":
            board.segments.bytes_left = value
        elif what == "reset":
            self.start_bytes = value  # its power may fail again in what it writes at the start
            raise PowerCutError
        elif what == "plug":
            self.plugged = value == 1
            board.to_panel = board.to_host = b""
            self.host.session = 0
        elif what == "chord":
            board.key_bits = CHORD
            self.host.run(3_100)
            board.key_bits = 0
            tell("chord", board.total - 75)
            self.host.run(100)

    def jump(self, most):
        left = self.panel.watchdog.remaining_s * 1_000
        self.board.pass_ms(max(1, min(most, 20_000, left - 1_000 if left > 1_000 else 20)))
        self.panel.step()
        if not self.plugged or self.beat_at < 0:
            self.board.to_host = b""
        if self.was_cut and not self.board.cut and self.restores_to_cure > 0:
            self.restores_to_cure -= 1
            if self.restores_to_cure == 0:
                self.host.session = 0
                self.updating = False
                self.beat_at = self.board.total + BOOT_MS
        if self.board.cut:
            self.beat_at = -1
        self.was_cut = self.board.cut

    def run(self, events, until):
        for at, what, value in events + [[until, "end", 0]]:
            while self.board.total < at:
                if 0 <= self.beat_at <= self.board.total:
                    self.guarded(self.beat)
                else:
                    due = at if self.beat_at < 0 else min(at, self.beat_at)
                    self.guarded(self.jump, due - self.board.total)
            self.guarded(self.befall, what, value)


week = Week()
week.run(scenario["events"], scenario["until_ms"])
week.beat_at = 0
week.plugged = True
week.guarded(week.greet)
week.guarded(week.beat)
tell("end", week.board.total)
