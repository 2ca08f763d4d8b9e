"""Takes an agency's file in: every line checked, the version in use changed only when the new one is good."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from backend.linkage.directory import Agency
from backend.linkage.hosted.check import LineChecker, measure
from backend.linkage.hosted.sheets import SheetError, opened_lines
from backend.linkage.hosted.shelf import RegisterShelf

TELL_EVERY_LINES: Final = 20_000


@dataclass(frozen=True, slots=True)
class Upload:
    """What is to be taken in.

    Attributes:
        path: The file.
        as_of: The day its content is of.
        encoding: Of a CSV file.
        delimiter: Of a CSV file.
        most_wrong: The part of all lines that may be wrong (they are left out) before the file is refused.
    """

    path: Path
    as_of: date
    encoding: str = "utf-8-sig"
    delimiter: str = ","
    most_wrong: float = 0.0


def take_in(
    agency: Agency, upload: Upload, shelf: RegisterShelf, now: datetime, tell: Callable[[int, int], None]
) -> tuple[bool, dict[str, Any]]:
    """Check a file and, when it is good, put it in use.

    Args:
        agency: An agency with adapter ``hosted``.
        upload: The file.
        shelf: Where registers are kept.
        now: Aware.
        tell: Told now and then how many lines were checked, and how many of them are wrong.

    Returns:
        Whether the version is in use now, and its quality report.

    Raises:
        SheetError: The file is none.
        HeadError: Its columns are not the agreed ones.
    """
    with opened_lines(upload.path, upload.encoding, upload.delimiter) as lines, shelf.draft(agency.id, now) as draft:
        checker = LineChecker(agency, _head(lines))
        for line, cells in enumerate(lines, start=2):
            if not any(cells):
                continue
            checked = checker.check(line, cells)
            if checked is not None:
                if draft.add(*checked):
                    checker.tally.accepted += 1
                else:
                    checker.refuse_twice(line)
            if checker.tally.lines % TELL_EVERY_LINES == 0:
                tell(checker.tally.lines, checker.tally.wrong)
        tally = checker.tally
        tell(tally.lines, tally.wrong)
        report = {"register": agency.id, "uploaded_at": now.isoformat(), **measure(checker, upload.as_of, now.date())}
        good = tally.accepted > 0 and tally.wrong <= upload.most_wrong * tally.lines
        if good:
            draft.publish(report)
    return good, report


def _head(lines: Iterator[list[str]]) -> list[str]:
    try:
        return next(lines)
    except StopIteration:
        raise SheetError("is empty") from None
