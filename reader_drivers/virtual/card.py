"""A virtual card: answers T=0 command APDUs as a real one does. Pure: bytes in, bytes out, no socket.

Written from the card facts; it shares no code with the reader's core, so that neither can hide the other's mistake.
"""

from dataclasses import dataclass, field
from typing import Protocol

_OK = b"\x90\x00"
_NOT_FOUND = b"\x6a\x82"
_WRONG_LENGTH = b"\x67\x00"
_WRONG_OFFSET = b"\x6b\x00"
_NOTHING_SELECTED = b"\x69\x85"
_UNKNOWN = b"\x6d\x00"

THAI_ID = bytes.fromhex("A000000054480001")
ADMIN = bytes.fromhex("A000000084060002")
NHSO = bytes.fromhex("A000000054480083")
PASSPORT = bytes.fromhex("A0000002471001")
_PASSPORT_ATR = bytes.fromhex("3B6000")
_BANK_ATR = bytes.fromhex("3B6500002063CB6A00")
_DEAF_ATR = bytes.fromhex("3B00")
_BANK_APPLET = bytes.fromhex("A0000000031010")


class ChipCard(Protocol):
    """What sits in a virtual reader."""

    @property
    def atr(self) -> bytes:
        """The answer to reset."""
        ...

    def reset(self) -> None:
        """Lose power or be reset: nothing is selected any more."""
        ...

    def respond(self, command: bytes) -> bytes:
        """Answer one command APDU with data and status word."""
        ...


@dataclass(frozen=True, slots=True)
class Habits:
    """How a card varies within what readers have met.

    Attributes:
        direct: Readers' variant: data at once with ``9000`` instead of ``61 LL``.
        chunk_bytes: At most so many bytes in one answer; the rest is announced by a further ``61``.
        select_says_more: SELECT answers ``61 0A`` rather than ``9000``.
        select_failures: So many SELECTs fail first.
        get_response_p2: The P2 that GET RESPONSE must carry.
        wrong_length_first: Every READ and GET DATA is first refused with ``6Cxx``.
        empty_reads: So many READs answer ``9000`` with nothing first.
        longest_read: READs of more bytes are refused with ``6700``.
        refused_reads: So many READs are refused with ``6F00`` first.
    """

    direct: bool = False
    chunk_bytes: int = 0xFF
    select_says_more: bool = True
    select_failures: int = 0
    get_response_p2: int = 0x00
    wrong_length_first: bool = False
    empty_reads: int = 0
    longest_read: int = 0xFF
    refused_reads: int = 0


