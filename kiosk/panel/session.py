"""The host's end of one session with the panel: bytes and milliseconds in, events and bytes out. Pure."""

from cobs import cobs

from kiosk.panel.events import REFUSALS, Answered, Connected, Disconnected, PanelEvent, Refused, name_of, parse_event
from kiosk.panel.wire import messages as m
from kiosk.panel.wire.delivery import AGAIN, GAP, RETRY_MS, Inbox, Outbox
from kiosk.panel.wire.frames import VERSION, Frame, FrameReader, encode_frame

SILENT_MS = 3_000
"""A dozen repetitions without an answer: nobody is there (protocol section 3)."""
ROOM = 32


def unstuff(packet: bytes | bytearray) -> bytes | None:
    """Return what was stuffed, or None where it is no COBS packet."""
    try:
        plain: bytes = cobs.decode(bytes(packet))
    except cobs.DecodeError:
        return None
    return plain


def stuff(data: bytes | bytearray) -> bytes:
    """Return ``data`` as a COBS packet."""
    packet: bytes = cobs.encode(bytes(data))
    return packet


class HostSession:
    """One session: HELLO until welcomed, then commands out and events in, until it breaks.

    Args:
        number: Random, 1 to 2**32 - 1: tells this session from the one before.

    Attributes:
        connected: The panel has welcomed us.
        over: Why the session is over; empty while it is not. Begin another one then.
        damaged: Packets that were no frames.
    """

    def __init__(self, number: int) -> None:
        self._number = number
        self._reader = FrameReader(unstuff)
        self._commands = Outbox(ROOM)
        self._events = Inbox()
        self._outgoing = b""
        self._hello_ms = RETRY_MS
        self._quiet_ms = 0
        self.connected = False
        self.over = ""

    @property
    def damaged(self) -> int:
        """Packets dropped since the session began."""
        return self._reader.damaged

    @property
    def idle(self) -> bool:
        """Whether every command has been answered."""
        return len(self._commands) == 0

    def send(self, command: int, payload: bytes = b"") -> bool:
        """Queue a command; False when too many wait."""
        return self._commands.put(command, payload)

    def step(self, elapsed_ms: int) -> bytes:
        """Let time pass; return the bytes to send now."""
        out, self._outgoing = self._outgoing, b""
        waits = not self.connected or not self.idle
        self._quiet_ms = self._quiet_ms + elapsed_ms if waits else 0
        if self._quiet_ms >= SILENT_MS:
            self.over = self.over or "silent"
        if self.over:
            return b""
        if self.connected:
            frame = self._commands.due(elapsed_ms)
            return out if frame is None else out + encode_frame(frame, stuff)
        self._hello_ms += elapsed_ms
        if self._hello_ms < RETRY_MS:
            return out
        self._hello_ms = 0
        hello = m.hello.encode(VERSION, VERSION, self._number, m.ALL_FEATURES)
        return out + encode_frame(Frame(m.HELLO, 0, hello), stuff)

    def feed(self, data: bytes) -> list[PanelEvent]:
        """Take bytes as they come; return what they say. Ends with Disconnected when the session broke."""
        told: list[PanelEvent] = []
        for frame in self._reader.feed(data):
            if self.over:
                break
            event = self._take(frame)
            if event is not None:
                told.append(event)
        if self.over:
            told.append(Disconnected(self.over))
        return told

    def _take(self, frame: Frame) -> PanelEvent | None:
        if frame.type == m.REFUSED:
            return self._refused(frame)
        if frame.version != VERSION:
            return None
        if frame.type == m.HELLO | m.REPLY:
            return self._welcomed(frame)
        if not self.connected:
            return None
        if m.EVENTS_FROM <= frame.type <= m.EVENTS_TO:
            return self._event(frame)
        return self._answered(frame) if frame.type & m.REPLY else None

    def _welcomed(self, frame: Frame) -> PanelEvent | None:
        welcome = m.welcome.decode(frame.payload)
        if self.connected or welcome is None or welcome.session != self._number:
            return None  # said twice, or to an earlier session
        self.connected = True
        self._quiet_ms = 0
        firmware = welcome.firmware.rstrip(b"\0").decode("ascii", "replace")
        return Connected(
            firmware, welcome.unit.hex(), welcome.features, welcome.log_epoch, welcome.boot, welcome.trial != 0
        )

    def _event(self, frame: Frame) -> PanelEvent | None:
        turn = self._events.sort(frame.sequence)
        if turn == GAP:
            self.over = "out_of_step"
            return None
        self._outgoing += encode_frame(Frame(m.EVENT_ACK, frame.sequence), stuff)
        return None if turn == AGAIN else parse_event(frame.type, frame.payload)

    def _answered(self, frame: Frame) -> PanelEvent | None:
        settled = self._commands.acknowledge(frame.sequence)
        if settled is None:
            return None
        self._quiet_ms = 0
        return Answered(settled.type, frame.payload)

    def _refused(self, frame: Frame) -> PanelEvent | None:
        refusal = m.refusal.decode(frame.payload)
        if refusal is None:
            return None
        if refusal.command == m.HELLO and not self.connected:
            self.over = "other_version"
            return None
        settled = self._commands.acknowledge(frame.sequence) if self.connected else None
        if settled is None:
            return None
        self._quiet_ms = 0
        if refusal.reason in (m.NO_SESSION, m.OUT_OF_SEQUENCE):
            self.over = "restarted" if refusal.reason == m.NO_SESSION else "out_of_step"
            return None
        return Refused(settled.type, name_of(REFUSALS, refusal.reason))
