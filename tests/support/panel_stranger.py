"""A host written from docs/panel-protocol.md alone, to hold it to its word. Knows nothing of ``kiosk.panel``."""

import os
import select
import struct
import termios
import time
import tty
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

AGAIN_S = 0.25  # section 3
HELLO, EVENT_ACK, REFUSED, ANSWER = 0x01, 0x20, 0xBF, 0x80
EVENTS = range(0x40, 0x60)


def check_sum(data: bytes) -> int:
    """CRC-16/CCITT-FALSE, bit by bit (section 2.2)."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return crc


def stuff(data: bytes) -> bytes:
    """COBS: between zeros, runs of up to 254 bytes behind their length plus one."""
    out = bytearray()
    for run in data.split(b"\0"):
        rest = run
        while len(rest) >= 254:
            out += b"\xff" + rest[:254]
            rest = rest[254:]
        out += bytes([len(rest) + 1]) + rest
    return bytes(out)


def unstuff(packet: bytes) -> bytes | None:
    """The reverse; None for what is no COBS."""
    out = bytearray()
    while packet:
        code, rest = packet[0], packet[1:]
        if code == 0 or len(rest) < code - 1:
            return None
        out += rest[: code - 1]
        packet = rest[code - 1 :]
        if packet and code < 255:
            out.append(0)
    return bytes(out)


@dataclass(frozen=True)
class Packet:
    """One frame (section 2.2)."""

    type: int
    sequence: int
    payload: bytes = b""
    version: int = 1

    def on_wire(self) -> bytes:
        """With its check sum, stuffed, between zeros."""
        body = struct.pack(">BBH", self.version, self.type, self.sequence) + self.payload
        return b"\0" + stuff(body + struct.pack(">H", check_sum(body))) + b"\0"


def read_packet(packet: bytes) -> Packet | None:
    """One packet from between zeros; None when it is damaged."""
    plain = unstuff(packet)
    if plain is None or len(plain) < 6 or check_sum(plain[:-2]) != int.from_bytes(plain[-2:], "big"):
        return None
    version, kind, sequence = struct.unpack(">BBH", plain[:4])
    return Packet(kind, sequence, plain[4:-2], version)


@dataclass
class Stranger:
    """A session over a serial line.

    Attributes:
        events: What the panel told, each once.
        heard: Every frame, repetitions too.
        sent: How often a command was sent, all repetitions counted.
    """

    tty: Path
    session: int
    answers_events: bool = True
    events: list[Packet] = field(default_factory=list)
    heard: list[Packet] = field(default_factory=list)
    sent: int = 0
    _welcomed: bool = False
    _sequence: int = 0
    _last_event: int = 0
    _held: bytes = b""

    def __enter__(self) -> Self:
        self._line = os.open(self.tty, os.O_RDWR | os.O_NOCTTY)
        tty.setraw(self._line, termios.TCSANOW)
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._line)

    def write(self, data: bytes) -> None:
        """Put bytes on the line as they are."""
        os.write(self._line, data)

    def listen(self, for_s: float) -> list[Packet]:
        """Take what comes within a time, acknowledge events, return the frames that are none."""
        until_s = time.monotonic() + for_s
        others: list[Packet] = []
        while not others and (left_s := until_s - time.monotonic()) > 0:
            if select.select([self._line], [], [], left_s)[0]:
                self._held += os.read(self._line, 4096)
            *whole, self._held = self._held.split(b"\0")
            for packet in filter(None, map(read_packet, filter(None, whole))):
                self.heard.append(packet)
                if packet.type in EVENTS:
                    self._take_event(packet)
                elif packet.type == HELLO | ANSWER:
                    self._welcomed = True
                    others.append(packet)
                else:
                    others.append(packet)
        return others

    def _take_event(self, packet: Packet) -> None:
        if not self._welcomed:
            return  # of the session before (section 3)
        if self.answers_events:
            self.write(Packet(EVENT_ACK, packet.sequence).on_wire())
        if packet.sequence == self._last_event:
            return
        assert packet.sequence == self._last_event % 65_535 + 1, "an event is missing"
        self._last_event = packet.sequence
        self.events.append(packet)

    def ask(self, command: int, payload: bytes = b"", within_s: float = 5.0) -> Packet:
        """Send a command until it is answered under its sequence."""
        if command == HELLO:
            self._sequence = self._last_event = 0
        else:
            self._sequence = self._sequence % 65_535 + 1
        return self.ask_as(Packet(command, self._sequence, payload), within_s)

    def ask_as(self, packet: Packet, within_s: float = 5.0) -> Packet:
        """The same, with a frame of one's own."""
        until_s = time.monotonic() + within_s
        while time.monotonic() < until_s:
            self.write(packet.on_wire())
            self.sent += 1
            again_s = time.monotonic() + AGAIN_S
            while (left_s := again_s - time.monotonic()) > 0:
                for answer in self.listen(left_s):
                    if answer.sequence == packet.sequence and answer.type in {packet.type | ANSWER, REFUSED}:
                        return answer
        raise TimeoutError(packet)

    def greet(self, lowest: int = 1, highest: int = 1, more: bytes = b"") -> Packet:
        """Begin the session."""
        return self.ask(HELLO, struct.pack(">BBII", lowest, highest, self.session, 0) + more)

    def until(self, count: int, kind: int, within_s: float = 5.0) -> list[Packet]:
        """Wait for so many events of a kind."""
        until_s = time.monotonic() + within_s
        while len(found := [event for event in self.events if event.type == kind]) < count:
            assert time.monotonic() < until_s, self.heard
            self.listen(0.1)
        return found
