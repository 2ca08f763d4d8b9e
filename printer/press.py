"""Prints a slip once, and says honestly whether it came out. Only here do picture, bytes, line and journal meet."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from contracts.message import Words
from contracts.slip import SlipRecord
from printer.devices.port import Device, StatusDevice, StoreDevice
from printer.errors import DeviceBrokenError, DeviceUnavailableError
from printer.escpos import SlipBytes, encode_slip
from printer.journal import Fate, Journal, State
from printer.layout import FULL_WIDTH
from printer.raster import draw_slip
from printer.status import Condition, PrinterStatus
from printer.status_client import ANSWER_TIMEOUT_S, StatusLine
from printer.typeface import Typeface


class PrintOutcome(StrEnum):
    """Whether a slip came out."""

    PRINTED = "printed"
    NOT_PRINTED = "not_printed"
    UNSURE = "unsure"


OUTCOME_WORDS = {
    PrintOutcome.PRINTED: Words(th="พิมพ์ใบเรียบร้อยแล้ว", en="Your slip has been printed."),
    PrintOutcome.NOT_PRINTED: Words(
        th="พิมพ์ใบไม่สำเร็จ และจะไม่มีใบออกมาภายหลัง", en="The slip was not printed, and it will not come out later."
    ),
    PrintOutcome.UNSURE: Words(
        th="ไม่แน่ใจว่าใบพิมพ์ออกมาแล้วหรือไม่ โปรดดูที่ช่องรับกระดาษ",
        en="It is not certain that the slip came out. Please look at the tray.",
    ),
}


@dataclass(frozen=True)
class PrintResult:
    """What became of a slip.

    Attributes:
        outcome: Printed, not printed, unsure.
        conditions: What was found at the printer.
        already: Known from the journal; nothing was sent now.
    """

    outcome: PrintOutcome
    conditions: frozenset[Condition] = frozenset()
    already: bool = False

    @property
    def words(self) -> Words:
        """The outcome for a citizen."""
        return OUTCOME_WORDS[self.outcome]


@dataclass(frozen=True)
class Timing:
    """How long a printer may take.

    Attributes:
        rows_per_s: A slow printer's speed: 80 mm a second.
        margin_s: Added for starting and cutting.
        poll_s: Between looks while it prints.
        answer_timeout_s: For one status answer.
    """

    rows_per_s: float = 640.0
    margin_s: float = 2.0
    poll_s: float = 0.3
    answer_timeout_s: float = ANSWER_TIMEOUT_S


_FATE_OUTCOMES = {Fate.PRINTED: PrintOutcome.PRINTED, Fate.LOOK_AT_THE_TRAY: PrintOutcome.UNSURE}


@dataclass
class Press:
    """One printer with its journal.

    Attributes:
        device: Where slips go.
        journal: What was printed before.
        typeface: For drawing.
        width: Dots across the paper: 576 or 384.
        timing: Patience.
        monotonic: Clock for waiting.
    """

    device: Device
    journal: Journal
    typeface: Typeface
    width: int = FULL_WIDTH
    timing: Timing = field(default_factory=Timing)
    monotonic: Callable[[], float] = time.monotonic

    def print_slip(self, record: SlipRecord, *, reprint: bool = False) -> PrintResult:
        """Print a slip, unless the journal says that it was, or may have been, printed already.

        Args:
            record: The visit's result.
            reprint: Print in spite of the journal: someone looked at the tray.

        Raises:
            CodeTooLargeError: The token does not fit the paper.
        """
        reference = record.answer.reference
        fate = None if reprint else self.journal.find_fate(reference)
        if fate in _FATE_OUTCOMES:
            return PrintResult(_FATE_OUTCOMES[fate], already=True)
        image = draw_slip(record, self.typeface, self.width)
        data = encode_slip(image, cut_first=self.journal.has_loose_start())
        attempt = self.journal.mean(reference)
        if isinstance(self.device, StatusDevice):
            result = _Run(self.device, self.journal, attempt, self.timing, self.monotonic).print(data)
        else:
            result = self._keep(self.device, reference, data, attempt)
        if result.outcome is not PrintOutcome.UNSURE:
            printed = result.outcome is PrintOutcome.PRINTED
            self.journal.mark_ended(attempt, State.CONFIRMED if printed else State.GIVEN_UP)
        return result

    def _keep(self, device: StoreDevice, reference: str, data: SlipBytes, attempt: int) -> PrintResult:
        self.journal.mark_sent(attempt)
        try:
            durable = device.keep(reference, data.printed)
        except DeviceUnavailableError:
            return PrintResult(PrintOutcome.NOT_PRINTED, frozenset({Condition.UNREACHABLE}))
        return PrintResult(PrintOutcome.PRINTED if durable else PrintOutcome.UNSURE)

    def status(self) -> PrinterStatus:
        """Ask the printer how it is. A store is always fine."""
        if not isinstance(self.device, StatusDevice):
            return PrinterStatus(frozenset(), frozenset({1, 4}))
        return ask_status(self.device, self.timing, self.monotonic)


def ask_status(
    device: StatusDevice, timing: Timing | None = None, monotonic: Callable[[], float] = time.monotonic
) -> PrinterStatus:
    """Open a printer's line, ask all four queries, close it."""
    timing = timing or Timing()
    try:
        device.open()
        return StatusLine(device, monotonic, timing.answer_timeout_s).ask()
    except DeviceUnavailableError:
        return PrinterStatus(frozenset({Condition.UNREACHABLE}), frozenset())
    except DeviceBrokenError:
        return PrinterStatus(frozenset({Condition.LINE_BROKEN}), frozenset())
    finally:
        device.close()


