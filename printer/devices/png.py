"""Slips as pictures in a folder, by way of the very bytes a printer would get."""

import io
import os
import re
from pathlib import Path

from printer.errors import DeviceUnavailableError
from printer.virtual.commands import CommandReader
from printer.virtual.paper import Paper

_NOT_A_NAME = re.compile(r"[^A-Za-z0-9-]")
"""A reference is letters, digits and hyphens; anything else must not reach a file's name."""


def write_synced(path: Path, data: bytes) -> None:
    """Write a file whole or not at all, and survive a power cut afterwards."""
    partial = path.with_name(f".{path.name}.part")
    with partial.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


class PngDevice:
    """Keeps each slip as ``REFERENCE.png``.

    Args:
        folder: Made when missing.
        width: Dots across the paper.
    """

    def __init__(self, folder: Path, width: int) -> None:
        self._folder = folder
        self._width = width

    def keep(self, reference: str, data: bytes) -> bool:
        """Decode the bytes into a picture and keep it."""
        paper = Paper(self._width)
        for command in CommandReader().feed(data):
            paper.carry_out(command)
        picture = io.BytesIO()
        paper.slips[-1].save(picture, "PNG", optimize=True)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            write_synced(self._folder / f"{_NOT_A_NAME.sub('_', reference)}.png", picture.getvalue())
        except OSError as error:
            raise DeviceUnavailableError(f"cannot write to {self._folder}: {error.strerror}") from error
        return True
