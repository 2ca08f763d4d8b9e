"""Reading a Thai national ID card: identity first, then the rest of the text, the photo only when asked for.

Pure but for the card's port. Nothing here tries a PIN: wrong tries burn the counter for good.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date

from contracts.card import CardRead
from reader_drivers.cards import thai_fields as at
from reader_drivers.cards.other_cards import name_card
from reader_drivers.cards.profile import Profile, read_profile
from reader_drivers.cards.thai_decode import (
    Identity,
    check_layout,
    complete,
    decode_chip_serial,
    decode_identity,
    decode_laser_number,
)
from reader_drivers.core import apdu
from reader_drivers.core.applet import AppletReader
from reader_drivers.core.errors import (
    AppletAbsentError,
    CardKind,
    CardResetError,
    CardUnreadableError,
    NotThaiIdError,
    ReadCancelledError,
)
from reader_drivers.core.exchange import Card, Exchange
from reader_drivers.core.jpeg import JPEG_START, find_jpeg_end
from reader_drivers.core.read_plan import Memory, Span, plan_reads
from reader_drivers.core.status_words import WRONG_LENGTH

_TEXT = (*at.IDENTITY, *at.REST_OF_TEXT)
_BLANK = frozenset(b"\x00 \xff")


class ThaiIdSession:
    """One card's reading, from SELECT on. Not for several threads at once.

    A card reset by another program in the middle goes on where it was (see ``core.applet``).
    """

    def __init__(self, card: Card, today: date | None = None, progress: Callable[[float], None] | None = None) -> None:
        """Begin without touching the card.

        Args:
            card: The powered card.
            today: Only serves the findings.
            progress: Told after every read how much of the text is there, 0-1.
        """
        self._exchange = Exchange(card)
        self._today = today
        self._progress = progress
        self._known = 0
        self._chip = AppletReader(self._exchange, apdu.THAI_ID_AID, at.SAMENESS, self._tell)

    @property
    def exchanges(self) -> int:
        """APDUs sent so far."""
        return self._exchange.count

    def read_identity(self, *, brief: bool = False) -> Identity:
        """Read number, names, birth, sex and dates: SELECT and two reads, five exchanges on a plain T=0 card.

        Args:
            brief: Leave out request number and issuer, which lie between them: sooner there by a third on the slowest
                cards, but all text then takes two exchanges more.

        Raises:
            NotThaiIdError: No such applet.
            LayoutUnknownError: A layout whose fields are not known.
            CardUnreadableError: The card answers badly, also on a second try.
            CardRemovedError: It was taken out, or exchanged (``CardChangedError``).
            ReaderError: Any other fault below.
        """
        first, *others = plan_reads(at.BRIEF_IDENTITY if brief else at.IDENTITY)
        self._fetch([first])
        self._check_blank(first)
        check_layout(self._chip.memory)
        self._fetch(others)
        return decode_identity(self._chip.memory, self._exchange.atr, self.exchanges, self._today)

    def read_all_text(self) -> Identity:
        """Read what of the Thai ID applet's text is still missing: seven exchanges in all on a plain T=0 card.

        Returns:
            The identity with every part of it; the address comes with :meth:`read_text`.
        """
        if not self._chip.memory.has(at.LAYOUT):
            self.read_identity()
        self._fetch(plan_reads(span for span in _TEXT if not self._chip.memory.has(span)))
        return decode_identity(self._chip.memory, self._exchange.atr, self.exchanges, self._today)

    def read_text(self, *, chip_serial: bool = True) -> CardRead:
        """Read all text, then ask the other applets for laser number and chip serial.

        Args:
            chip_serial: Ask for it too (two exchanges); the registry wants it, people do not.

        Raises:
            ReaderError: As :meth:`read_identity`. An applet that is missing or fails gives None instead.
        """
        identity = self.read_all_text()
        laser = decode_laser_number(self._ask(apdu.ADMIN_AID, apdu.get_laser_number(), apdu.LASER_NUMBER_LENGTH))
        serial = None
        if chip_serial:
            command = apdu.get_production_data()
            serial = decode_chip_serial(self._ask(b"", command, apdu.PRODUCTION_DATA_LENGTH))
        return complete(identity, self._chip.memory, self.exchanges, laser, serial)

    def read_photo(
        self, progress: Callable[[float], None] | None = None, cancelled: Callable[[], bool] | None = None
    ) -> bytes:
        """Read the photo, no further than its JPEG goes.

        Args:
            progress: Called with the part of the photo's space read so far, 0–1, ending with 1.
            cancelled: Asked before each read.

        Raises:
            ReadCancelledError: ``cancelled`` said so.
            CardUnreadableError: What lies there is no JPEG.
            ReaderError: As :meth:`read_identity`.
        """
        for span in plan_reads([at.PHOTO]):
            if cancelled is not None and cancelled():
                raise ReadCancelledError
            self._fetch([span])
            photo = self._chip.memory.get(Span(at.PHOTO.offset, span.end - at.PHOTO.offset))
            end = find_jpeg_end(photo)
            if end is not None:
                if progress is not None:
                    progress(1.0)
                return photo[:end]
            if progress is not None:
                progress((span.end - at.PHOTO.offset) / at.PHOTO.length)
        return self._cut_as_declared(self._chip.memory.get(at.PHOTO))

    def _cut_as_declared(self, photo: bytes) -> bytes:
        """Cut a picture without an end marker at the length the chip declares for it: viewers show what there is."""
        self._fetch(plan_reads(span for span in (at.PHOTO_LENGTH,) if not self._chip.memory.has(span)))
        length = int.from_bytes(self._chip.memory.get(at.PHOTO_LENGTH), "big")
        if not photo.startswith(JPEG_START) or not len(JPEG_START) < length <= len(photo):
            raise CardUnreadableError("photo")
        return photo[:length]

    def read_profile(self, profile: Profile) -> Mapping[str, object]:
        """Read another applet of the same card by its table of fields.

        Raises:
            AppletAbsentError: The card has no such applet.
            ReaderError: As :meth:`read_identity`.
        """
        self._chip.deselect()
        return read_profile(self._exchange, profile)

    def _fetch(self, spans: Iterable[Span]) -> None:
        try:
            self._chip.fetch(spans)
        except AppletAbsentError as error:
            raise NotThaiIdError(error.atr, name_card(self._exchange)) from error

    def _check_blank(self, first: Span) -> None:
        """Some cards of 2016 answer with nothing once; a card that does so again has nothing on it."""
        if not _BLANK.issuperset(self._chip.memory.get(at.LAYOUT)):
            return
        self._chip.forget()
        self._fetch([first])
        if _BLANK.issuperset(self._chip.memory.get(at.SAMENESS)):
            raise NotThaiIdError(self._exchange.atr, CardKind.BLANK)

    def _ask(self, aid: bytes, command: apdu.Command, length: int) -> bytes:
        """Ask another applet one thing; what it cannot answer is empty. The Thai ID applet is deselected by it."""
        self._chip.deselect()
        for _ in range(2):
            try:
                if not self._exchange.select(aid):
                    return b""
                reply = self._exchange.send(command)
                if reply.status == WRONG_LENGTH:
                    reply = self._exchange.send(command.with_length(length))
            except CardResetError:
                continue
            except CardUnreadableError:
                return b""
            return reply.data if reply.usable else b""
        return b""

    def _tell(self, memory: Memory) -> None:
        known = sum(span.length for span in _TEXT if memory.has(span))
        if self._progress is not None and known > self._known:  # else it is the photo that comes in
            self._known = known
            self._progress(known / sum(span.length for span in _TEXT))


def read_text(card: Card, today: date | None = None, on_identity: Callable[[Identity], None] | None = None) -> CardRead:
    """Read all text of the card; ``on_identity`` gets the identity as soon as it is there.

    Raises:
        ReaderError: See :meth:`ThaiIdSession.read_identity`.
    """
    session = ThaiIdSession(card, today)
    identity = session.read_identity()
    if on_identity is not None:
        on_identity(identity)
    return session.read_text()


def read_photo(
    card: Card, progress: Callable[[float], None] | None = None, cancelled: Callable[[], bool] | None = None
) -> bytes:
    """Read the photo alone. See :meth:`ThaiIdSession.read_photo`."""
    return ThaiIdSession(card).read_photo(progress, cancelled)
