"""A hostile line on both sides: nothing false is believed, and the first good frame after any noise is understood.

``BAIDIAO_HOSTILE_BYTES=10000000`` makes it long; seeds are printed when a test fails.
"""

import os
import random
import subprocess
from itertools import islice
from pathlib import Path

import pytest

from kiosk.panel.events import KeyPressed
from kiosk.panel.session import HostSession
from kiosk.panel.simulator import HEAP, find_micropython
from kiosk.panel.wire import messages as m
from tests.support.hostile_line import blocks
from tests.support.panel_stranger import Packet

ROOT = Path(__file__).resolve().parents[2]
BYTES = int(os.environ.get("BAIDIAO_HOSTILE_BYTES", "300000"))
SEEDS = [1, int.from_bytes(os.urandom(4), "big")]
KEYS = "0123456789*#"


def sequence(number: int) -> int:
    return (number - 1) % 65_535 + 1


def watch_payload(number: int) -> bytes:
    return (30 + number % 3_000).to_bytes(2, "big") + bytes([1 + number % 24])


def watch(number: int) -> bytes:
    return Packet(0x06, sequence(number), watch_payload(number)).on_wire()


def key(number: int) -> bytes:
    return Packet(0x41, sequence(number), KEYS[number % 12].encode()).on_wire()


@pytest.mark.parametrize("seed", SEEDS, ids=["known", "new"])
def test_the_panel_believes_nothing_false_and_recovers_at_once(seed: int, tmp_path: Path) -> None:
    print("seed", seed)  # noqa: T201  (pytest shows it when the test fails)
    program = find_micropython()
    assert program is not None, "MicroPython is not installed"
    file, count = tmp_path / "blocks", 0
    with file.open("wb") as out:
        for number, (noise, good) in enumerate(blocks(seed, BYTES, watch), 1):
            out.write(len(noise).to_bytes(2, "big") + noise + bytes([len(good)]) + good + watch_payload(number))
            count = number
    here = ROOT / "tests" / "firmware"
    paths = [str(ROOT / "kiosk" / "firmware"), str(ROOT / "kiosk" / "panel"), str(here)]
    command = [program, "-X", f"heapsize={HEAP}", here / "simulate_hostile.py", file, *paths]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    understood, damaged = map(int, done.stdout.split())
    assert understood == count > 100
    assert damaged > count


@pytest.mark.parametrize("seed", SEEDS, ids=["known", "new"])
def test_the_host_believes_nothing_false_and_recovers_at_once(seed: int) -> None:
    print("seed", seed)  # noqa: T201  (as above)
    chance = random.Random(seed + 1)
    session = HostSession(7)
    session.step(0)
    welcome = m.welcome.encode(1, 1, 7, m.ALL_FEATURES, b"UNIT0001", 9, 3, 0, b"1.0.0")
    session.feed(Packet(0x81, 0, welcome).on_wire())
    assert session.connected
    count = 0
    for number, (noise, good) in enumerate(blocks(seed, BYTES, key), 1):
        pieces, told = iter(noise + good), []
        while piece := bytes(islice(pieces, chance.randrange(1, 700))):
            told += session.feed(piece)
        assert told == [KeyPressed(KEYS[number % 12])], (number, noise)
        session.step(0)
        count = number
    assert count > 100
    assert session.damaged > count
