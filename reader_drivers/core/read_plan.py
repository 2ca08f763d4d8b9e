"""Which reads to make for the wanted fields: the fewest that cover them. Pure.

Each read costs two exchanges whatever its size, and at the card's higher bit rates those round trips are the time.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from reader_drivers.core.apdu import MAX_READ
from reader_drivers.core.errors import CardUnreadableError


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of the chip's memory: ``length`` bytes (at least 1) from ``offset``."""

    offset: int
    length: int

    @property
    def end(self) -> int:
        """First offset behind the stretch."""
        return self.offset + self.length


def plan_reads(wanted: Iterable[Span], max_length: int = MAX_READ) -> tuple[Span, ...]:
    """Return the fewest reads of at most ``max_length`` bytes that cover every wanted byte, in ascending order.

    Each read begins at the first byte not yet covered and reaches as far as it may; no cover of points on a line by
    intervals of one length has fewer. Gaps are read over when that saves a read; a read ends at its last wanted byte.
    """
    reads: list[Span] = []
    start = end = -1
    for span in sorted(wanted):
        at = max(span.offset, end)
        while at < span.end:
            if start < 0 or at >= start + max_length:
                if start >= 0:
                    reads.append(Span(start, end - start))
                start = at
            end = at = min(span.end, start + max_length)
    if start >= 0:
        reads.append(Span(start, end - start))
    return tuple(reads)


class Memory:
    """What has been read of the chip so far. Its repr hides the bytes: they are somebody's."""

    def __init__(self) -> None:
        """Begin with nothing known."""
        self._bytes = bytearray()
        self._known = bytearray()  # 1 where the byte of the same offset has been read

    def put(self, offset: int, data: bytes) -> None:
        """Keep ``data`` as the chip's content from ``offset``."""
        end = offset + len(data)
        for buffer in (self._bytes, self._known):
            buffer.extend(bytes(max(0, end - len(buffer))))
        self._bytes[offset:end] = data
        self._known[offset:end] = b"\x01" * len(data)

    def has(self, span: Span) -> bool:
        """Say whether every byte of ``span`` has been read."""
        return span.end <= len(self._known) and self._known.find(0, span.offset, span.end) < 0

    def get(self, span: Span) -> bytes:
        """Return the bytes of ``span``.

        Raises:
            CardUnreadableError: Some of them were never read.
        """
        if not self.has(span):
            raise CardUnreadableError("read", offset=span.offset)
        return bytes(self._bytes[span.offset : span.end])

    def __repr__(self) -> str:
        return f"Memory({self._known.count(1)} bytes)"
