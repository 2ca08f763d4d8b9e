"""A board in memory whose clock the test turns."""

from app.board import Board, Segments
from app.ticks import BOARD_PERIOD
from wire import messages as m
from wire.frames import Frame, FrameReader, encode_frame


class PowerCutError(Exception):
    """The power failed in the middle of a write."""


class MemorySegments(Segments):
    """Flash that may lose its power after so many bytes."""

    def __init__(self):
        self.held = {}
        self.bytes_left = -1
        self.refuses = False
        self.erases = 0

    def read(self, number, at, size):
        return bytes(self.held.get(number, b"")[at : at + size])

    def append(self, number, data):
        if self.refuses:
            raise OSError(5)
        if 0 <= self.bytes_left <= len(data):
            self.held[number] = self.held.get(number, b"") + data[: self.bytes_left]
            raise PowerCutError
        if self.bytes_left > 0:
            self.bytes_left -= len(data)
        self.held[number] = self.held.get(number, b"") + data

    def erase(self, number):
        if self.refuses:
            raise OSError(5)
        if self.bytes_left == 0:
            self.held[number] = self.held.get(number, b"")[:5]
            raise PowerCutError
        self.erases += 1
        self.held[number] = b""


class FakeBoard(Board):
    def __init__(self, segments=None, period=BOARD_PERIOD, start=0):
        self.ticks_period = period
        self.segments = segments or MemorySegments()
        self.now = start & (period - 1)
        self.to_panel = b""
        self.to_host = b""
        self.takes = 1_000
        self.switch_bits = 0
        self.key_bits = 0
        self.pixels = b""
        self.hertz = 0
        self.percent = 0
        self.turning = True
        self.case = 300
        self.cut = False
        self.cuts = []
        self.fed = 0
        self.committed = False
        self.loader = False

    def pass_ms(self, ms):
        self.now = (self.now + ms) & (self.ticks_period - 1)

    def ticks_ms(self):
        return self.now

    def ticks_us(self):
        return 0

    def feed(self):
        self.fed += 1

    def random32(self):
        return 0xC0FFEE

    def heap_free(self):
        return 1

    def receive(self, most):
        data, self.to_panel = self.to_panel[:most], self.to_panel[most:]
        return data

    def send(self, data):
        taken = data[: self.takes]
        self.to_host += taken
        return len(taken)

    def switches(self):
        return self.switch_bits

    def keys(self):
        return self.key_bits

    def show(self, pixels):
        self.pixels = bytes(pixels)

    def sound(self, hertz):
        self.hertz = hertz

    def blow(self, percent):
        self.percent = percent

    def fan_pulses(self):
        return self.percent if self.turning else 0

    def chip_decicelsius(self):
        return 400

    def case_decicelsius(self):
        return self.case

    def cut_power(self, cut):
        self.cut = cut
        self.cuts.append(cut)

    def commit(self):
        self.committed = True

    def enter_loader(self):
        self.loader = True


class Host:
    """The other end: sends commands, acknowledges events, keeps what it got."""

    def __init__(self, panel, session=1):
        self.panel = panel
        self.board = panel.board
        self.reader = FrameReader()
        self.sequence = 0
        self.replies = []
        self.events = []
        self.acknowledges = True
        self.session = session

    def run(self, ms, step_ms=5):
        for _ in range(0, ms, step_ms):
            self.board.pass_ms(step_ms)
            self.panel.step()
            self.read()

    def read(self):
        data, self.board.to_host = self.board.to_host, b""
        for frame in self.reader.feed(data):
            if frame.type & m.REPLY:
                self.replies.append(frame)
                continue
            if not self.acknowledges:
                continue
            self.send(m.EVENT_ACK, b"", frame.sequence)
            if not self.events or self.events[-1].sequence != frame.sequence:
                self.events.append(frame)

    def send(self, kind, payload=b"", sequence=0, version=1):
        self.board.to_panel += encode_frame(Frame(kind, sequence, payload, version))

    def ask(self, kind, payload=b"", ms=30):
        self.sequence += 1
        self.send(kind, payload, self.sequence)
        before = len(self.replies)
        self.run(ms)
        return self.replies[before] if len(self.replies) > before else None

    def hello(self):
        self.sequence = 0
        self.send(m.HELLO, m.hello.encode(1, 1, self.session, 0))
        self.run(30)
        return self.replies[-1]

    def of(self, kind):
        return [frame for frame in self.events if frame.type == kind]
