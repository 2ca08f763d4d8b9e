"""A second receiver, written from the command reference alone: it shares no code with the printer room.

What it receives it keeps in line; what stands in line it prints while nothing is wrong with it. Its manners can be
chosen: which queries it answers, whether it says when a slip has ended, whether it can be cleared, whether it hangs up.
"""

import contextlib
import re
import socket
import threading
import time
from dataclasses import dataclass, field

ONLINE = {1: 0x12, 2: 0x12, 3: 0x12, 4: 0x12}
FAULTS = {
    "paper_near_end": {4: 0x1E},
    "paper_out": {1: 0x1A, 2: 0x32, 4: 0x7E},
    "cover_open": {1: 0x1A, 2: 0x16},
    "offline": {1: 0x1A},
}


@dataclass
class Manners:
    """How the receiver behaves."""

    answers: frozenset = frozenset({1, 2, 3, 4})
    says_end: bool = True
    clears: bool = True
    hangs_up_after_cut: bool = False
    rows_per_s: float = 20_000


REAL_TIME = re.compile(rb"(\x10\x04[\x01-\x04]|\x10\x05\x02|\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08)", re.DOTALL)
BEGUN = re.compile(rb"\x10(\x04|\x05|\x14(\x08(\x01(\x03(\x14(\x01(\x06\x02?)?)?)?)?)?)?)?\Z", re.DOTALL)
"""The beginning of a real-time command at the end of what has come."""


@dataclass
class Stranger:
    """Listens on a free port until closed."""

    manners: Manners = field(default_factory=Manners)

    def __post_init__(self):
        self.slips = []
        self.fault = None
        self._rows = []
        self._line = bytearray()
        self._held = b""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"tcp://127.0.0.1:{self._listener.getsockname()[1]}"
        self._open = True
        self._peer = None
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._listen, self._print)]
        for thread in self._threads:
            thread.start()

    def close(self):
        self._open = False
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(timeout=5)

    @property
    def waiting(self):
        """Bytes that stand in line."""
        return len(self._line)

    def _listen(self):
        while self._open:
            try:
                self._peer, _ = self._listener.accept()
                self._held = b""
            except OSError:
                return
            with self._peer as peer:
                try:
                    while data := peer.recv(2048):
                        self._receive(data)
                except OSError:
                    continue

    def _receive(self, data):
        """Pick real-time commands out of the stream as they come, however the network cuts and joins it."""
        *before, rest = REAL_TIME.split(self._held + data)
        held = BEGUN.search(rest)
        self._held = held.group() if held else b""
        for part in (*before, rest.removesuffix(self._held)):
            if REAL_TIME.fullmatch(part):
                self._obey(part)
            else:
                with self._lock:
                    self._line += part

    def _obey(self, command):
        if command[1] == 4 and command[2] in self.manners.answers:
            self._say(bytes([(ONLINE | FAULTS.get(self.fault, {}))[command[2]]]))
        elif command[1] == 0x14 and self.manners.clears:
            with self._lock:
                self._line.clear()
            self._say(b"\x37\x25\x00")

    def _say(self, data):
        with contextlib.suppress(OSError):
            self._peer.sendall(data)

    def _print(self):
        while self._open:
            with self._lock:
                command = self._next() if self.fault in {None, "paper_near_end"} else None
            if command is None:
                time.sleep(0.002)
            else:
                command()

    def _next(self):
        """Take the first whole command out of the line; None when there is none."""
        line = self._line
        if line[:2] == b"\x1b@":
            return self._take(2, lambda: None)
        if line[:2] == b"\x1bJ" and len(line) >= 3:
            rows = line[2]
            return self._take(3, lambda: self._rows.extend([b""] * rows))
        if line[:2] == b"\x1dP" and len(line) >= 4:
            return self._take(4, lambda: None)
        if line[:3] == b"\x1dVB" and len(line) >= 4:
            rows = line[3]
            return self._take(4, lambda: self._cut(rows))
        if line[:2] == b"\x1dr" and len(line) >= 3:
            return self._take(3, lambda: self.manners.says_end and self._say(b"\x00"))
        if line[:3] == b"\x1dv0" and len(line) >= 8:
            wide, high = line[4] + 256 * line[5], line[6] + 256 * line[7]
            if len(line) >= 8 + wide * high:
                mode, dots = line[3], bytes(line[8 : 8 + wide * high])
                return self._take(8 + wide * high, lambda: self._burn(mode, wide, dots))
        return None

    def _take(self, length, act):
        del self._line[:length]
        return act

    def _burn(self, mode, wide, dots):
        for start in range(0, len(dots), wide):
            row = dots[start : start + wide]
            if mode & 1:
                bits = "".join(bit * 2 for byte in row for bit in f"{byte:08b}")
                row = int(bits, 2).to_bytes(2 * wide)
            self._rows += [row] * (2 if mode & 2 else 1)
        time.sleep(len(dots) / wide / self.manners.rows_per_s)

    def _cut(self, rows):
        if any(self._rows):
            self.slips.append([*self._rows, *[b""] * rows])
        self._rows = []
        if self.manners.hangs_up_after_cut:
            self._peer.shutdown(socket.SHUT_RDWR)
