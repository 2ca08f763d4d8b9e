"""Asks a printer how it is: one query at a time, fixed bits checked, silence kept apart from good news."""

import time
from collections.abc import Callable, Iterable

from printer.answers import Kind, read_answers
from printer.devices.port import StatusDevice
from printer.escpos import AUTOMATIC_STATUS, CLEAR_AFTER_ERROR, CLEAR_BUFFER, END_QUERY
from printer.status import QUERIES, Condition, PrinterStatus, parse_automatic, summarise

ANSWER_TIMEOUT_S = 1.0
"""Printers answer real-time queries in milliseconds; network ones under load in some hundred."""


class StatusLine:
    """A printer's line, sorting what comes back.

    Args:
        device: The line.
        monotonic: Clock for waiting.
        answer_timeout_s: Patience for one answer.
        automatic: Ask the printer to tell of changes by itself, too.

    Attributes:
        cleared: An answer to a clearing has come since it was asked for.
    """

    def __init__(
        self,
        device: StatusDevice,
        monotonic: Callable[[], float] = time.monotonic,
        answer_timeout_s: float = ANSWER_TIMEOUT_S,
        *,
        automatic: bool = False,
    ) -> None:
        self._device = device
        self._monotonic = monotonic
        self._answer_timeout_s = answer_timeout_s
        self._wants_automatic = automatic
        self._automatic: frozenset[Condition] | None = None
        self._pending = b""
        self.cleared = False
        self._ends_asked = 0
        self._ends_answered = 0

    def open(self) -> None:
        """Open the line anew, so that a late answer cannot pose as the next query's."""
        self._device.open()
        self._pending, self._automatic = b"", None
        if self._wants_automatic:
            self._device.send(AUTOMATIC_STATUS)

    def expect_end(self) -> None:
        """One more GS r 1 is about to be sent. Before the first, a byte of its answer's form is noise."""
        self._ends_asked += 1

    @property
    def end_answered(self) -> bool:
        """Every GS r 1 sent has been answered: everything before the last of them was carried out."""
        return 0 < self._ends_asked <= self._ends_answered

    def listen(self, timeout_s: float) -> list[int]:
        """Take what comes; return the bytes that answer a status query."""
        answers, self._pending = read_answers(self._pending + self._device.receive(timeout_s))
        for answer in answers:
            if answer.kind is Kind.AUTOMATIC:
                self._automatic = parse_automatic(answer.data)
            elif answer.kind is Kind.CLEARED:
                self.cleared = True
            elif answer.kind is Kind.END and self._ends_asked:
                self._ends_answered += 1
        return [answer.data[0] for answer in answers if answer.kind is Kind.STATUS]

    def drain(self) -> None:
        """Throw away late answers, so that none is taken for the next query's."""
        while self.listen(0.001):
            pass

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
                self.open()
        return summarise(answers, self._automatic)

    def clear(self, timeout_s: float = 2.0) -> bool:
        """Clear the printer's buffer; True when the printer says it did.

        One that does not know the newer command may know the older, which says nothing.
        """
        self.drain()
        self.cleared = False
        self._device.send(CLEAR_BUFFER)
        deadline = self._monotonic() + timeout_s
        while not self.cleared and (left := deadline - self._monotonic()) > 0:
            self.listen(left)
        if not self.cleared:
            self._device.send(CLEAR_AFTER_ERROR)
        return self.cleared

    def wait_for_end(self, timeout_s: float) -> bool:
        """Ask to be told when all that was sent before has been carried out; True when the printer says so."""
        self.drain()
        self.expect_end()
        self._device.send(END_QUERY)
        deadline = self._monotonic() + timeout_s
        while not self.end_answered and (left := deadline - self._monotonic()) > 0:
            self.listen(left)
        return self.end_answered
