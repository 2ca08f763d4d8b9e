"""The conversation with one card: T=0 habits under one call, over a port with one method.

Pure but for the port: no clock, no waiting, no threads. Source: ISO/IEC 7816-3 clause 10.3 and
the card facts, "It varies".
"""

from dataclasses import dataclass
from typing import Protocol

from reader_drivers.core import apdu
from reader_drivers.core.apdu import Command
from reader_drivers.core.errors import CardUnreadableError
from reader_drivers.core.status_words import FILE_NOT_FOUND, OK, SW1_MORE, SW1_WRONG_LENGTH, WARNINGS

_ANSWER_LIMIT = 1024  # far above any answer of this card; ends a card that says 61xx for ever
_EXCHANGE_LIMIT = 12_000  # a card that gives text and photo byte by byte needs half of it
_IDLE_LIMIT = 4  # 61xx and 6Cxx in a row without a byte of data: an honest card needs two
_P2_ONE_ATR = b"\x3b\x67"  # cards whose GET RESPONSE wants P2 = 01


class Card(Protocol):
    """A powered card in a reader. Real: ``pcsc.transport``; the virtual card implements it directly for tests."""

    @property
    def atr(self) -> bytes:
        """The answer to reset."""
        ...

    def transmit(self, command: bytes) -> tuple[bytes, int, int]:
        """Send one command APDU, return ``(data, SW1, SW2)``.

        Raises:
            CardRemovedError: The card is gone.
            CardResetError: Another program reset it; it has been powered again and answers, nothing is selected.
            ReaderError: Any other fault of reader or service.
        """
        ...


@dataclass(frozen=True, slots=True, repr=False)
class Reply:
    """A whole answer, whatever number of exchanges it took. The repr hides the data."""

    data: bytes
    status: int

    @property
    def ok(self) -> bool:
        """True for ``9000``."""
        return self.status == OK

    @property
    def usable(self) -> bool:
        """True when the data counts: ``9000``, or data under a warning (62xx and 63xx, ISO/IEC 7816-4 table 6)."""
        return self.ok or (bool(self.data) and self.status >> 8 in WARNINGS)

    def __repr__(self) -> str:
        return f"Reply({len(self.data)} bytes, {self.status:04X})"


class Exchange:
    """Sends commands, follows 61xx and 6Cxx, counts every APDU.

    Attributes:
        count: APDUs sent so far, SELECT, GET RESPONSE and repeats included.
    """

    def __init__(self, card: Card) -> None:
        self._card = card
        self._other_p2 = False  # GET RESPONSE with the P2 that the ATR does not suggest
        self._selected_once = False
        self.count = 0

    @property
    def atr(self) -> bytes:
        """The card's answer to reset, as of now."""
        return self._card.atr

    def select(self, aid: bytes) -> bool:
        """SELECT an applet; one failure is forgiven, some cards refuse the first command after power-on.

        ``61xx`` is success already: what waits there is the applet's own description, which nobody needs, and fetching
        it would cost an exchange before the identity. A card that has selected something before means its "not found".
        """
        for _ in range(2):
            _, sw1, sw2 = self._transmit(apdu.select(aid))
            if sw1 == SW1_MORE or sw1 << 8 | sw2 == OK:
                self._selected_once = True
                return True
            if self._selected_once and sw1 << 8 | sw2 == FILE_NOT_FOUND:
                break
        return False

    def send(self, command: Command) -> Reply:
        """Send ``command`` and gather its whole answer.

        A refused GET RESPONSE is tried with the other P2, from the command on: which cards want 01 is hearsay. The P2
        that worked is kept.

        Raises:
            CardUnreadableError: The card promises data without end, or changes its mind about lengths without end.
            ReaderError: From the port.
        """
        reply, refused = self._converse(command)
        if refused:
            self._other_p2 = not self._other_p2
            other, _ = self._converse(command)
            if other.ok:
                return other
            self._other_p2 = not self._other_p2
        return reply

    def _converse(self, command: Command) -> tuple[Reply, bool]:
        """Return the answer, and whether it is no more than a refused GET RESPONSE."""
        data, sw1, sw2 = self._transmit(command)
        p2 = int(self.atr.startswith(_P2_ONE_ATR) != self._other_p2)
        idle, asked = 0, False
        while sw1 == SW1_MORE or (sw1 == SW1_WRONG_LENGTH and command.sized):
            asked = asked or sw1 == SW1_MORE
            command = apdu.get_response(sw2, p2) if sw1 == SW1_MORE else command.with_length(sw2)
            more, sw1, sw2 = self._transmit(command)
            data += more
            idle = 0 if more else idle + 1
            if idle > _IDLE_LIMIT or len(data) > _ANSWER_LIMIT:
                raise CardUnreadableError("read", sw1 << 8 | sw2)
        reply = Reply(data, sw1 << 8 | sw2)
        return reply, asked and not data and not reply.ok

    def _transmit(self, command: Command) -> tuple[bytes, int, int]:
        if self.count >= _EXCHANGE_LIMIT:
            raise CardUnreadableError("read")
        self.count += 1
        return self._card.transmit(command.apdu)
