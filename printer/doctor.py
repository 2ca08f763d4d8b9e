"""Looks a printer and its machine over, and says what is wrong and how it is mended."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from contracts.message import Words
from printer.devices.port import Device, StatusDevice
from printer.errors import DeviceBrokenError, DeviceUnavailableError, DrawingUnavailableError
from printer.status import QUERIES, WORDING, Condition, PrinterStatus
from printer.status_client import StatusLine

QUERY_NAMES = {1: "printer", 2: "cause of being offline", 3: "error", 4: "paper"}


@dataclass(frozen=True)
class Finding:
    """One thing looked at.

    Attributes:
        name: What.
        well: True, False, or None where nobody can know.
        words: What was found and what to do.
    """

    name: str
    well: bool | None
    words: Words


def _look_at_drawing(load: Callable[[], object]) -> Finding:
    try:
        load()
    except DrawingUnavailableError as error:
        mend = error.debian_package or "fontpkg-sarabun"
        return Finding("drawing", False, Words(th=f"วาดภาษาไทยไม่ได้ ติดตั้ง {mend}", en=str(error)))
    return Finding("drawing", True, Words(th="วาดภาษาไทยได้ถูกต้อง", en="Thai is drawn right."))


def _look_at_queries(line: StatusLine) -> Iterator[Finding]:
    for query in QUERIES:
        answered = line.ask_one(query) is not None
        name = f"DLE EOT {query} ({QUERY_NAMES[query]})"
        if answered:
            yield Finding(name, True, Words(th="ตอบ", en="answered"))
        else:
            line.open()
            yield Finding(name, False if query in {1, 4} else None, Words(th="ไม่ตอบ", en="not answered"))


def _look_at_end(line: StatusLine, patience_s: float) -> Finding:
    if line.wait_for_end(patience_s):
        words = Words(th="ยืนยันได้ว่าพิมพ์จบ", en="answered: the end of a slip can be confirmed")
        return Finding("GS r 1 (end of a slip)", True, words)
    words = Words(
        th="ไม่ตอบ จะยืนยันจากสถานะหลังพิมพ์แทน", en="not answered: a slip is confirmed by the status after its time"
    )
    return Finding("GS r 1 (end of a slip)", None, words)


def _look_at_conditions(status: PrinterStatus) -> Iterator[Finding]:
    if status.known_fine:
        yield Finding("state", True, Words(th="พร้อมพิมพ์", en="ready to print"))
    for condition in sorted(status.conditions):
        well = None if condition in {Condition.SILENT, Condition.PAPER_NEAR_END} else False
        yield Finding(condition.value, well, WORDING[condition].technician)


def examine(device: Device, load: Callable[[], object], patience_s: float = 1.0) -> Iterator[Finding]:
    """Look at the machine, then the printer. Prints nothing.

    Args:
        device: The printer.
        load: Makes ready what draws Thai; raises what is missing.
        patience_s: For one answer.
    """
    yield _look_at_drawing(load)
    if not isinstance(device, StatusDevice):
        words = Words(th="อ่านสถานะไม่ได้ ยืนยันไม่ได้ว่าพิมพ์แล้ว", en="cannot be asked how it is: nothing can be confirmed")
        yield Finding("line", None, words)
        return
    line = StatusLine(device, answer_timeout_s=patience_s)
    try:
        line.open()
        yield Finding("line", True, Words(th="ต่อได้", en="connected"))
        yield from _look_at_queries(line)
        yield _look_at_end(line, patience_s)
        yield from _look_at_conditions(line.ask())
    except DeviceUnavailableError:
        yield Finding("line", False, WORDING[Condition.UNREACHABLE].technician)
    except DeviceBrokenError:
        yield Finding("line", False, WORDING[Condition.LINE_BROKEN].technician)
    finally:
        device.close()
