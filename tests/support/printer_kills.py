"""Kills a printing process at random moments and counts what came out for whom."""

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image, ImageChops

from contracts.slip import SlipRecord
from contracts.slip_reference import write_reference
from printer.raster import draw_slip
from printer.read_qr import find_token
from tests.support.printer_fakes import FACE
from tests.support.printer_samples import OLD_AGE, one_service, record_of

ROOT = Path(__file__).resolve().parents[2]
ROWS_PER_S = 8000
LONGEST_S = 0.4
"""A whole attempt takes about as long."""


@dataclass
class Tally:
    """What happened.

    Attributes:
        kills: Processes killed while they printed or recovered.
        doubled: Slips that came out twice.
        lost: Slips of people still there that did not come out, though the kiosk had its way.
        stale: Slips that came out for the next person.
        damaged: Whole slips whose picture is not the one drawn.
        outcomes: What the process said after the kill.
    """

    kills: int = 0
    doubled: int = 0
    lost: int = 0
    stale: int = 0
    damaged: int = 0
    outcomes: Counter = field(default_factory=Counter)


class Bench:
    """A printer, a process that prints on it, and someone who kills it."""

    def __init__(self, folder: Path, seed: int) -> None:
        self._folder = folder
        self._chance = random.Random(seed)
        self._tray = folder / "slips"
        self._seen: dict[str, str | None] = {}
        self._expected: dict[str, SlipRecord] = {}
        self.tally = Tally()
        self._receiver = _start("tests.support.printer_receiver", str(self._tray), str(ROWS_PER_S))
        self._url = f"tcp://127.0.0.1:{_line(self._receiver)}"
        self._worker = _start("tests.support.printer_worker")

    def close(self) -> None:
        """End both processes."""
        for process in (self._worker, self._receiver):
            process.stdin.close()
            process.wait(timeout=10)
            process.stdout.close()

    def round(self) -> None:
        """One visitor whose slip is interrupted, and the next one."""
        record = self._visitor()
        status = self._order(record, kill=True)
        if self._chance.random() < 0.5:
            self._come_back(record, status)
        else:
            self._go_away(record)
        counted = self._count()
        self.tally.doubled = sum(count > 1 for reference, count in counted.items() if reference)

    def _come_back(self, record: SlipRecord, status: int) -> None:
        """The visitor is still there when the kiosk runs again; it may be killed again."""
        while status < 0:
            status = self._order(record, kill=self._chance.random() < 0.3, recover=True)
        self.tally.outcomes[status] += 1
        if status == 7 and not self._count()[record.answer.reference]:  # somebody looked at the tray
            status = self._order(record, reprint=True)
        if not self._count()[record.answer.reference]:
            self.tally.lost += 1

    def _go_away(self, record: SlipRecord) -> None:
        """The visitor has gone before the kiosk runs again."""
        self._order(None, recover=True)
        before = self._count()[record.answer.reference]
        successor = self._visitor()
        status = self._order(successor)
        after = self._count()
        self.tally.stale += after[record.answer.reference] - before
        self.tally.lost += status != 0 or after[successor.answer.reference] != 1

    def _visitor(self) -> SlipRecord:
        reference = write_reference(self._chance.randbytes(7))
        record = record_of(reference, [OLD_AGE], one_service().answer.sources)
        self._expected[record.answer.slip_token] = record
        return record

    def _order(self, record: SlipRecord | None, *, kill: bool = False, **more: bool) -> int:
        order = {"url": self._url, "journal": str(self._folder / "journal.sqlite"), **more}
        if record is not None:
            order["record"] = record.model_dump(mode="json")
        self._worker.stdin.write(json.dumps(order) + "\n")
        self._worker.stdin.flush()
        child = int(_line(self._worker))
        timer = threading.Timer(self._chance.uniform(0, LONGEST_S), _kill, (child,))
        if kill:
            timer.start()
        status = int(_line(self._worker))
        timer.cancel()
        self.tally.kills += status == -signal.SIGKILL
        return status

    def _count(self) -> Counter:
        """How often each slip lies in the tray, by reference; scraps without a readable code under None."""
        for path in sorted(self._tray.glob("slip-*.png")):
            if path.name not in self._seen:
                self._seen[path.name] = self._identify(path)
        return Counter(self._seen.values())

    def _identify(self, path: Path) -> str | None:
        with Image.open(path) as opened:
            picture = opened.convert("L")
        token = find_token(picture)
        if token is None:
            return None
        drawn = draw_slip(self._expected[token], FACE).convert("L")
        self.tally.damaged += ImageChops.difference(picture.crop((0, 0, *drawn.size)), drawn).getbbox() is not None
        return self._expected[token].answer.reference


def _start(module: str, *arguments: str) -> subprocess.Popen:
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _line(process: subprocess.Popen) -> str:
    line = process.stdout.readline()
    if not line:
        raise RuntimeError(f"{process.args[2]} ended")
    return line.strip()


def _kill(child: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)


def count_kills(folder: Path, kills: int, seed: int) -> Tally:
    """Go on until so many processes have been killed."""
    bench = Bench(folder, seed)
    try:
        while bench.tally.kills < kills:
            bench.round()
    finally:
        bench.close()
    return bench.tally
