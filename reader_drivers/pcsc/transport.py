"""A card in a PC/SC reader, as the exchange's port ``Card``."""

from collections.abc import Iterator
from contextlib import contextmanager

from reader_drivers.core.errors import (
    CardAbsentError,
    CardRemovedError,
    CardResetError,
    CardUnreadableError,
    ReaderAbsentError,
)
from reader_drivers.pcsc.context import PRESENT, Context, Handle, SlotState


class PcscCard:
    """One powered card. Implements ``core.exchange.Card``."""

    def __init__(self, handle: Handle) -> None:
        """Take over an open connection whose transaction has begun."""
        self._handle = handle
        self._atr = handle.atr()

    @property
    def atr(self) -> bytes:
        """The answer to reset."""
        return self._atr

    def transmit(self, command: bytes) -> tuple[bytes, int, int]:
        """Send one APDU. See ``core.exchange.Card.transmit``.

        A transfer cut in the middle (worn contacts) is told as a reset when the card answers to power again, and as a
        removal when it does not: the service itself may notice an empty reader only later.
        """
        try:
            answer = self._handle.transmit(command)
        except CardResetError:
            self._take_up_again(reset=False)
            raise
        except (CardUnreadableError, CardAbsentError) as error:
            self._take_up_again(reset=True)
            raise CardResetError from error
        if len(answer) < 2:
            self._take_up_again(reset=True)
            raise CardResetError
        return answer[:-2], answer[-2], answer[-1]

    def _take_up_again(self, *, reset: bool) -> None:
        try:
            self._handle.reconnect(reset=reset)
            if not reset:
                self._handle.begin()
            self._atr = self._handle.atr()
        except (CardAbsentError, ReaderAbsentError, CardUnreadableError) as error:
            raise CardRemovedError from error


@contextmanager
def open_card(reader: str) -> Iterator[PcscCard]:
    """Power and share the card in ``reader`` and keep other programs off it until the block ends.

    Raises:
        ServiceAbsentError: No PC/SC service, or it refuses this user.
        ReaderAbsentError: No such reader.
        CardAbsentError: No card in it.
        CardMuteError: The card does not answer to power.
        NotThaiIdError: The card speaks no protocol this reader knows.
    """
    with Context() as context:
        handle = context.connect(reader)
        try:
            _begin(handle)
            try:
                yield PcscCard(handle)
            finally:
                handle.end()
        finally:
            handle.close()


def _begin(handle: Handle) -> None:
    try:
        handle.begin()
    except CardResetError:
        handle.reconnect()
        handle.begin()


def list_readers() -> list[SlotState]:
    """Return all readers with their state now, in the service's order.

    Raises:
        ServiceAbsentError: No PC/SC service.
    """
    with Context() as context:
        names = context.readers()
        if not names:
            return []
        try:
            return context.wait([SlotState(name) for name in names], 0) or []
        except ReaderAbsentError:  # unplugged between the two calls
            return []


def find_readers(wanted: str | None = None) -> list[str]:
    """Choose the readers to try: the named one, else all with a card in them, in the service's order.

    Args:
        wanted: A reader's whole name, or the only one that begins so.

    Raises:
        ServiceAbsentError: No PC/SC service.
        ReaderAbsentError: No reader at all, or none of that name.
        CardAbsentError: No card in it, or in any.
    """
    return choose_readers(list_readers(), wanted)


def choose_readers(slots: list[SlotState], wanted: str | None = None) -> list[str]:
    """Choose among ``slots`` as :func:`find_readers` does. Pure."""
    if wanted is not None:
        exact = [slot for slot in slots if slot.reader == wanted]
        slots = exact or [slot for slot in slots if slot.reader.startswith(wanted)]
    if not slots:
        raise ReaderAbsentError(wanted)
    occupied = [slot.reader for slot in slots if slot.state & PRESENT]
    if not occupied:
        raise CardAbsentError(wanted)
    return occupied
