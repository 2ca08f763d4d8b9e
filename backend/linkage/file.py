"""Reads the agency directory from its file."""

from pathlib import Path

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
