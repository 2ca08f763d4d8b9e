"""Reading a Thai national ID card: identity first, then the rest of the text, the photo only when asked for.

Pure but for the card's port. Nothing here tries a PIN: wrong tries burn the counter for good.
"""

from collections.abc import Callable, Iterable
from datetime import date

from contracts.card import CardRead
from reader_drivers.cards import thai_fields as at
from reader_drivers.cards.thai_decode import (
    Identity,
    check_layout,
    complete,
    decode_chip_serial,
    decode_identity,
    decode_laser_number,
)
from reader_drivers.core import apdu
from reader_drivers.core.errors import (
    CardChangedError,
    CardResetError,
    CardUnreadableError,
    NotThaiIdError,
    ReadCancelledError,
)
from reader_drivers.core.exchange import Card, Exchange
from reader_drivers.core.jpeg import find_jpeg_end
from reader_drivers.core.read_plan import Memory, Span, plan_reads

_RESETS_SURVIVED = 3
_BLANK = frozenset(b"\x00 \xff")


class ThaiIdSession:
    """One card's reading, from SELECT on. Not for several threads at once.

    A card reset by another program in the middle is selected again and goes on where it was, once it has shown that it
    is still the same holder's card.
    """

    def __init__(self, card: Card, today: date | None = None) -> None:
        """Begin without touching the card; ``today`` only serves the findings."""
        self._exchange = Exchange(card)
        self._today = today
        self._memory = Memory()
        self._selected = False

    @property
    def exchanges(self) -> int:
        """APDUs sent so far."""
        return self._exchange.count

    def read_identity(self) -> Identity:
        """Read number, names, birth, sex and dates: SELECT and two reads, five exchanges on a plain T=0 card.

        Raises:
            NotThaiIdError: No such applet.
            LayoutUnknownError: A layout whose fields are not known.
            CardUnreadableError: The card answers badly, also on a second try.
            CardRemovedError: It was taken out, or exchanged (``CardChangedError``).
            ReaderError: Any other fault below.
        """
        first, *others = plan_reads(at.IDENTITY)
        self._fetch([first])
        if _BLANK.issuperset(self._memory.get(at.LAYOUT)):  # some cards of 2016 answer with nothing once
            self._selected = False
            self._memory = Memory()
            self._fetch([first])
        check_layout(self._memory)
        self._fetch(others)
        return decode_identity(self._memory, self._exchange.atr, self.exchanges, self._today)

    def read_rest(self, identity: Identity) -> CardRead:
        """Read the address and the photo's number, then ask the other applets for laser number and chip serial.

        Raises:
            ReaderError: As :meth:`read_identity`. An applet that is missing or fails gives None instead.
        """
        self._fetch(plan_reads(at.REST_OF_TEXT))
        laser_number = decode_laser_number(self._ask(apdu.ADMIN_AID, apdu.get_laser_number()))
        chip_serial = decode_chip_serial(self._ask(b"", apdu.get_production_data()))
        return complete(identity, self._memory, self.exchanges, laser_number, chip_serial)

    def read_photo(
        self, progress: Callable[[float], None] | None = None, cancelled: Callable[[], bool] | None = None
    ) -> bytes:
        """Read the photo, no further than its JPEG goes.

        Args:
            progress: Called with the part of the photo's space read so far, 0–1, ending with 1.
            cancelled: Asked before each read.

        Raises:
            ReadCancelledError: ``cancelled`` said so.
            CardUnreadableError: What lies there is no whole JPEG.
            ReaderError: As :meth:`read_identity`.
        """
        for span in plan_reads([at.PHOTO]):
            if cancelled is not None and cancelled():
                raise ReadCancelledError
            self._fetch([span])
            photo = self._memory.get(Span(at.PHOTO.offset, span.end - at.PHOTO.offset))
            end = find_jpeg_end(photo)
            if end is not None:
                if progress is not None:
                    progress(1.0)
                return photo[:end]
            if progress is not None:
                progress((span.end - at.PHOTO.offset) / at.PHOTO.length)
        raise CardUnreadableError("photo")

    def _fetch(self, spans: Iterable[Span]) -> None:
        for span in spans:
            for _ in range(_RESETS_SURVIVED):
                try:
                    self._select()
                    self._read(span)
                    break
                except CardResetError:
                    self._selected = False
            else:
                raise CardUnreadableError("read", offset=span.offset)

    def _select(self) -> None:
        if self._selected:
            return
        if not self._exchange.select(apdu.THAI_ID_AID):
            if self._memory.has(at.SAMENESS):  # it had the applet a moment ago
                raise CardChangedError(self._exchange.atr)
            raise NotThaiIdError(self._exchange.atr)
        self._selected = True
        if self._memory.has(at.SAMENESS):
            self._check_same_card()

    def _check_same_card(self) -> None:
        """Another card may be in the reader by now: two people's halves must never become one."""
        before = self._memory.get(at.SAMENESS)
        self._read(at.SAMENESS)
        if self._memory.get(at.SAMENESS) != before:
            raise CardChangedError(self._exchange.atr)

    def _read(self, span: Span) -> None:
        """Read ``span`` whole; a short answer is taken up where it stopped, an empty one is forgiven once."""
        offset, empty = span.offset, 0
        while offset < span.end:
            wanted = span.end - offset
            reply = self._exchange.send(apdu.read(offset, wanted))
            if not reply.ok:
                raise CardUnreadableError("read", reply.status, offset)
            data = reply.data[:wanted]
            empty = 0 if data else empty + 1
            if empty > 1:
                raise CardUnreadableError("read", reply.status, offset)
            self._memory.put(offset, data)
            offset += len(data)

    def _ask(self, aid: bytes, command: apdu.Command) -> bytes:
        """Ask another applet one thing; what it cannot answer is empty. The Thai ID applet is deselected by it."""
        self._selected = False
        try:
            if not self._exchange.select(aid):
                return b""
            reply = self._exchange.send(command)
        except (CardResetError, CardUnreadableError):
            return b""
        return reply.data if reply.ok else b""


def read_text(card: Card, today: date | None = None, on_identity: Callable[[Identity], None] | None = None) -> CardRead:
    """Read all text of the card; ``on_identity`` gets the identity as soon as it is there.

    Raises:
        ReaderError: See :meth:`ThaiIdSession.read_identity`.
    """
    session = ThaiIdSession(card, today)
    identity = session.read_identity()
    if on_identity is not None:
        on_identity(identity)
    return session.read_rest(identity)


def read_photo(
    card: Card, progress: Callable[[float], None] | None = None, cancelled: Callable[[], bool] | None = None
) -> bytes:
    """Read the photo alone. See :meth:`ThaiIdSession.read_photo`."""
    return ThaiIdSession(card).read_photo(progress, cancelled)
