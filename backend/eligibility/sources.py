"""The tables that come with the project, as written: what the console shows, compares and copies into drafts."""

from dataclasses import dataclass
from pathlib import Path

from backend.eligibility.loading import TABLES, read_bytes
from backend.eligibility.programme import parse_table
from contracts.decision import RuleVersion


@dataclass(frozen=True, slots=True)
class RuleSource:
    """One version that lies in files.

    Attributes:
        rule: Its name, version and first day.
        dmn: The table's file.
        words: Its words' file.
        examples: Its worked examples' file; an empty list where there is none.
    """

    rule: RuleVersion
    dmn: bytes
    words: bytes
    examples: bytes


def load_sources(directory: Path = TABLES) -> tuple[RuleSource, ...]:
    """Read every table with what lies beside it.

    Raises:
        TableError: A file cannot be read or used.
    """
    return tuple(_read(path) for path in sorted(directory.glob("*.dmn")))


def _read(path: Path) -> RuleSource:
    dmn, examples = read_bytes(path), path.with_suffix(".examples.json")
    rule = parse_table(dmn, path.name).rule
    words = read_bytes(path.with_suffix(".words.json"))
    return RuleSource(rule, dmn, words, read_bytes(examples) if examples.exists() else b"[]")
