"""Asks a printer how it is: one query at a time, fixed bits checked, silence kept apart from good news."""

import time
from collections.abc import Callable, Iterable

from printer.devices.port import StatusDevice
from printer.escpos import CLEAR_BUFFER, CLEARED
from printer.status import QUERIES, PrinterStatus, is_end_answer, is_status, summarise

ANSWER_TIMEOUT_S = 1.0
"""Printers answer real-time queries in milliseconds; network ones under load in some hundred."""


class StatusLine:
    """A printer's line, sorting what comes back.

    Attributes:
        end_answered: An answer to the closing GS r 1 has come.
    """

    def __init__(
        self,
        device: StatusDevice,
        monotonic: Callable[[], float] = time.monotonic,
        answer_timeout_s: float = ANSWER_TIMEOUT_S,
    ) -> None:
        self._device = device
        self._monotonic = monotonic
        self._answer_timeout_s = answer_timeout_s
        self.end_answered = False
        self._end_expected = False

    def expect_end(self) -> None:
        """From now on a byte of GS r's form is the end of the slip; before, it is noise."""
        self._end_expected = True

    def listen(self, timeout_s: float) -> list[int]:
        """Take what comes; return the bytes that are status answers."""
        data = self._device.receive(timeout_s)
        self._note_end(data.replace(CLEARED, b""))
        return [byte for byte in data if is_status(byte)]

    def _note_end(self, data: bytes) -> None:
        if self._end_expected and any(is_end_answer(byte) for byte in data):
            self.end_answered = True

    def drain(self) -> None:
        """Throw away late answers, so that none is taken for the next query's."""
        while data := self._device.receive(0.001):
            self._note_end(data)

    def ask_one(self, query: int) -> int | None:
        """Send one query and return its byte, or None on silence."""
        self.drain()
        self._device.send(bytes([0x10, 0x04, query]))  # DLE EOT n
        deadline = self._monotonic() + self._answer_timeout_s
        while (left := deadline - self._monotonic()) > 0:
            if found := self.listen(left):
                return found[-1]
        return None

    def ask(self, queries: Iterable[int] = QUERIES, *, reopen: bool = True) -> PrinterStatus:
        """Ask several queries. A printer silent on 1 or 4 is silent: it is not asked again on this line.

        Args:
            queries: Which of DLE EOT 1–4.
            reopen: Open the line anew when 2 or 3 was silent, so that a late answer cannot pose as the next one's.
        """
        answers: dict[int, int | None] = {}
        for query in queries:
            answers[query] = self.ask_one(query)
            if answers[query] is None and query in {1, 4}:
                break
            if answers[query] is None and reopen:
                self._device.open()
        return summarise(answers)

    def clear(self, timeout_s: float = 2.0) -> bool:
        """Clear the printer's buffer; True when the printer says it did."""
        self.drain()
        self._device.send(CLEAR_BUFFER)
        deadline = self._monotonic() + timeout_s
        seen = b""
        while (left := deadline - self._monotonic()) > 0:
            seen += self._device.receive(left)
            if CLEARED in seen:
                self._note_end(bytes(byte for byte in seen.replace(CLEARED, b"") if not is_status(byte)))
                return True
        return False
