"""Commands in, replies out: each command carried out once, however often it is sent (protocol section 3)."""

from wire import frames
from wire import messages as m
from wire.delivery import AGAIN, GAP, Inbox, Outbox

from app.commands import HANDLERS
from app.version import VERSION

EVENT_ROOM = 32

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wire.frames import Frame

    from app.panel import Panel


class Dispatcher:
    """The panel's end of the line.

    Args:
        panel: Whom the commands are for.

    Attributes:
        events: What waits for the host.
        session: The host's number for this connection; 0 while there is none.
        loader_asked: The host wants the boot loader; the reply has to leave first.
    """

    def __init__(self, panel: "Panel") -> None:
        self._panel = panel
        self._commands = Inbox()
        self._last = b""
        self.events = Outbox(EVENT_ROOM)
        self.session = 0
        self.loader_asked = False

    def take(self, frame: "Frame") -> bytes:
        """Take a frame; return what is to be sent, or nothing."""
        if frame.type == m.EVENT_ACK:
            self.events.acknowledge(frame.sequence)
        elif frame.type == m.HELLO:
            return self._greet(frame)
        elif frame.type < m.EVENTS_FROM:  # the rest is not a host's; an echoing line brings our own frames back
            return self._command(frame)
        return b""

    def _command(self, frame: "Frame") -> bytes:
        reason = 0
        if frame.version != frames.VERSION:
            reason = m.OTHER_VERSION
        elif self.session == 0:
            reason = m.NO_SESSION
        if reason:
            return _refuse(frame, reason)
        turn = self._commands.sort(frame.sequence)
        if turn == GAP:
            return _refuse(frame, m.OUT_OF_SEQUENCE)
        if turn == AGAIN:
            return self._last
        self._last = self._carry_out(frame)
        return self._last

    def _greet(self, frame: "Frame") -> bytes:
        hello = m.hello.decode(frame.payload)
        if hello is None or hello.session == 0:
            return _refuse(frame, m.MALFORMED)
        if hello.lowest > frames.VERSION or hello.highest < frames.VERSION:
            return _refuse(frame, m.OTHER_VERSION)
        if hello.session != self.session:
            self.session = hello.session
            self._commands = Inbox()
            self._last = b""
            self.events = Outbox(EVENT_ROOM)
            self._panel.greeted()
        panel = self._panel
        payload = m.welcome.encode(
            frames.VERSION,
            frames.VERSION,
            hello.session,
            m.ALL_FEATURES,
            panel.board.unit,
            panel.ring.epoch,
            panel.ring.boot,
            1 if panel.board.trial else 0,
            VERSION,
        )
        return frames.encode_frame(frames.Frame(m.HELLO | m.REPLY, frame.sequence, payload))

    def _carry_out(self, frame: "Frame") -> bytes:
        handler = HANDLERS.get(frame.type)
        if handler is None:
            return _refuse(frame, m.UNKNOWN_COMMAND)
        layout, carry_out = handler
        values = None
        if layout is not None:
            values = layout.decode(frame.payload)
            if values is None:
                return _refuse(frame, m.MALFORMED)
        payload = carry_out(self._panel, values)
        if payload is None:
            return _refuse(frame, m.NOT_NOW)
        return frames.encode_frame(frames.Frame(frame.type | m.REPLY, frame.sequence, payload))


def _refuse(frame: "Frame", reason: int) -> bytes:
    return frames.encode_frame(frames.Frame(m.REFUSED, frame.sequence, m.refusal.encode(frame.type, reason)))
