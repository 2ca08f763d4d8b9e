"""A hostile card made of arbitrary bytes, and the promises that no card may break."""

import json
from collections.abc import Callable

from reader_drivers.cards.nhso import PROFILE as NHSO
from reader_drivers.cards.thai_id import ThaiIdSession
from reader_drivers.core import apdu
from reader_drivers.core.errors import CardRemovedError, CardResetError, ReaderError
from tests.support.reader_cards import TODAY, plain_card

LONGEST = 12_000 + 20  # the exchange's own limit, and the questions after it
_TEXT = frozenset({*range(0x017B), *range(0x1579, 0x1627)})
_PHOTO = frozenset(range(0x0179, 0x1579))
_NHSO = frozenset(range(0x0004, 0x015E))
_ALLOWED = {b"\x00\xa4", b"\x80\xb0", b"\x00\xc0", b"\x80\xca", b"\x80\x00"}


class BrokenPromiseError(AssertionError):
    """The reader did to a card what it must never do."""


class HostileCard:
    """Implements ``Card``: behind an honest card, ``script`` decides command by command what goes wrong.

    Attributes:
        answers: How many commands were answered.
        may_read: The offsets that may be read now.
    """

    def __init__(self, script: bytes) -> None:
        self._script = script
        self._at = 0
        self._honest = plain_card()
        self._atr = self._honest.atr if self._take() & 1 else b"\x3b\x67" + self._slice()
        self.answers = 0
        self.may_read = _TEXT

    @property
    def atr(self) -> bytes:
        return self._atr

    def _take(self) -> int:
        self._at += 1
        return self._script[self._at - 1] if self._at <= len(self._script) else 0x80

    def _slice(self) -> bytes:
        length = self._take()
        data = self._script[self._at : self._at + length]
        self._at += length
        return data

    def transmit(self, command: bytes) -> tuple[bytes, int, int]:
        self.answers += 1
        self._check(command)
        kind = self._take()
        if kind == 0x01:
            raise CardRemovedError
        if kind == 0x02:
            self._honest.reset()
            raise CardResetError
        if kind < 0x20:
            return self._slice(), self._take(), self._take()
        answer = self._honest.respond(command)
        data, sw1, sw2 = answer[:-2], answer[-2], answer[-1]
        if kind < 0x30:
            return data[: self._take()], sw1, sw2
        if kind < 0x40:
            return data + self._slice(), sw1, sw2
        if kind < 0x60 and data:
            spoilt = bytearray(data)
            spoilt[self._take() % len(data)] = self._take()
            return bytes(spoilt), sw1, sw2
        if kind < 0x70:
            return data, 0x61 if kind & 1 else 0x6C, self._take()
        return data, sw1, sw2

    def _check(self, command: bytes) -> None:
        if self.answers > LONGEST:
            raise BrokenPromiseError("no end")
        if command[:2] not in _ALLOWED:
            raise BrokenPromiseError("an instruction nobody needs")
        if command[:2] == b"\x80\xb0":
            offset, length = int.from_bytes(command[2:4]), int.from_bytes(command[5:7])
            # 6Cxx makes a card's own wish the length: what is asked for counts by where it begins.
            if offset not in self.may_read or length > apdu.MAX_READ:
                raise BrokenPromiseError("a read past the plan")


def exercise(script: bytes) -> int:
    """Read everything of a hostile card; return how many answers it gave.

    Raises:
        BrokenPromiseError: A promise is broken. Any other exception is one that the reader did not declare.
    """
    card = HostileCard(script)
    session = ThaiIdSession(card, TODAY)
    _attempt(card, _TEXT, lambda: json.dumps(session.read_text().public()))
    _attempt(card, _NHSO | _TEXT, lambda: json.dumps(session.read_profile(NHSO)))
    _attempt(card, _TEXT | _PHOTO, session.read_photo)
    return card.answers


def _attempt(card: HostileCard, may_read: frozenset[int], work: Callable[[], object]) -> None:
    card.may_read = may_read
    try:
        work()
    except ReaderError as error:
        if any(ord(letter) < 0x20 for letter in str(error)):
            raise BrokenPromiseError("an error that steers terminals") from error
