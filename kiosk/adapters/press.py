"""The slip printer as the kiosk's press: what the printer room knows, in the visit's words."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import structlog

from contracts.fleet import PartHealth, PartState
from contracts.history import HistoryRecord
from contracts.slip import SlipRecord
from kiosk.ports import Printed
from kiosk.visit.events import PrintResult
from printer import press as room
from printer.devices.address import open_printer
from printer.errors import CodeTooLargeError, PrinterError
from printer.journal import Journal
from printer.profile import read_profile
from printer.status import WORDING, Condition, PrinterStatus
from printer.typeface import load_typeface

_RESULTS = {
    room.PrintOutcome.PRINTED: PrintResult.PRINTED,
    room.PrintOutcome.NOT_PRINTED: PrintResult.FAULT,
    room.PrintOutcome.UNSURE: PrintResult.UNSURE,
}
_log = structlog.get_logger()


def _utc_now() -> datetime:
    return datetime.now(UTC)


def part_state(status: PrinterStatus, model: str) -> PartState:
    """Say in the fleet's words how the printer is. Silence is unknown, never fine. Pure."""
    code = "" if status.chief is None else status.chief.value
    if status.blocking:
        gone = Condition.UNREACHABLE in status.blocking
        return PartState(health=PartHealth.ABSENT if gone else PartHealth.FAULT, code=code, model=model)
    if Condition.SILENT in status.conditions:
        return PartState(health=PartHealth.UNKNOWN, code=Condition.SILENT.value, model=model)
    return PartState(health=PartHealth.WARNING if code else PartHealth.OK, code=code, model=model)


def open_press(url: str, journal: Path) -> room.Press:
    """Build the printer room's press for an address.

    Raises:
        PrinterUrlError: The address cannot be understood.
    """
    return room.Press(open_printer(url), Journal(journal, _utc_now), load_typeface(), read_profile(url))


class SlipPress:
    """Implements ``kiosk.ports.Press`` over ``printer.press``.

    Args:
        url: The printer's address.
        journal: Where the print journal is kept: a slip is not printed twice, not even after a power cut.
    """

    def __init__(self, url: str, journal: Path) -> None:
        self._model = url.partition(":")[0]
        self._press = open_press(url, journal)
        for unfinished in self._press.recover():
            _log.warning("slip_unfinished_at_start", reference=unfinished.reference, fate=unfinished.fate.value)

    def print_slip(self, record: SlipRecord, *, reprint: bool = False) -> Printed:
        """Print (see the port)."""
        return self._print(lambda: self._press.print_slip(record, reprint=reprint))

    def print_history(self, record: HistoryRecord, *, reprint: bool = False) -> Printed:
        """Print the list (see the port)."""
        return self._print(lambda: self._press.print_history(record, reprint=reprint))

    def _print(self, attempt: Callable[[], room.PrintResult]) -> Printed:
        try:
            result = attempt()
        except CodeTooLargeError:
            _log.exception("slip_too_large")
            return Printed(PrintResult.FAULT)
        except PrinterError as error:
            _log.warning("print_failed", cause=type(error).__name__)
            return Printed(PrintResult.UNSURE)
        _log.info("slip_sent", conditions=sorted(result.conditions), already=result.already)
        chief = PrinterStatus(result.conditions, frozenset()).chief
        return Printed(_RESULTS[result.outcome], None if chief is None else WORDING[chief].citizen)

    def status(self) -> PartState:
        """Ask the printer (see the port)."""
        return part_state(self._press.status(), self._model)


class NoPress:
    """A kiosk without a printer: answers go to the screen."""

    def print_slip(self, record: SlipRecord, *, reprint: bool = False) -> Printed:  # noqa: ARG002  (the port's signature)
        """Nothing comes out, surely."""
        return Printed(PrintResult.FAULT)

    def print_history(self, record: HistoryRecord, *, reprint: bool = False) -> Printed:  # noqa: ARG002  (likewise)
        """Nothing comes out, surely."""
        return Printed(PrintResult.FAULT)

    def status(self) -> PartState:
        """There is none."""
        return PartState(health=PartHealth.ABSENT, code="no_printer")
