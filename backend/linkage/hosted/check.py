"""Checks a hosted register's lines and measures its quality, pure. What it says repeats nothing of a line."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from backend.linkage.directory import Agency, Request
from backend.linkage.errors import WrongAnswerError
from backend.linkage.facts import Fact
from backend.linkage.mapping import DateShape
from backend.linkage.reading import read_as_of, read_fact
from contracts.citizen_number import CitizenNumber, NumberError

MOST_LISTED: Final = 1_000
"""Faults kept with their line; further ones are counted."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one cell.

    Attributes:
        line: Counted from 1, the head included, as a spreadsheet shows it.
        column: The column's head; empty when it is the whole line.
        code: ``number_missing``, ``number_invalid``, ``twice``, ``missing``, ``wrong_type``, ``out_of_range``,
            ``unknown_text`` or ``cells``.
    """

    line: int
    column: str
    code: str


class HeadError(Exception):
    """The file's first line does not name the agreed columns.

    Attributes:
        missing: Columns that are not there.
        twice: Columns that are there more than once.
    """

    def __init__(self, missing: tuple[str, ...], twice: tuple[str, ...]) -> None:
        parts = [f"{what}: {', '.join(names)}" for what, names in (("missing", missing), ("twice", twice)) if names]
        super().__init__("the first line's columns: " + "; ".join(parts))
        self.missing = missing
        self.twice = twice


@dataclass(slots=True)
class Tally:
    """Counts while a file is read.

    Attributes:
        lines: Lines checked, without the head.
        accepted: Lines without fault.
        filled: Column → cells that are not empty.
        faults: Column and code → how often.
        listed: The first faults, each with its place.
    """

    lines: int = 0
    accepted: int = 0
    filled: Counter[str] = field(default_factory=Counter)
    faults: Counter[tuple[str, str]] = field(default_factory=Counter)
    listed: list[Fault] = field(default_factory=list)

    def note(self, fault: Fault) -> None:
        """Count one fault, and list it while there is room."""
        self.faults[fault.column, fault.code] += 1
        if len(self.listed) < MOST_LISTED:
            self.listed.append(fault)

    @property
    def wrong(self) -> int:
        """Lines that were refused."""
        return self.lines - self.accepted


class LineChecker:
    """Checks lines against an agency's entry in the directory.

    Args:
        agency: An agency with adapter ``hosted``.
        head: The file's first line.

    Raises:
        HeadError: A column is missing or stands twice.
    """

    def __init__(self, agency: Agency, head: Sequence[str]) -> None:
        heads = agency.hosted.columns if agency.hosted else {}
        self._requests = agency.requests
        (self._number,) = {name for request in agency.requests for name in request.send}
        names = {self._number} | {name for r in agency.requests for fact in r.facts for name in r.columns_of(fact)}
        names |= {request.as_of.at for request in agency.requests if request.as_of}
        self.heads = {name: heads.get(name, name) for name in sorted(names)}
        cells = [cell.strip() for cell in head]
        missing = tuple(told for told in self.heads.values() if told not in cells)
        twice = tuple(told for told in self.heads.values() if cells.count(told) > 1)
        if missing or twice:
            raise HeadError(missing, twice)
        self._places = {name: cells.index(told) for name, told in self.heads.items()}
        self._width = len(cells)
        self.tally = Tally()

    def check(self, line: int, cells: Sequence[str]) -> tuple[str, dict[str, str]] | None:
        """Check one line.

        Returns:
            The person's number and the agreed cells that are not empty, or None when the line is at fault.
        """
        tally = self.tally
        tally.lines += 1
        before = tally.faults.total()
        if len(cells) > self._width and any(cells[self._width :]):
            tally.note(Fault(line, "", "cells"))
            return None
        row = {name: cells[at].strip() for name, at in self._places.items() if at < len(cells)}
        row = {name: text for name, text in row.items() if text}
        tally.filled.update(row.keys())
        number = self._check_number(line, row.pop(self._number, ""))
        for request in self._requests:
            for fact in request.facts:
                self._check_fact(line, request, fact, row)
            if request.as_of:
                self._check_as_of(line, request.as_of, row)
        return (number, row) if number and tally.faults.total() == before else None

    def refuse_twice(self, line: int) -> None:
        """Note that a line's person has stood in an earlier one."""
        self.tally.note(Fault(line, self.heads[self._number], "twice"))

    def _check_number(self, line: int, text: str) -> str:
        digits = text.replace("-", "").replace(" ", "")
        try:
            return CitizenNumber.parse(digits).digits
        except NumberError:
            code = "number_invalid" if text else "number_missing"
            self.tally.note(Fault(line, self.heads[self._number], code))
            return ""

    def _check_fact(self, line: int, request: Request, fact: Fact, row: Mapping[str, str]) -> None:
        try:
            read_fact(request.facts[fact], row, fact, lexical=True)
        except WrongAnswerError as error:
            code = error.detail.partition(":")[0]
            self.tally.note(Fault(line, self.heads[request.columns_of(fact)[0]], code))

    def _check_as_of(self, line: int, shape: DateShape, row: Mapping[str, str]) -> None:
        try:
            read_as_of(shape, row)
        except WrongAnswerError as error:
            self.tally.note(Fault(line, self.heads[shape.at], error.detail.partition(":")[0]))


def measure(checker: LineChecker, as_of: date, today: date) -> dict[str, Any]:
    """Return the quality report: complete, correct, current; counts and places alone, no person's data."""
    tally = checker.tally
    lines = max(1, tally.lines)
    return {
        "lines": tally.lines,
        "accepted": tally.accepted,
        "refused": tally.wrong,
        "complete": {told: round(tally.filled[name] / lines, 4) for name, told in checker.heads.items()},
        "correct": round(tally.accepted / lines, 4),
        "current": {"as_of": as_of.isoformat(), "age_days": (today - as_of).days},
        "faults": [
            {"column": column, "code": code, "count": count} for (column, code), count in tally.faults.most_common()
        ],
        "listed": [{"line": one.line, "column": one.column, "code": one.code} for one in tally.listed],
    }
