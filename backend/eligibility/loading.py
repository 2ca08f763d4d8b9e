"""Reads a directory of rules. The room's only input and output."""

from pathlib import Path
from typing import Final, TypeVar

from backend.eligibility.errors import TableError
from backend.eligibility.programme import parse_table
from backend.eligibility.rulebook import Rulebook, WordedTable
from backend.eligibility.words import Catalogue, CommonWords, FactEntry, TableWords
from backend.linkage.directory import Directory
from contracts.message import Message

TABLES: Final = Path(__file__).parent / "tables"
"""The tables that come with the project."""

_M = TypeVar("_M", bound=Message)


def load_rulebook(directory: Path = TABLES, linked: Directory | None = None) -> Rulebook:
    """Read rules, with names for the facts and agencies that the agency directory adds.

    In the directory are ``*.dmn``, a ``.words.json`` beside each, ``common.words.json`` and ``services.json``.

    A later version of a table is another file with the same decision id, e.g. ``old_age_allowance.2569.dmn``.

    Raises:
        TableError: Something in the directory cannot be used; nothing is half loaded.
    """
    worded = [
        WordedTable(parse_table(read_bytes(path), path.name), _parse(path.with_suffix(".words.json"), TableWords))
        for path in sorted(directory.glob("*.dmn"))
    ]
    common = _parse(directory / "common.words.json", CommonWords)
    catalogue = _parse(directory / "services.json", Catalogue)
    return Rulebook(worded, common, _with_linked(catalogue, linked) if linked else catalogue)


def _with_linked(catalogue: Catalogue, linked: Directory) -> Catalogue:
    agencies = {agency.id: agency.name for agency in linked.agencies}
    facts = {entry.name: FactEntry(agency=entry.source, words=entry.label) for entry in linked.facts}
    return catalogue.model_copy(
        update={"agencies": {**agencies, **catalogue.agencies}, "facts": {**facts, **catalogue.facts}}
    )


def read_bytes(path: Path) -> bytes:
    """Read a file.

    Raises:
        TableError: It cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise TableError(path.name, "file", error.strerror or "cannot be read") from error


def _parse(path: Path, model: type[_M]) -> _M:
    try:
        return model.model_validate_json(read_bytes(path))
    except ValueError as error:
        raise TableError(path.name, "file", "not of the expected form") from error
