"""Fakes of this room's ports, and a quick virtual printer."""

from contextlib import contextmanager
from datetime import UTC, datetime

from printer.answers import CLEARED
from printer.devices.address import open_printer
from printer.errors import DeviceBrokenError, DeviceUnavailableError
from printer.escpos import CLEAR_BUFFER
from printer.journal import Journal
from printer.press import Press, Timing
from printer.typeface import load_typeface
from printer.virtual.server import VirtualPrinter

FACE = load_typeface()
QUICK = Timing(rows_per_s=20_000, margin_s=0.3, poll_s=0.05, answer_timeout_s=0.3)
FINE = {1: 0x12, 2: 0x12, 3: 0x12, 4: 0x12}


def now():
    return datetime(2026, 1, 15, 3, 45, tzinfo=UTC)


def journal_at(folder):
    return Journal(folder / "journal.sqlite", now)


def press_on(url, folder, timing=QUICK):
    return Press(open_printer(url), journal_at(folder), FACE, timing=timing)


@contextmanager
def running_printer(folder, rows_per_s=200_000):
    machine = VirtualPrinter("127.0.0.1", 0, folder / "slips", rows_per_s=rows_per_s)
    machine.start()
    try:
        yield machine
    finally:
        machine.stop()


class FakeLine:
    """A StatusDevice in memory: ``answers`` maps a query to its byte, missing is silence; waiting lets time pass."""

    bytes_per_s = None

    def __init__(self, answers=None, end_answer=None, reachable=True, break_after=None, clears=False, tail_answer=b""):
        self.answers = dict(FINE if answers is None else answers)
        self.end_answer = end_answer
        self.reachable = reachable
        self.break_after = break_after
        self.clears = clears
        self.tail_answer = tail_answer
        self.aborted = False
        self.sent = b""
        self.opened = 0
        self.time_s = 0.0
        self.incoming = b""

    def monotonic(self):
        return self.time_s

    def open(self):
        self.opened += 1
        self.incoming = b""
        if not self.reachable:
            raise DeviceUnavailableError("not there")

    def send(self, data):
        if self.break_after is not None and len(self.sent) + len(data) > self.break_after:
            self.break_after = None
            raise DeviceBrokenError("broken")
        self.sent += data
        if data[:2] == b"\x10\x04" and data[2] in self.answers:
            self.incoming += bytes([self.answers[data[2]]])
        if data.endswith(b"\x1dr\x01") and self.end_answer is not None:
            self.incoming += bytes([self.end_answer])
        if data.endswith(b"\x1dr\x01"):
            self.incoming += self.tail_answer
        if data == CLEAR_BUFFER and self.clears:
            self.incoming += CLEARED

    def receive(self, timeout_s):
        data, self.incoming = self.incoming, b""
        if not data:
            self.time_s += timeout_s
        return data

    def close(self):
        self.aborted = False

    def abort(self):
        self.aborted = True
