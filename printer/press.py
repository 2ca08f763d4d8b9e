"""Prints a slip once, and says honestly whether it came out. Only here do picture, bytes, line and journal meet."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from PIL import Image

from contracts.history import HistoryRecord
from contracts.slip import SlipRecord
from printer.devices.port import Device, StatusDevice, StoreDevice
from printer.errors import DeviceUnavailableError
from printer.escpos import SlipBytes, encode_slip
from printer.history_document import compose_history
from printer.journal import Fate, Journal, State, Unfinished
from printer.profile import DEFAULT, Profile
from printer.raster import draw_document, draw_slip
from printer.run import PrintOutcome, PrintResult, Run, Timing, look
from printer.status import Condition, PrinterStatus
from printer.status_client import StatusLine
from printer.typeface import Typeface

__all__ = ["Press", "PrintOutcome", "PrintResult", "Timing", "ask_status"]

_FATE_OUTCOMES = {Fate.PRINTED: PrintOutcome.PRINTED, Fate.LOOK_AT_THE_TRAY: PrintOutcome.UNSURE}
_END_STATES = {
    PrintOutcome.PRINTED: State.CONFIRMED,
    PrintOutcome.NOT_PRINTED: State.GIVEN_UP,
    PrintOutcome.UNSURE: State.UNSURE,
}


@dataclass
class Press:
    """One printer with its journal.

    Attributes:
        device: Where slips go.
        journal: What was printed before.
        typeface: For drawing.
        profile: What the printer can do.
        timing: Patience.
        monotonic: Clock for waiting.
    """

    device: Device
    journal: Journal
    typeface: Typeface
    profile: Profile = DEFAULT
    timing: Timing = field(default_factory=Timing)
    monotonic: Callable[[], float] = time.monotonic

    def recover(self) -> list[Unfinished]:
        """After a start: say what an earlier run left unfinished, and rid the printer of what is left of it."""
        unfinished = self.journal.recover()
        self._settle()
        return unfinished

    def print_slip(self, record: SlipRecord, *, reprint: bool = False) -> PrintResult:
        """Print a slip, unless the journal says that it was, or may have been, printed already.

        Args:
            record: The visit's result.
            reprint: Print in spite of the journal: someone looked at the tray.

        Raises:
            CodeTooLargeError: The token does not fit the paper.
        """
        image = draw_slip(record, self.typeface, self.profile.width)
        return self.print_picture(record.answer.reference, image, reprint=reprint)

    def print_history(self, record: HistoryRecord, *, reprint: bool = False) -> PrintResult:
        """Print the list of who asked about a citizen, as a slip is printed."""
        image = draw_document(compose_history(record), self.typeface, self.profile.width)
        return self.print_picture(record.reference, image, reprint=reprint)

    def print_picture(self, reference: str, image: Image.Image, *, reprint: bool = False) -> PrintResult:
        """Print a picture as a slip is printed (see :meth:`print_slip`): mode ``1``, as wide as the profile says."""
        data = encode_slip(image, cutter=self.profile.cutter, doubling=self.profile.doubling, dpi=self.profile.dpi)
        self._settle()
        fate = None if reprint else self.journal.find_fate(reference)
        if fate in _FATE_OUTCOMES:
            return PrintResult(_FATE_OUTCOMES[fate], already=True)
        attempt = self.journal.mean(reference)
        if isinstance(self.device, StatusDevice):
            result = self._run(self.device).print(data, self.journal, attempt)
        else:
            result = self._keep(self.device, reference, data, attempt)
        self.journal.mark_ended(attempt, _END_STATES[result.outcome], loose=result.loose)
        return result

    def status(self) -> PrinterStatus:
        """Ask the printer how it is. A store is always fine."""
        if not isinstance(self.device, StatusDevice):
            return PrinterStatus(frozenset(), frozenset({1, 4}))
        return ask_status(self.device, self.timing, self.monotonic)

    def _run(self, device: StatusDevice) -> Run:
        return Run(device, self.timing, self.monotonic, self.profile.cutter, self.profile.automatic)

    def _settle(self) -> None:
        """What an earlier slip left in the printer must neither come out later nor hang on the next one."""
        if isinstance(self.device, StatusDevice) and self.journal.has_loose_start() and self._run(self.device).settle():
            self.journal.mark_cut_off()

    def _keep(self, device: StoreDevice, reference: str, data: SlipBytes, attempt: int) -> PrintResult:
        self.journal.mark_sent(attempt)
        self.journal.mark_ending(attempt)
        try:
            durable = device.keep(reference, data.printed)
        except DeviceUnavailableError:
            return PrintResult(PrintOutcome.NOT_PRINTED, frozenset({Condition.UNREACHABLE}))
        return PrintResult(PrintOutcome.PRINTED if durable else PrintOutcome.UNSURE)


def ask_status(
    device: StatusDevice, timing: Timing | None = None, monotonic: Callable[[], float] = time.monotonic
) -> PrinterStatus:
    """Open a printer's line, ask all four queries, close it."""
    timing = timing or Timing()
    try:
        return look(StatusLine(device, monotonic, timing.answer_timeout_s))
    finally:
        device.close()
