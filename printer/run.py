"""One attempt to print on a two-way line: look, send, look between the pieces, confirm; or clear away and say so."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from contracts.message import Words
from printer.devices.port import StatusDevice
from printer.errors import DeviceBrokenError, DeviceUnavailableError
from printer.escpos import SlipBytes, encode_scrap_cut
from printer.journal import Journal
from printer.status import Condition, PrinterStatus
from printer.status_client import ANSWER_TIMEOUT_S, StatusLine


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
        loose: Its beginning may hang in the printer, or wait in its buffer.
    """

    outcome: PrintOutcome
    conditions: frozenset[Condition] = frozenset()
    already: bool = False
    loose: bool = False

    @property
    def words(self) -> Words:
        """The outcome for a citizen."""
        return OUTCOME_WORDS[self.outcome]


@dataclass(frozen=True)
class Timing:
    """How long a printer may take.

    Attributes:
        rows_per_s: A slow printer's speed: 60 mm a second.
        margin_s: Added for starting and cutting.
        poll_s: Between looks while it prints.
        answer_timeout_s: For one status answer.
        settle_s: For what an earlier slip left behind to be carried out.
    """

    rows_per_s: float = 480.0
    margin_s: float = 2.0
    poll_s: float = 0.3
    answer_timeout_s: float = ANSWER_TIMEOUT_S
    settle_s: float = 3.0


END_PATIENCE = 4
"""Times longer than a slow printer takes, for one that says itself when it has ended."""
UNREACHABLE = PrinterStatus(frozenset({Condition.UNREACHABLE}), frozenset())
LINE_BROKEN = PrinterStatus(frozenset({Condition.LINE_BROKEN}), frozenset())


def look(line: StatusLine) -> PrinterStatus:
    """Open a line and ask all four queries. What fails here is a condition: nothing has been sent yet."""
    try:
        line.open()
        return line.ask()
    except DeviceUnavailableError:
        return UNREACHABLE
    except DeviceBrokenError:
        return LINE_BROKEN


