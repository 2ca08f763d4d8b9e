"""The serial line to the panel: finds it, keeps a session with it, and begins again whenever it breaks."""

import contextlib
import queue
import secrets
import termios
import threading
import time
from collections.abc import Callable, Iterator

import serial

from kiosk.panel.events import Connected, Disconnected, Logged, PanelEvent
from kiosk.panel.ports import find_ports, open_port, parse_url
from kiosk.panel.session import HostSession
from kiosk.panel.wire import messages as m

BEAT_S = 10.0
AGAIN_S = 0.5
LEAVE_LOADER = b"\r\x03\x02\x04\0"
"""Interrupt, leave the raw prompt, soft reset: starts a panel left at its loader. To the firmware it is noise."""
_GONE = (serial.SerialException, OSError, termios.error)
"""What a port that is pulled out raises; the last while it is being opened, and it is no OSError."""


class PanelLink:
    """Talks to the panel for as long as it runs.

    Args:
        url: ``auto`` or ``serial:/dev/…``.
        on_event: Called from the link's thread with everything the panel says. A record of the tamper log is
            acknowledged once this returned, unless it returned False. Must not raise.
        wall_s: Gives the time of day in Unix seconds, 0 when it is not known.

    Attributes:
        connected: There is a session.
        updating: Asked before each heartbeat: while this host updates itself it keeps its power for 20 minutes.
        lives: Asked before each heartbeat: without heartbeats the panel restarts this host.
    """

    def __init__(self, url: str, on_event: Callable[[PanelEvent], object], wall_s: Callable[[], float]) -> None:
        self._path = parse_url(url)
        self._on_event = on_event
        self._wall_s = wall_s
        self._wanted: queue.SimpleQueue[tuple[int, bytes]] = queue.SimpleQueue()
        self._light: bytes | None = None
        self._light_sent: bytes | None = None
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="panel-link", daemon=True)
        self._turn = 0
        self._beat_at_s = 0.0
        self.updating: Callable[[], bool] = lambda: False
        self.lives: Callable[[], bool] = lambda: True
        self.connected = False

    def start(self) -> None:
        """Begin, in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """End it and wait for its end."""
        self._stopped.set()
        self._thread.join()

    def send(self, command: int, payload: bytes = b"") -> None:
        """Send a command when there is a session. Its fate comes as Answered or Refused."""
        self._wanted.put((command, payload))

    def light(self, pattern: int, level: int = 0) -> None:
        """Wish a pattern, now and in every session to come; level 0 is the panel's own."""
        self._light = m.light.encode(pattern, level)

    # The thread's own -------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        while not self._stopped.is_set():
            with contextlib.suppress(*_GONE), self._open() as port:
                self._talk(port)
            if self.connected:
                self._tell(Disconnected("stopped" if self._stopped.is_set() else "unplugged"))
            self._stopped.wait(AGAIN_S)

    def _open(self) -> serial.Serial:
        found = [self._path] if self._path else find_ports()
        if not found:
            raise FileNotFoundError
        self._turn += 1  # one that is no panel does not keep us from the next
        path = found[self._turn % len(found)]
        return open_port(path)

    def _talk(self, port: serial.Serial) -> None:
        """Hold sessions until the port fails, or nobody answers on it."""
        session = HostSession(1 + secrets.randbelow(0xFFFF_FFFF))
        self._light_sent = None
        self._beat_at_s = 0.0
        before_s = time.monotonic()
        while not self._stopped.is_set() and not session.over:
            for event in session.feed(port.read(max(1, port.in_waiting))):
                self._take(session, event)
            now_s = time.monotonic()
            self._fill(session, now_s)
            passed_ms = int((now_s - before_s) * 1_000)
            before_s += passed_ms / 1_000
            out = session.step(passed_ms)
            if out:
                port.write(out)
        if session.over == "silent":
            port.write(LEAVE_LOADER)
        if self.connected and session.over:
            self._tell(Disconnected(session.over))

    def _fill(self, session: HostSession, now_s: float) -> None:
        if not session.connected:
            return
        if now_s >= self._beat_at_s and self.lives():
            self._beat_at_s = now_s + BEAT_S
            flags = m.UPDATING_FLAG if self.updating() else 0
            session.send(m.HEARTBEAT, m.heartbeat.encode(flags, int(self._wall_s()) & 0xFFFF_FFFF))
        if self._light is not None and self._light != self._light_sent and session.send(m.LIGHT, self._light):
            self._light_sent = self._light
        for command, payload in self._drain():
            session.send(command, payload)

    def _drain(self) -> Iterator[tuple[int, bytes]]:
        with contextlib.suppress(queue.Empty):
            while True:
                yield self._wanted.get_nowait()

    def _take(self, session: HostSession, event: PanelEvent) -> None:
        if isinstance(event, Disconnected):
            return  # told once, when the loop has ended
        kept = self._tell(event)
        if isinstance(event, Logged) and kept is not False:
            session.send(m.LOG_ACK, m.log_ack.encode(event.counter))

    def _tell(self, event: PanelEvent) -> object:
        if isinstance(event, Connected | Disconnected):
            self.connected = isinstance(event, Connected)
        return self._on_event(event)
