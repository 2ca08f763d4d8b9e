"""An agency's file as lines of text cells: CSV, or the first sheet of an Excel workbook."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Final, TextIO
from zipfile import BadZipFile

from openpyxl import load_workbook

_CELL_CHARACTERS: Final = 10_000


class SheetError(Exception):
    """The file cannot be read as lines of cells.

    Attributes:
        problem: What is wrong; repeats nothing of the file.
    """

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


@contextmanager
def opened_lines(path: Path, encoding: str = "utf-8-sig", delimiter: str = ",") -> Iterator[Iterator[list[str]]]:
    """Open a file and give its lines, the head first.

    Args:
        path: ``.xlsx``, or anything else for CSV.
        encoding: Of a CSV file; Thai programs also write ``cp874``.
        delimiter: Between a CSV file's cells.

    Raises:
        SheetError: Not such a file; also while the lines are read.
    """
    try:
        if path.suffix.lower() == ".xlsx":
            book = load_workbook(path, read_only=True, data_only=True)
            try:
                yield ([_text(cell) for cell in row] for row in book.worksheets[0].iter_rows(values_only=True))
            finally:
                book.close()
        else:
            with path.open(encoding=encoding, newline="") as file:
                yield _read_csv(file, delimiter)
    except UnicodeDecodeError:
        raise SheetError(f"is not written in {encoding}; name another with --encoding") from None
    except (csv.Error, BadZipFile, KeyError, IndexError, ValueError):
        raise SheetError("is neither CSV nor an Excel workbook") from None
    except LookupError:
        raise SheetError(f"{encoding} is no encoding") from None
    except OSError as error:
        raise SheetError(f"cannot be read: {error.strerror}") from None


def _read_csv(file: TextIO, delimiter: str) -> Iterator[list[str]]:
    csv.field_size_limit(_CELL_CHARACTERS)
    yield from csv.reader(file, delimiter=delimiter, strict=True)


def _text(cell: object) -> str:
    """Return a workbook's cell as text: dates as YYYY-MM-DD, whole numbers without a point."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
