"""The ring's segments as files on the board's LittleFS, which keeps a file's last closed state through a power cut.

LittleFS also levels the wear among all its blocks and steps round bad ones.
"""

import os

from app.board import Segments


class FileSegments(Segments):
    """Segment n is the file ``<folder>/<n>.seg``. Implements ``app.board.Segments``."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        try:
            os.mkdir(folder)
        except OSError:
            pass  # it is there; if the flash is broken, the first write will say so

    def read(self, number: int, at: int, size: int) -> bytes:
        """Return up to ``size`` bytes from ``at``; none where nothing was written."""
        try:
            with open(self._path(number), "rb") as file:
                file.seek(at)
                return bytes(file.read(size))
        except OSError:
            return b""

    def append(self, number: int, data: bytes) -> None:
        """Write behind what is there. Raises OSError when the flash refuses."""
        with open(self._path(number), "ab") as file:
            file.write(data)

    def erase(self, number: int) -> None:
        """Make a segment empty."""
        with open(self._path(number), "wb"):
            pass

    def _path(self, number: int) -> str:
        return self._folder + "/" + str(number) + ".seg"
