"""One WebSocket: the caller proves itself by its first message, then hears of readers and cards."""

import json
import queue
from dataclasses import dataclass
from typing import Protocol

from reader_drivers.counter.guard import Policy, Refusal
from reader_drivers.counter.ports import Cards
from reader_drivers.event_lines import describe_event
from reader_drivers.events import ReaderEvent

_FIRST_MESSAGE_S = 5.0
_LOOK_S = 0.25  # how soon a socket that its page has left is let go
_POLICY_VIOLATION = 1008  # RFC 6455 clause 7.4.1


class Socket(Protocol):
    """The part of a WebSocket that is needed. Real: ``simple_websocket.Server``."""

    connected: bool

    def receive(self, timeout: float | None = None) -> object:
        """Return the next message; None when none came in time."""
        ...

    def send(self, data: str) -> None:
        """Send one message."""
        ...

    def close(self, reason: int | None = None, message: str | None = None) -> None:
        """Close with a code."""
        ...


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the first message asks for."""

    read: bool = False
    photo: bool = False


def parse_first_message(message: object, policy: Policy) -> Wanted | None:
    """Return what a caller wants who knows the token; None for all others. Pure."""
    try:
        said = json.loads(message) if isinstance(message, str) else None
    except ValueError:
        return None
    if not isinstance(said, dict) or policy.refuse_token(str(said.get("token", ""))) is not None:
        return None
    read = said.get("read") is True
    return Wanted(read, read and said.get("photo") is True)


def serve_events(socket: Socket, policy: Policy, cards: Cards) -> None:
    """Serve one socket until its page leaves."""
    wanted = parse_first_message(socket.receive(timeout=_FIRST_MESSAGE_S), policy)
    if wanted is None:
        socket.send(json.dumps({"event": "refused", "code": Refusal.TOKEN.value}))  # browsers may lose the close's code
        socket.close(_POLICY_VIOLATION, Refusal.TOKEN.value)
        return
    events: queue.SimpleQueue[ReaderEvent] = queue.SimpleQueue()
    socket.send(json.dumps({"event": "ready"}))
    with cards.watch(events.put, read=wanted.read, photo=wanted.photo):
        while socket.connected:
            try:
                event = events.get(timeout=_LOOK_S)
            except queue.Empty:
                continue
            socket.send(json.dumps(describe_event(event, personal=wanted.read), ensure_ascii=False))
