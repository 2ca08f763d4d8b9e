"""One applet's memory, read stretch by stretch over an exchange, whatever happens in between. Pure but for the port."""

from collections.abc import Callable, Iterable

from reader_drivers.core import apdu
from reader_drivers.core.errors import AppletAbsentError, CardChangedError, CardResetError, CardUnreadableError
from reader_drivers.core.exchange import Exchange
from reader_drivers.core.read_plan import Memory, Span

_RESETS_SURVIVED = 3
_REFUSALS_SURVIVED = 5  # once by selecting anew, then by asking for half as much: 255, 127, 63, 31, 15
_SMALLEST_READ = 15


class AppletReader:
    """Reads an applet's memory; selects it when needed.

    A card reset by another program in the middle is selected again and goes on where it was, once it has shown that it
    is still the same card.

    Attributes:
        memory: What has been read.
    """

    def __init__(
        self,
        exchange: Exchange,
        aid: bytes,
        sameness: Span | None = None,
        on_read: Callable[[Memory], None] | None = None,
    ) -> None:
        """Begin without touching the card.

        Args:
            exchange: The conversation with the card.
            aid: The applet.
            sameness: What a card that comes back after a reset must still hold; None: nothing tells.
            on_read: Told after every stretch.
        """
        self.memory = Memory()
        self._exchange = exchange
        self._aid = aid
        self._sameness = sameness
        self._on_read = on_read
        self._selected = False
        self._reach = apdu.MAX_READ

    def deselect(self) -> None:
        """Take note that another applet was selected."""
        self._selected = False

    def forget(self) -> None:
        """Begin anew: nothing is selected, nothing known."""
        self._selected = False
        self.memory = Memory()

    def fetch(self, spans: Iterable[Span]) -> None:
        """Read ``spans`` whole.

        Raises:
            AppletAbsentError: The card has no such applet.
            CardUnreadableError: The card answers badly, also on further tries.
            CardChangedError: After a reset another card is there.
            ReaderError: Any other fault below.
        """
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
            if self._on_read is not None:
                self._on_read(self.memory)

    def _select(self) -> None:
        if self._selected:
            return
        before = None
        if self._sameness is not None and self.memory.has(self._sameness):
            before = self.memory.get(self._sameness)
        if not self._exchange.select(self._aid):
            if before is not None:  # it had the applet a moment ago
                raise CardChangedError(self._exchange.atr)
            raise AppletAbsentError(self._exchange.atr)
        self._selected = True
        if before is not None and self._sameness is not None:
            self._read(self._sameness)
            # Two people's halves must never become one.
            if self.memory.get(self._sameness) != before:
                raise CardChangedError(self._exchange.atr)

    def _read(self, span: Span) -> None:
        """Read ``span`` whole; a short answer is taken up where it stopped, an empty one is forgiven once."""
        offset, refusals, empty = span.offset, 0, 0
        while offset < span.end:
            wanted = min(self._reach, span.end - offset)
            reply = self._exchange.send(apdu.read(offset, wanted))
            data = reply.data[:wanted] if reply.usable else b""
            if data:
                self.memory.put(offset, data)
                offset, refusals, empty = offset + len(data), 0, 0
                continue
            refusals, empty = (refusals, empty + 1) if reply.ok else (refusals + 1, empty)
            if empty > 1 or refusals > _REFUSALS_SURVIVED:
                raise CardUnreadableError("read", reply.status, offset)
            if refusals == 1:
                self._exchange.select(self._aid)  # a worn contact may have lost the selection
            elif refusals > 1:
                self._reach = max(_SMALLEST_READ, wanted // 2)
