"""The running centre as its commands see it: which process it is, and which directory it has loaded."""

import os
import signal
from pathlib import Path


class RunningCentre:
    """Notes in the state directory. The server writes them when it starts.

    Args:
        state_dir: Of the centre.
    """

    def __init__(self, state_dir: Path) -> None:
        self._pid = state_dir / "centre.pid"
        self._loaded = state_dir / "directory.loaded.json"

    def note_start(self, directory: str) -> None:
        """Note this process and the directory it starts with."""
        self._pid.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._pid.write_text(f"{os.getpid()}\n", encoding="ascii")
        self.note_loaded(directory)

    def note_loaded(self, directory: str) -> None:
        """Note the directory that the workers have."""
        self._loaded.write_text(directory, encoding="utf-8")

    def loaded(self) -> str | None:
        """Return the directory that the workers have; None when no centre was started here."""
        return self._loaded.read_text(encoding="utf-8") if self._loaded.is_file() else None

    def renew_workers(self) -> bool:
        """Have the server start new workers, the old ones finishing what they do; False when it is not running."""
        try:
            pid = int(self._pid.read_text(encoding="ascii"))
            # A number of a process long gone may be another program's now.
            if b"centre" not in Path(f"/proc/{pid}/cmdline").read_bytes():
                return False
            os.kill(pid, signal.SIGHUP)
        except (OSError, ValueError):
            return False
        return True
