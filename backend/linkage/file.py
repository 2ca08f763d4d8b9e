"""Reads the agency directory from its file, and writes it whole or not at all."""

import json
import os
from importlib.resources import files
from pathlib import Path

from backend.linkage.catalogue import FactEntry, declare
from backend.linkage.directory import Directory, parse_directory
from backend.linkage.errors import DirectoryError

DEFAULT_DIRECTORY = Path(__file__).with_name("demo_agencies.json")


def load_directory(path: Path) -> Directory:
    """Read the directory file at ``path``.

    Raises:
        DirectoryError: The file cannot be read or is wrong.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DirectoryError(str(path), (f"cannot be read: {type(error).__name__}",)) from error
    return parse_directory(text, str(path))


def read_seed_facts() -> tuple[FactEntry, ...]:
    """Return the entries of the facts that came with the project."""
    text = files("backend.linkage.seed").joinpath("facts.json").read_text(encoding="utf-8")
    return declare(json.loads(text)["facts"])


def replace_directory(path: Path, text: str) -> Directory:
    """Put ``text`` in the place of the file at ``path``, if it is a directory; a crash leaves the old or the new one.

    Raises:
        DirectoryError: The text is wrong, or the file cannot be written.
    """
    directory = parse_directory(text, str(path))
    beside = path.with_name(path.name + ".new")
    try:
        with beside.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        raise DirectoryError(str(path), (f"cannot be written: {type(error).__name__}",)) from error
    return directory
