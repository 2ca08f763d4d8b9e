"""Reads a stream of ESC/POS bytes into commands. Pure; bytes may come in any pieces.

Knows the length of the commands it cannot draw, so that it stays in step. Lengths: Epson ESC/POS reference.
"""

from collections.abc import Iterator
from dataclasses import dataclass

DLE, ESC, GS, FS = 0x10, 0x1B, 0x1D, 0x1C


@dataclass(frozen=True)
class Command:
    """One command: its name as in the reference, its arguments, its data."""

    name: str
    arguments: bytes = b""
    data: bytes = b""

    @property
    def real_time(self) -> bool:
        """Real-time commands are carried out when they arrive, even while paper is out."""
        return self.name.startswith("DLE")


class _Incomplete(Exception):
    """More bytes are to come; flow control, not an error."""


_ESC_LENGTHS = {
    **dict.fromkeys(b"@2SLi mFZ<", 0),
    **dict.fromkeys(b"Jd3a!tRE-M{=GVTrKe uU ", 1),
    **dict.fromkeys(b"$\\c", 2),
    ord("p"): 3,
    ord("W"): 8,
}
_GS_LENGTHS = {
    **dict.fromkeys(b"!raIBHfhwbE:c", 1),
    **dict.fromkeys(b"PLW$\\^", 2),
}
_CUTS_WITH_FEED = frozenset({65, 66, 97, 98, 103, 104})
_DLE_LENGTHS = {0x04: 1, 0x05: 1}
_DLE_DC4_LENGTHS = {1: 2, 2: 2, 3: 5, 7: 1, 8: 7}


class CommandReader:
    """Keeps what is not yet a whole command.

    Attributes:
        unknown_bytes: How many bytes were no command we know: text, or a printer's own extensions.
    """

    def __init__(self) -> None:
        self._pending = bytearray()
        self.unknown_bytes = 0

    def feed(self, data: bytes) -> Iterator[Command]:
        """Take more bytes and yield the commands that are whole now."""
        self._pending += data
        position = 0
        try:
            while position < len(self._pending):
                command, position = self._next(position)
                if command is not None:
                    yield command
        except _Incomplete:
            pass
        finally:
            del self._pending[:position]

    def _bytes(self, start: int, count: int) -> bytes:
        if start + count > len(self._pending):
            raise _Incomplete
        return bytes(self._pending[start : start + count])

    def _next(self, at: int) -> tuple[Command | None, int]:
        first = self._pending[at]
        if first == 0x0A:
            return Command("LF"), at + 1
        if first in {DLE, ESC, GS, FS}:
            second = self._bytes(at + 1, 1)[0]
            found = {DLE: self._dle, ESC: self._esc, GS: self._gs, FS: self._fs}[first](second, at + 2)
            if found is not None:
                return found
        self.unknown_bytes += 1
        return None, at + 1

    def _plain(self, name: str, length: int, at: int) -> tuple[Command, int]:
        return Command(name, self._bytes(at, length)), at + length

    def _dle(self, second: int, at: int) -> tuple[Command, int] | None:
        if second in _DLE_LENGTHS:
            return self._plain("DLE EOT" if second == 0x04 else "DLE ENQ", 1, at)
        if second == 0x14:
            length = _DLE_DC4_LENGTHS.get(self._bytes(at, 1)[0])
            return None if length is None else self._plain("DLE DC4", 1 + length, at)
        return None

    def _esc(self, second: int, at: int) -> tuple[Command, int] | None:
        if second == ord("*"):
            mode, low, high = self._bytes(at, 3)
            size = (low + 256 * high) * (3 if mode in {32, 33} else 1)
            return Command("ESC *", self._bytes(at, 3), self._bytes(at + 3, size)), at + 3 + size
        if second == ord("D"):
            end = self._pending.find(0, at)
            if end < 0:
                raise _Incomplete
            return Command("ESC D"), end + 1
        length = _ESC_LENGTHS.get(second)
        return None if length is None else self._plain(f"ESC {chr(second)}", length, at)

    def _gs(self, second: int, at: int) -> tuple[Command, int] | None:
        if second == ord("v"):
            head = self._bytes(at, 6)  # '0' m xL xH yL yH
            size = int.from_bytes(head[2:4], "little") * int.from_bytes(head[4:6], "little")
            return Command("GS v 0", head[1:], self._bytes(at + 6, size)), at + 6 + size
        if second == ord("V"):
            return self._plain("GS V", 2 if self._bytes(at, 1)[0] in _CUTS_WITH_FEED else 1, at)
        if second == ord("("):
            size = int.from_bytes(self._bytes(at + 1, 2), "little")
            return Command(f"GS ( {chr(self._bytes(at, 1)[0])}", b"", self._bytes(at + 3, size)), at + 3 + size
        if second == ord("8"):
            size = int.from_bytes(self._bytes(at + 1, 4), "little")
            return Command("GS 8", self._bytes(at, 1), self._bytes(at + 5, size)), at + 5 + size
        length = _GS_LENGTHS.get(second)
        return None if length is None else self._plain(f"GS {chr(second)}", length, at)

    def _fs(self, second: int, at: int) -> tuple[Command, int] | None:
        return self._plain(f"FS {chr(second)}", 0, at) if second in b".&" else None
