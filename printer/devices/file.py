"""Slips as ESC/POS bytes at the end of a file, or in a device node such as ``/dev/usb/lp0``."""

import os
import stat
from pathlib import Path

from printer.errors import DeviceUnavailableError


class FileDevice:
    """Appends slips to a file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def keep(self, reference: str, data: bytes) -> bool:  # noqa: ARG002  (a file keeps its slips in a row, unnamed)
        """Append and sync. A device node cannot be synced, so there nothing is certain."""
        try:
            with self._path.open("ab") as file:
                file.write(data)
                file.flush()
                if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                    return False
                os.fsync(file.fileno())
        except OSError as error:
            raise DeviceUnavailableError(f"cannot write to {self._path}: {error.strerror}") from error
        return True
