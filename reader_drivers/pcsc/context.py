"""The PC/SC service as this project sees it: the one file that imports pyscard, and speaks only typed errors.

Source: PC/SC workgroup specification part 5 as pcsc-lite implements it; return codes of ``winscard.h``.
"""

from dataclasses import dataclass
from typing import Any, Self

from smartcard import scard

from reader_drivers.core.errors import (
    CardAbsentError,
    CardMuteError,
    CardRemovedError,
    CardResetError,
    CardUnreadableError,
    NotThaiIdError,
    ReaderAbsentError,
    ReaderError,
    ServiceAbsentError,
    ServiceRefusedError,
)

PLUG_AND_PLAY = "\\\\?PnP?\\Notification"  # a name that stands for "a reader came or went"
PRESENT = int(scard.SCARD_STATE_PRESENT)
MUTE = int(scard.SCARD_STATE_MUTE)
_INFINITE = 0xFFFFFFFF


def _codes(*names: str) -> frozenset[int]:
    return frozenset(int(getattr(scard, name)) & 0xFFFFFFFF for name in names)


# pcsc-lite answers calls on a connection that died with its daemon with any of these.
_ABSENT = _codes("SCARD_E_NO_SERVICE", "SCARD_E_SERVICE_STOPPED", "SCARD_E_INVALID_HANDLE", "SCARD_F_COMM_ERROR")
_REFUSED = _codes("SCARD_E_NO_ACCESS", "SCARD_W_SECURITY_VIOLATION")
_NO_READER = _codes("SCARD_E_NO_READERS_AVAILABLE", "SCARD_E_UNKNOWN_READER", "SCARD_E_READER_UNAVAILABLE")
_NO_CARD = _codes("SCARD_E_NO_SMARTCARD")
_REMOVED = _codes("SCARD_W_REMOVED_CARD")
_RESET = _codes("SCARD_W_RESET_CARD")
_MUTE = _codes("SCARD_W_UNRESPONSIVE_CARD", "SCARD_W_UNPOWERED_CARD")
_PROTOCOL = _codes("SCARD_E_PROTO_MISMATCH")
_OTHER_CARD = _codes("SCARD_W_UNSUPPORTED_CARD") | _PROTOCOL
_EITHER = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1


def _error(result: int, step: str, reader: str | None) -> ReaderError:
    """Say in this room's words what a return code means."""
    words: tuple[tuple[frozenset[int], ReaderError], ...] = (
        (_ABSENT, ServiceAbsentError()),
        (_REFUSED, ServiceRefusedError()),
        (_NO_READER, ReaderAbsentError(reader)),
        (_NO_CARD, CardAbsentError(reader)),
        (_REMOVED, CardRemovedError()),
        (_RESET, CardResetError()),
        (_MUTE, CardMuteError()),
        (_OTHER_CARD, NotThaiIdError()),
    )
    code = result & 0xFFFFFFFF
    return next((error for codes, error in words if code in codes), CardUnreadableError(step))


@dataclass(frozen=True, slots=True)
class SlotState:
    """What the service says of one reader.

    Attributes:
        reader: Its name; :data:`PLUG_AND_PLAY` for "readers came or went".
        state: The service's state word, to be handed back on the next wait.
        atr: The card's answer to reset, empty without a card.
    """

    reader: str
    state: int = 0
    atr: bytes = b""


