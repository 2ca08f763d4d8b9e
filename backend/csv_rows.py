"""Rows as CSV (RFC 4180), line by line, safe to open in a spreadsheet. Pure."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import StringIO


def write_csv(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> Iterator[str]:
    """Yield the header and then each row, with its line's end."""
    yield _line(columns)
    for row in rows:
        yield _line([_cell(row[name]) for name in columns])


def _line(cells: Iterable[object]) -> str:
    text = StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue()


def _cell(value: object) -> object:
    # A spreadsheet would take these for formulas.
    return "'" + value if isinstance(value, str) and value.startswith(("=", "+", "-", "@")) else value