@dataclass(slots=True, repr=False)
class VirtualCard:
    """A chip with a Thai ID applet, an administration applet and production data; or, without ``memory``, another card.

    Attributes:
        atr: The answer to reset.
        memory: The Thai ID applet's bytes from 0000; None when the card has no such applet.
        nhso: The health-insurance applet's bytes from 0000; None when the card has none.
        laser_number: What the administration applet holds; None: the card has no such applet.
        production_data: The answer to GET DATA 9F7F; None: not known.
        applets: Further applets that can be selected and know no command.
        habits: How it behaves.
    """

    atr: bytes
    memory: bytes | None = None
    laser_number: str | None = None
    production_data: bytes | None = None
    applets: frozenset[bytes] = frozenset()
    nhso: bytes | None = None
    habits: Habits = field(default_factory=Habits)
    _selected: bytes = b""
    _waiting: bytes = b""
    _selects: int = 0
    _reads: int = 0
    _refused: bytes = b""

    def reset(self) -> None:
        """Forget the selection and what waits."""
        self._selected = self._waiting = self._refused = b""

    def respond(self, command: bytes) -> bytes:
        """Answer one command APDU."""
        if len(command) < 4:
            return _WRONG_LENGTH
        head = command[:2]
        if head == b"\x00\xc0":
            return self._get_response(command)
        self._waiting = b""
        handlers = {b"\x00\xa4": self._select, b"\x80\xca": self._get_data, b"\x80\xb0": self._read}
        if head in handlers:
            return handlers[head](command)
        if command[:4] == b"\x80\x00\x00\x00" and self._selected == ADMIN:
            return self._announce(b"\x00" * 7 + (self.laser_number or "").encode("ascii").ljust(16, b" "))
        return _UNKNOWN

    def _select(self, command: bytes) -> bytes:
        aid = command[5 : 5 + command[4]] if len(command) > 4 else b""
        self._selects += 1
        if self._selects <= self.habits.select_failures:
            return b"\x6f\x00"
        if aid and aid not in self._own_applets():
            return _NOT_FOUND
        self._selected = aid
        if self.habits.select_says_more and not self.habits.direct:
            self._waiting = b"\x6f\x08\x84\x06" + aid[:6].ljust(6, b"\x00")
            return bytes([0x61, len(self._waiting)])
        return _OK

    def _own_applets(self) -> frozenset[bytes]:
        own = {THAI_ID: self.memory, ADMIN: self.laser_number, NHSO: self.nhso}
        return self.applets | {aid for aid, content in own.items() if content is not None}

    def _read(self, command: bytes) -> bytes:
        memory = {THAI_ID: self.memory, NHSO: self.nhso}.get(self._selected)
        if memory is None:
            return _NOTHING_SELECTED
        if len(command) < 7 or command[4] != 2:
            return _WRONG_LENGTH
        offset, length = int.from_bytes(command[2:4], "big"), int.from_bytes(command[5:7], "big")
        if not length or offset + length > len(memory):
            return _WRONG_OFFSET
        return self._stumble(command, length) or self._announce(memory[offset : offset + length])

    def _stumble(self, command: bytes, length: int) -> bytes:
        """Return what the card's habits make it say instead of data; empty when it answers well."""
        if length > self.habits.longest_read:
            return _WRONG_LENGTH
        self._reads += 1
        if self._reads <= self.habits.empty_reads:
            return _OK
        if self._reads <= self.habits.refused_reads:
            return b"\x6f\x00"
        if self.habits.wrong_length_first and self._refused != command:
            self._refused = command
            return bytes([0x6C, length & 0xFF])
        self._refused = b""
        return b""

    def _get_data(self, command: bytes) -> bytes:
        if command[2:4] != b"\x9f\x7f" or self.production_data is None:
            return b"\x6a\x88"
        if len(command) < 5 or command[4] != len(self.production_data):
            return bytes([0x6C, len(self.production_data)])
        return self.production_data + _OK  # case 2: the card sends at once, without GET RESPONSE

    def _announce(self, data: bytes) -> bytes:
        if self.habits.direct:
            return data + _OK
        self._waiting = data
        return self._more()

    def _more(self) -> bytes:
        if not self._waiting:
            return _OK
        return bytes([0x61, min(len(self._waiting), self.habits.chunk_bytes) & 0xFF])

    def _get_response(self, command: bytes) -> bytes:
        if not self._waiting:
            return _NOTHING_SELECTED
        if command[3] != self.habits.get_response_p2:
            return b"\x6a\x86"
        wanted = (command[4] if len(command) > 4 else 0) or 0x100
        available = min(len(self._waiting), self.habits.chunk_bytes)
        if wanted > available:
            return bytes([0x6C, available])
        data, self._waiting = self._waiting[:wanted], self._waiting[wanted:]
        return data + self._more()


def production_data(serial: str) -> bytes:
    """Return the 45 bytes of GET DATA 9F7F with ``serial`` (8 bytes as hexadecimal) at 13-20."""
    head = bytes.fromhex("9F7F2A") + bytes.fromhex("4790503440906350B117")[:10]
    return (head + bytes.fromhex(serial)).ljust(45, b"\x00")


def bank_card() -> VirtualCard:
    """Return a card that is no Thai ID card."""
    return VirtualCard(_BANK_ATR, applets=frozenset({_BANK_APPLET}))


def passport() -> VirtualCard:
    """Return the chip of a passport, as far as a reader of ID cards gets into it."""
    return VirtualCard(_PASSPORT_ATR, applets=frozenset({PASSPORT}))


def blank_card() -> VirtualCard:
    """Return a Thai ID card that nothing was written on."""
    return VirtualCard(bytes.fromhex("3B799600005448204E49442031"), memory=b"\xff" * 0x1627)


@dataclass(frozen=True, slots=True)
class MuteCard:
    """A worn card: it answers to power (vpcd knows no card that does not) and then to nothing well."""

    atr: bytes = _DEAF_ATR

    def reset(self) -> None:
        """Change nothing."""

    def respond(self, command: bytes) -> bytes:  # noqa: ARG002  (the port's signature)
        """Answer half a status word: to no answer at all pcscd would wait for ever."""
        return b"\x00"


def mute_card() -> MuteCard:
    """Return a card whose answers are cut off."""
    return MuteCard()
