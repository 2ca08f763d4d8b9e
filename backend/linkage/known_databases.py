"""The state's databases and who wishes to ask them: rows of CSV in, records out; pure."""

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from backend.linkage.errors import DirectoryError


class Database(BaseModel):
    """One database of the plan.

    Attributes:
        ref: Its place in the plan's tables.
        name_th: Its name.
        owner_agency_th: Whose it is.
        year_be: Buddhist year in which it is to be linked, or None where the plan names none.
        review: What the plan's review made of it.
        renamed_from: Its former name, or empty.
        note: What else is known.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    ref: str = Field(pattern=r"^[A-Z][0-9]-[A-Z]?[0-9]+$")
    name_th: str = Field(min_length=1)
    owner_agency_th: str = Field(min_length=1)
    year_be: int | None = Field(default=None, ge=2550, le=2650)
    review: Literal["confirmed", "cancelled", "renamed", "added", "prepared", "wanted"]
    renamed_from: str = ""
    note: str = ""


def parse_databases(lines: Iterable[str], source: str) -> tuple[Database, ...]:
    """Read the table of databases.

    Raises:
        DirectoryError: Rows are wrong; each problem names its row, the heading being row 1.
    """
    found, problems = [], []
    for number, row in enumerate(csv.DictReader(lines), start=2):
        try:
            found.append(Database.model_validate({name: value for name, value in row.items() if value}))
        except ValidationError as error:
            problems += [f"row {number}: {'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
    if problems:
        raise DirectoryError(source, tuple(problems))
    return tuple(found)


def parse_wishes(lines: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """Read who wishes to ask which database: its name → the agencies' names."""
    wishes: defaultdict[str, list[str]] = defaultdict(list)
    for row in csv.DictReader(lines):
        wishes[row["database_th"]].append(row["consumer_agency_th"])
    return {name: tuple(agencies) for name, agencies in wishes.items()}