class _Run:
    """One attempt on one line."""

    def __init__(
        self,
        device: StatusDevice,
        journal: Journal,
        attempt: int,
        timing: Timing,
        monotonic: Callable[[], float],
    ) -> None:
        self._device = device
        self._journal = journal
        self._attempt = attempt
        self._timing = timing
        self._monotonic = monotonic
        self._line = StatusLine(device, monotonic, timing.answer_timeout_s)

    def print(self, data: SlipBytes) -> PrintResult:
        """Look, send, confirm."""
        try:
            before = self._look_before()
            if before.blocking:
                return PrintResult(PrintOutcome.NOT_PRINTED, before.conditions)
            self._journal.mark_sent(self._attempt)
            return self._send(data, before)
        finally:
            self._device.close()

    def _look_before(self) -> PrinterStatus:
        """Nothing has been sent yet, so a line that fails here is simply a slip not printed."""
        try:
            self._device.open()
            return self._line.ask()
        except DeviceUnavailableError:
            return PrinterStatus(frozenset({Condition.UNREACHABLE}), frozenset())
        except DeviceBrokenError:
            return PrinterStatus(frozenset({Condition.LINE_BROKEN}), frozenset())

    def _send(self, data: SlipBytes, before: PrinterStatus) -> PrintResult:
        whole = False
        try:
            self._device.send(data.body)
            whole = True
            self._line.expect_end()
            self._device.send(data.tail)
            during = self._watch(self._patience_s(data), silent=not before.known_fine)
            if during.blocking and not self._line.end_answered:
                return self._give_up(during.conditions)
            return self._confirm(before, during)
        except DeviceBrokenError:
            return self._rescue(whole=whole)
        except DeviceUnavailableError:
            return PrintResult(PrintOutcome.UNSURE, frozenset({Condition.LINE_BROKEN}))

    def _patience_s(self, data: SlipBytes) -> float:
        speed = self._device.bytes_per_s
        line_s = len(data.body) / speed if speed else 0.0
        return data.rows / self._timing.rows_per_s + line_s + self._timing.margin_s

    def _watch(self, patience_s: float, *, silent: bool) -> PrinterStatus:
        """Wait for the closing answer, looking meanwhile whether the printer stopped; a silent one is not asked."""
        deadline = self._monotonic() + patience_s
        status = PrinterStatus(frozenset({Condition.SILENT} if silent else ()), frozenset())
        while not self._line.end_answered and self._monotonic() < deadline:
            self._line.listen(self._timing.poll_s)
            if Condition.SILENT not in status.conditions and not self._line.end_answered:
                status = self._line.ask((1, 4), reopen=False)
                if status.blocking:
                    break
        return status

    def _confirm(self, before: PrinterStatus, during: PrinterStatus) -> PrintResult:
        """Printed is said only when the printer is fine now and was before, or has answered the slip's end."""
        ended = self._line.end_answered
        if not (ended or before.known_fine):
            return PrintResult(PrintOutcome.UNSURE, before.conditions)
        if Condition.SILENT in during.conditions:
            self._device.open()  # a late answer must not pose as the last look's
        after = self._line.ask()
        if after.blocking and not self._line.end_answered:
            return self._give_up(after.conditions)
        return PrintResult(PrintOutcome.PRINTED if after.known_fine else PrintOutcome.UNSURE, after.conditions)

    def _rescue(self, *, whole: bool) -> PrintResult:
        """The line broke. Clear away a slip without its end; a whole one only if the printer stands still."""
        broken = frozenset({Condition.LINE_BROKEN})
        try:
            self._device.open()
            if not whole:
                return self._give_up(broken)
            found = self._line.ask()
            if found.blocking:
                self._line.clear()
            return PrintResult(PrintOutcome.UNSURE, broken | found.conditions)
        except (DeviceBrokenError, DeviceUnavailableError):
            return PrintResult(PrintOutcome.UNSURE, broken)

    def _give_up(self, conditions: frozenset[Condition]) -> PrintResult:
        """Empty the printer of a slip that stopped before its end, so that it does not come out for the next citizen.

        Printers that answer the clearing also answer the closing query, so without that answer the slip had not ended.
        """
        try:
            cleared = self._line.clear()
        except (DeviceBrokenError, DeviceUnavailableError):
            cleared = False
        sure = cleared and not self._line.end_answered
        return PrintResult(PrintOutcome.NOT_PRINTED if sure else PrintOutcome.UNSURE, conditions)
