"""A receipt printer made of threads: takes ESC/POS over TCP, prints to PNG files, fails on demand.

Like a real one it buffers what it cannot print and prints it after the refill, unless the buffer is cleared.
"""

import contextlib
import io
import socket
import threading
from collections import deque
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

from printer.answers import CLEARED
from printer.devices.png import write_synced
from printer.virtual.commands import Command, CommandReader
from printer.virtual.paper import Paper

Reply = Callable[[bytes], None]


class Fault(StrEnum):
    """What can be made to go wrong while it runs."""

    PAPER_OUT = "paper_out"
    PAPER_NEAR_END = "paper_near_end"
    COVER_OPEN = "cover_open"
    CUTTER_ERROR = "cutter_error"
    OFFLINE = "offline"
    SILENT = "silent"
    NO_CLEAR = "no_clear"
    NO_END_ANSWER = "no_end_answer"


STOPPING = frozenset({Fault.PAPER_OUT, Fault.COVER_OPEN, Fault.CUTTER_ERROR, Fault.OFFLINE})


def status_byte(query: int, faults: frozenset[Fault]) -> int:
    """Answer ``DLE EOT query``: fixed bits 1 and 4, and what is wrong."""
    out, cover, cutter = (fault in faults for fault in (Fault.PAPER_OUT, Fault.COVER_OPEN, Fault.CUTTER_ERROR))
    near = out or Fault.PAPER_NEAR_END in faults
    bits = {
        1: 0x08 * bool(faults & STOPPING),
        2: 0x04 * cover | 0x20 * out | 0x40 * cutter,
        3: 0x08 * cutter,
        4: 0x0C * near | 0x60 * out,
    }
    return 0x12 | bits.get(query, 0)


class VirtualPrinter:
    """A printer listening on TCP.

    Args:
        host: Address to listen on.
        port: Port; 0 takes a free one, see :attr:`port` after :meth:`start`.
        out_dir: Where each cut slip becomes ``slip-0001.png`` and so on.
        width: Dots across the paper.
        rows_per_s: Printing speed; 1200 is 150 mm a second.
    """

    def __init__(
        self, host: str, port: int, out_dir: Path, *, width: int = 576, rows_per_s: float = 1200, backlog: int = 4
    ) -> None:
        self.port = port
        self._host = host
        self._out_dir = Path(out_dir)
        self._rows_per_s = rows_per_s
        self._backlog = backlog
        self._changed = threading.Condition()
        self._queue: deque[tuple[Command, Reply]] = deque()
        self._faults: frozenset[Fault] = frozenset()
        self._paper = Paper(width)
        self._cleared = 0
        self._stopping = False
        self._listener: socket.socket | None = None
        self._lines: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self.unknown_bytes = 0

    def start(self) -> None:
        """Listen and print in the background until :meth:`stop`."""
        self._out_dir.mkdir(parents=True, exist_ok=True)
        self._stopping = False
        self._listener = socket.create_server((self._host, self.port), backlog=self._backlog)
        self.port = self._listener.getsockname()[1]
        for work in (self._accept, self._print):
            self._run(work)

    def stop(self) -> None:
        """Close everything and wait for the threads."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if self._listener is not None:
            with contextlib.suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
        self.drop_lines()
        for thread in list(self._threads):
            thread.join(timeout=5)

    def drop_lines(self) -> None:
        """Cut every connection, as a pulled cable would."""
        for line in list(self._lines):
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def set_fault(self, fault: Fault, on: bool = True) -> None:
        """Switch one fault on or off."""
        with self._changed:
            self._faults = self._faults | {fault} if on else self._faults - {fault}
            self._changed.notify_all()

    @property
    def faults(self) -> frozenset[Fault]:
        """Faults switched on now."""
        return self._faults

    @property
    def slips(self) -> list[Path]:
        """Pictures of what was cut off so far, oldest first."""
        return sorted(self._out_dir.glob("slip-*.png"))

    @property
    def buffered(self) -> int:
        """Commands received and not yet carried out."""
        return len(self._queue)

    def wait_for_slips(self, count: int, timeout_s: float) -> bool:
        """Wait until this many slips were cut off by this printer."""
        with self._changed:
            return self._changed.wait_for(lambda: len(self._paper.slips) >= count, timeout_s)

    def _run(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        listener = self._listener
        while listener is not None and not self._stopping:
            try:
                line, _ = listener.accept()
            except OSError:
                return
            self._lines.add(line)
            self._run(self._serve, line)

    def _serve(self, line: socket.socket) -> None:
        reader = CommandReader()

        def reply(data: bytes) -> None:
            if Fault.SILENT not in self._faults:
                with contextlib.suppress(OSError):
                    line.sendall(data)

        with line:
            try:
                while data := line.recv(4096):
                    for command in reader.feed(data):
                        self._take(command, reply)
            except OSError:
                pass
        self._lines.discard(line)
        self.unknown_bytes += reader.unknown_bytes

    def _take(self, command: Command, reply: Reply) -> None:
        if command.name == "DLE EOT":
            reply(bytes([status_byte(command.arguments[0], self._faults)]))
        elif command.name == "DLE DC4" and command.arguments[0] == 8:
            if Fault.NO_CLEAR not in self._faults:
                self._clear()
                reply(CLEARED)
        elif not command.real_time:
            with self._changed:
                self._queue.append((command, reply))
                self._changed.notify_all()

    def _clear(self) -> None:
        with self._changed:
            self._queue.clear()
            self._cleared += 1
            self._changed.notify_all()

    def _able(self) -> bool:
        return not self._faults & STOPPING

    def _print(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._stopping or (self._able() and bool(self._queue)))
                if self._stopping:
                    return
                command, reply = self._queue.popleft()
                turn = self._cleared
            self._carry_out(command, reply, turn)

    def _carry_out(self, command: Command, reply: Reply, turn: int) -> None:
        if command.name == "GS v 0":
            self._burn(command, turn)
        elif command.name == "GS r" and Fault.NO_END_ANSWER not in self._faults:
            reply(bytes([0x03 * (Fault.PAPER_NEAR_END in self._faults)]))
        elif command.name == "GS V":
            self._cut(command)
        else:
            self._paper.carry_out(command)

    def _burn(self, command: Command, turn: int) -> None:
        """Print a raster a few rows at a time; stop while unable, forget the rest when the buffer is cleared."""
        for strip in self._paper.strips(command):
            with self._changed:
                self._changed.wait_for(lambda: self._stopping or self._cleared != turn or self._able())
                if self._stopping or self._cleared != turn:
                    return
                self._changed.wait_for(lambda: self._stopping, timeout=strip.height / self._rows_per_s)
                self._paper.burn(strip)

    def _cut(self, command: Command) -> None:
        with self._changed:
            before = len(self._paper.slips)
            self._paper.carry_out(command)
            if len(self._paper.slips) > before:
                picture = io.BytesIO()
                self._paper.slips[-1].save(picture, "PNG")
                write_synced(self._out_dir / f"slip-{len(self.slips) + 1:04}.png", picture.getvalue())
            self._changed.notify_all()
