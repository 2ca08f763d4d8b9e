"""The panel's log as the kiosk keeps it: a record is acknowledged to the panel only once it is safe here."""

import json
import os
import threading
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from kiosk.panel.events import Logged

MOST_LINES = 4_000
KEPT_LINES = 1_000
RECENTLY = timedelta(hours=24)
_OPENED = ("lid_opened", "back_opened")


class RecordBook:
    """Records in a file, one JSON object a line, each written through to the disk.

    Args:
        path: The file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._lines = self._read()
        self._known = {(line.get("epoch"), line.get("counter")) for line in self._lines}

    def keep(self, epoch: int, record: Logged, now: datetime) -> bool:
        """Keep a record; the same one told again is kept once. Returns False when the disk refuses it."""
        if (epoch, record.counter) in self._known:
            return True
        line = {"epoch": epoch, "kept_at": now.isoformat(), **asdict(record)}
        with self._lock:
            try:
                self._write(line)
            except OSError:
                return False
            self._lines.append(line)
            self._known.add((epoch, record.counter))
            return True

    def tampered_at(self, now: datetime) -> datetime | None:
        """Return when the case was last opened, if within a day: by the panel's clock, or when it was told of."""
        with self._lock:
            opened = [line for line in self._lines if line.get("kind") in _OPENED]
        if not opened:
            return None
        told = datetime.fromisoformat(opened[-1]["kept_at"])
        by_panel = datetime.fromtimestamp(opened[-1]["unix_s"], UTC) if opened[-1]["unix_s"] else told
        at = min(by_panel, told)
        return at if now - at < RECENTLY else None

    def _read(self) -> list[dict[str, Any]]:
        try:
            text = self._path.read_text(encoding="utf-8")
        except OSError:
            return []
        lines = []
        for line in text.splitlines():
            try:
                lines.append(json.loads(line))
            except ValueError:
                continue  # the last one, torn by a power cut before it was acknowledged: it comes again
        return lines

    def _write(self, line: dict[str, Any]) -> None:
        if len(self._lines) >= MOST_LINES:
            self._lines = self._lines[-KEPT_LINES:]
            fresh = self._path.with_suffix(".new")
            _append(fresh, self._lines)
            fresh.replace(self._path)
        _append(self._path, [line])


def _append(path: Path, lines: list[dict[str, Any]]) -> None:
    text = "".join(json.dumps(line) + "\n" for line in lines)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        # A torn line of an earlier power cut must not swallow this one.
        os.write(handle, ("\n" + text).encode())
        os.fsync(handle)
    finally:
        os.close(handle)
