"""Frames: header, payload and check sum, stuffed and ended by a zero byte (protocol section 2)."""

from .cobs import stuff, unstuff
from .crc import crc16

VERSION = 1
HEADER_BYTES = 4
CRC_BYTES = 2
PAYLOAD_MAX_BYTES = 240
"""So that a stuffed frame needs a single overhead byte: 4 + 240 + 2 is under 254."""
STUFFED_MAX_BYTES = HEADER_BYTES + PAYLOAD_MAX_BYTES + CRC_BYTES + 1
SEQUENCES = 65_536

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Bytes = bytes | bytearray
    Stuff = Callable[[Bytes], bytes]
    Unstuff = Callable[[Bytes], bytes | None]


class Frame:
    """One frame, understood as far as its header.

    Attributes:
        version: The sender's frame layout.
        type: What the payload is.
        sequence: 0 to 65,535.
        payload: 0 to 240 bytes.
    """

    __slots__ = ("payload", "sequence", "type", "version")

    def __init__(self, type: int, sequence: int, payload: bytes = b"", version: int = VERSION) -> None:  # noqa: A002
        self.version = version
        self.type = type
        self.sequence = sequence
        self.payload = payload

    def __repr__(self) -> str:
        return f"Frame(type=0x{self.type:02x}, sequence={self.sequence}, {len(self.payload)} bytes)"


def encode_frame(frame: Frame, stuffed_by: "Stuff" = stuff) -> bytes:
    """Return the frame as it goes over the wire: a zero, the stuffed packet, a zero.

    The leading zero ends whatever noise or half a frame came before, so that this very frame is understood.

    Raises:
        ValueError: The payload is longer than 240 bytes.
    """
    if len(frame.payload) > PAYLOAD_MAX_BYTES:
        raise ValueError("payload too long")
    head = bytes((frame.version, frame.type, frame.sequence >> 8, frame.sequence & 255))
    body = head + frame.payload
    crc = crc16(body)
    return b"\0" + stuffed_by(body + bytes((crc >> 8, crc & 255))) + b"\0"


def parse_frame(packet: "Bytes", unstuffed_by: "Unstuff" = unstuff) -> "Frame | None":
    """Return the frame in ``packet`` (stuffed, without delimiter), or None: too short, too long, damaged."""
    if not HEADER_BYTES + CRC_BYTES < len(packet) <= STUFFED_MAX_BYTES:
        return None
    body = unstuffed_by(packet)
    # A check sum appended to what it covers leaves nothing.
    if body is None or len(body) < HEADER_BYTES + CRC_BYTES or crc16(body) != 0:
        return None
    return Frame(body[1], body[2] << 8 | body[3], bytes(body[HEADER_BYTES:-CRC_BYTES]), body[0])


class FrameReader:
    """Cuts a stream of bytes into frames. Holds one frame's bytes at most, whatever comes.

    Attributes:
        damaged: Packets dropped since the start: damaged, too long, or noise.
    """

    __slots__ = ("_held", "_overlong", "_unstuff", "damaged")

    def __init__(self, unstuffed_by: "Unstuff" = unstuff) -> None:
        self._unstuff = unstuffed_by
        self._held = bytearray()
        self._overlong = False
        self.damaged = 0

    def feed(self, data: "Bytes") -> "list[Frame]":
        """Take bytes as they come, in any pieces; return the whole frames of all versions among them."""
        frames: list[Frame] = []
        begin = 0
        while True:
            zero = data.find(b"\0", begin)
            self._hold(data[begin:] if zero < 0 else data[begin:zero])
            if zero < 0:
                return frames
            frame = self._end_packet()
            if frame is not None:
                frames.append(frame)
            begin = zero + 1

    def _hold(self, piece: "Bytes") -> None:
        if self._overlong or len(self._held) + len(piece) > STUFFED_MAX_BYTES:
            self._overlong = True
            self._held = bytearray()
        else:
            self._held.extend(piece)

    def _end_packet(self) -> "Frame | None":
        packet, overlong = self._held, self._overlong
        self._held, self._overlong = bytearray(), False
        if not packet and not overlong:
            return None  # zeros between frames are allowed: they wake the line
        frame = None if overlong else parse_frame(packet, self._unstuff)
        if frame is None:
            self.damaged += 1
        return frame