class Context:
    """One connection to the PC/SC service. Cheap; one per thread that uses cards."""

    def __init__(self) -> None:
        """Connect.

        Raises:
            ServiceAbsentError: The service does not run.
            ServiceRefusedError: It runs but refuses this user.
        """
        result, self._handle = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
        if result != scard.SCARD_S_SUCCESS:
            raise ServiceRefusedError if result & 0xFFFFFFFF in _REFUSED else ServiceAbsentError

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Release the connection; a wait in another thread ends."""
        scard.SCardReleaseContext(self._handle)

    def readers(self) -> list[str]:
        """Return the readers' names in the service's order; none is an empty list.

        Raises:
            ServiceAbsentError: The service went away.
        """
        result, names = scard.SCardListReaders(self._handle, [])
        if result == scard.SCARD_E_NO_READERS_AVAILABLE:
            return []
        if result != scard.SCARD_S_SUCCESS:
            raise _error(result, "readers", None)
        return list(names)

    def wait(self, known: list[SlotState], timeout_ms: int = _INFINITE) -> list[SlotState] | None:
        """Block until something differs from ``known``; no polling on this side.

        Returns:
            The states now, in the order of ``known``; None when the time ran out or :meth:`cancel` was called.

        Raises:
            ReaderAbsentError: A reader in ``known`` is gone.
            ServiceAbsentError: The service went away.
        """
        result, states = scard.SCardGetStatusChange(
            self._handle, timeout_ms, [(slot.reader, slot.state, list(slot.atr)) for slot in known]
        )
        if result in {scard.SCARD_E_TIMEOUT, scard.SCARD_E_CANCELLED}:
            return None
        if result != scard.SCARD_S_SUCCESS:
            raise _error(result, "wait", None)
        return [SlotState(name, state & ~scard.SCARD_STATE_CHANGED, bytes(atr)) for name, state, atr in states]

    def cancel(self) -> None:
        """End a wait that another thread is in."""
        scard.SCardCancel(self._handle)

    def connect(self, reader: str) -> "Handle":
        """Power the card in ``reader`` and share it: T=0, as all known Thai ID cards; a card without it by T=1.

        Contacts bounce when a card slides in: a card "removed" within the call is powered once more.

        Raises:
            ReaderError: No reader, no card, a mute card, a card without either protocol, no service.
        """
        result, handle, protocol = self._power(reader, scard.SCARD_PROTOCOL_T0)
        if result & 0xFFFFFFFF in _REMOVED:
            result, handle, protocol = self._power(reader, scard.SCARD_PROTOCOL_T0)
        if result & 0xFFFFFFFF in _PROTOCOL:
            result, handle, protocol = self._power(reader, _EITHER)
        if result != scard.SCARD_S_SUCCESS:
            raise _error(result, "power", reader)
        return Handle(handle, reader, protocol)

    def _power(self, reader: str, protocols: int) -> tuple[int, Any, int]:
        result, handle, protocol = scard.SCardConnect(self._handle, reader, scard.SCARD_SHARE_SHARED, protocols)
        return result, handle, protocol


class Handle:
    """A shared connection to one card: the service's calls, typed."""

    def __init__(self, handle: Any, reader: str, protocol: int) -> None:
        self._handle = handle
        self._reader = reader
        self._protocol = protocol
        self._header = scard.SCARD_PCI_T1 if protocol == scard.SCARD_PROTOCOL_T1 else scard.SCARD_PCI_T0

    def atr(self) -> bytes:
        """Return the answer to reset."""
        result, _, _, _, atr = scard.SCardStatus(self._handle)
        self._check(result, "power")
        return bytes(atr)

    def begin(self) -> None:
        """Keep other programs off this card until :meth:`end`: their SELECT between two reads would spoil them."""
        self._check(scard.SCardBeginTransaction(self._handle), "power")

    def end(self) -> None:
        """Let other programs at the card again."""
        scard.SCardEndTransaction(self._handle, scard.SCARD_LEAVE_CARD)

    def transmit(self, command: bytes) -> bytes:
        """Send one APDU, return data and status word."""
        result, answer = scard.SCardTransmit(self._handle, self._header, list(command))
        self._check(result, "transmit")
        return bytes(answer)

    def reconnect(self, *, reset: bool = False) -> None:
        """Take the card up again after another program's reset; ``reset`` makes it answer to power anew."""
        how = scard.SCARD_RESET_CARD if reset else scard.SCARD_LEAVE_CARD
        result, _ = scard.SCardReconnect(self._handle, scard.SCARD_SHARE_SHARED, self._protocol, how)
        self._check(result, "power")

    def close(self) -> None:
        """Let go of the card without resetting it."""
        scard.SCardDisconnect(self._handle, scard.SCARD_LEAVE_CARD)

    def _check(self, result: int, step: str) -> None:
        if result != scard.SCARD_S_SUCCESS:
            raise _error(result, step, self._reader)