@dataclass
class Run:
    """One attempt on one line.

    Attributes:
        device: The line.
        timing: Patience.
        monotonic: Clock for waiting.
        cutter: The printer has one.
        automatic: It shall tell of changes by itself.
    """

    device: StatusDevice
    timing: Timing
    monotonic: Callable[[], float]
    cutter: bool = True
    automatic: bool = False
    _line: StatusLine = field(init=False)
    _says_end: bool = field(init=False, default=False)
    _tail_sent: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        timeout_s = self.timing.answer_timeout_s
        self._line = StatusLine(self.device, self.monotonic, timeout_s, automatic=self.automatic)

    @property
    def _ended(self) -> bool:
        """The printer has said that the slip's end was carried out."""
        return self._tail_sent and self._line.end_answered

    def settle(self) -> bool:
        """Have what an earlier slip left behind carried out or cleared, and cut it off; True when that is done."""
        done = False
        try:
            found = look(self._line)
            if not found.blocking:
                if not self._line.wait_for_end(self.timing.settle_s):
                    self._line.clear()
                self.device.send(encode_scrap_cut(cutter=self.cutter))
                done = True
            elif found not in {UNREACHABLE, LINE_BROKEN}:
                self._line.clear()
        except (DeviceBrokenError, DeviceUnavailableError):
            done = False
        finally:
            self.device.close()
        return done

    def print(self, data: SlipBytes, journal: Journal, attempt: int) -> PrintResult:
        """Look, send, confirm."""
        result = None
        try:
            before = self._look_before()
            if before.blocking:
                result = PrintResult(PrintOutcome.NOT_PRINTED, before.conditions)
            else:
                journal.mark_sent(attempt)
                result = self._send(data, before, journal, attempt)
        finally:
            delivered = result is not None and not result.loose
            self.device.close() if delivered else self.device.abort()
        return result

    def _look_before(self) -> PrinterStatus:
        """Look, and learn whether the printer says when something has ended: then only its word will do afterwards."""
        before = look(self._line)
        try:
            if before.known_fine:
                self._says_end = self._line.wait_for_end(self.timing.answer_timeout_s)
        except DeviceBrokenError:
            return LINE_BROKEN
        return before

    def _send(self, data: SlipBytes, before: PrinterStatus, journal: Journal, attempt: int) -> PrintResult:
        whole = False
        try:
            during = self._send_pieces(data.pieces, before)
            if during.blocking:
                return self._give_up(during.conditions)
            journal.mark_ending(attempt)
            self._line.expect_end()
            self._tail_sent = True
            self.device.send(data.tail)
            whole = True
            during = self._watch(self._patience_s(data), silent=Condition.SILENT in during.conditions)
            if during.blocking and not self._ended:
                return self._give_up(during.conditions)
            return self._confirm(before, during)
        except DeviceBrokenError:
            return self._rescue(before, whole=whole)
        except DeviceUnavailableError:
            return PrintResult(PrintOutcome.UNSURE, LINE_BROKEN.conditions, loose=True)

    def _send_pieces(self, pieces: tuple[bytes, ...], before: PrinterStatus) -> PrinterStatus:
        """Send piece by piece as long as the printer is well; one that fell silent is not asked again."""
        status = before
        for piece in pieces:
            self.device.send(piece)
            if Condition.SILENT not in status.conditions:
                status = self._line.ask((1, 4), reopen=False)
            if status.blocking:
                break
        return status

    def _patience_s(self, data: SlipBytes) -> float:
        speed = self.device.bytes_per_s
        line_s = data.size / speed if speed else 0.0
        paper_s = data.rows / self.timing.rows_per_s * (END_PATIENCE if self._says_end else 1)
        return paper_s + line_s + self.timing.margin_s

    def _watch(self, patience_s: float, *, silent: bool) -> PrinterStatus:
        """Wait for the closing answer, looking meanwhile whether the printer stopped; a silent one is not asked."""
        deadline = self.monotonic() + patience_s
        status = PrinterStatus(frozenset({Condition.SILENT} if silent else ()), frozenset())
        while not self._ended and self.monotonic() < deadline:
            self._line.listen(self.timing.poll_s)
            if Condition.SILENT not in status.conditions and not self._ended:
                status = self._line.ask((1, 4), reopen=False)
                if status.blocking:
                    break
        return status

    def _confirm(self, before: PrinterStatus, during: PrinterStatus) -> PrintResult:
        """Printed is said only when the printer is fine now, and has answered the slip's end.

        One that never answers ends must have been fine before, and have had its time.
        """
        ended = self._ended
        if not (ended or before.known_fine):
            return PrintResult(PrintOutcome.UNSURE, before.conditions)
        if Condition.SILENT in during.conditions:
            self._line.open()  # a late answer must not pose as the last look's
        after = self._line.ask()
        if after.blocking:
            return self._give_up(after.conditions)
        sure = after.known_fine and (ended or not self._says_end)
        return PrintResult(PrintOutcome.PRINTED if sure else PrintOutcome.UNSURE, after.conditions)

    def _rescue(self, before: PrinterStatus, *, whole: bool) -> PrintResult:
        """The line broke. Clear away a slip without its end; a whole one only if the printer stands still."""
        broken = LINE_BROKEN.conditions | (before.conditions & {Condition.SILENT})
        try:
            self._line.open()
            if not whole:
                return self._give_up(broken)
            found = self._line.ask()
            if found.blocking:
                return self._give_up(broken | found.conditions)
            printed = self._ended and found.known_fine
            return PrintResult(PrintOutcome.PRINTED if printed else PrintOutcome.UNSURE, broken | found.conditions)
        except (DeviceBrokenError, DeviceUnavailableError):
            return PrintResult(PrintOutcome.UNSURE, broken, loose=True)

    def _give_up(self, conditions: frozenset[Condition]) -> PrintResult:
        """Empty the printer of a slip that stopped before its end, so that it does not come out for the next citizen.

        Printers that answer the clearing also answer the closing query, so without that answer the slip had not ended.
        """
        try:
            if Condition.OFFLINE in conditions:
                conditions |= self._line.ask((2, 3)).conditions - {Condition.SILENT}  # why it is: the right words
            cleared = self._line.clear()
        except (DeviceBrokenError, DeviceUnavailableError):
            cleared = False
        sure = cleared and not self._ended
        return PrintResult(PrintOutcome.NOT_PRINTED if sure else PrintOutcome.UNSURE, conditions, loose=True)
