"""A week of the firmware under MicroPython in simulated time: power is cut when the rules say, nothing is lost."""

import json
import os
import random
import subprocess
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from kiosk.panel.simulator import find_micropython
from kiosk.panel.wire import messages as m
from tests.firmware.watchdog_rules import CUT_S, cuts_expected

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
WEEK_MS = 7 * DAY_MS
NEVER = 99
TOLERANCE_S = 1.1
"""Of the simulation's clock: it jumps up to the second in which something is due."""
Event = tuple[int, str, int]


def quiet_day(day: int, chance: random.Random) -> list[Event]:
    """Hangs, an update, a technician, a late word in the warning, and the case opened while the line is pulled."""
    at = day * DAY_MS
    events: list[Event] = [(at + 1, "talk", 0)]
    events += [(at + h * HOUR_MS + chance.randrange(HOUR_MS), "hush", chance.randint(1, 3)) for h in (2, 5)]
    updates = at + 9 * HOUR_MS
    events += [(updates, "talk", 1), (updates + chance.randrange(5, 18) * MINUTE_MS, "hush", 1)]
    late = at + 11 * HOUR_MS
    events += [(late, "talk", 0), (late + 30 * MINUTE_MS, "hush", NEVER)]
    events += [(late + 30 * MINUTE_MS + chance.randrange(72_000, 74_000), "talk", 0)]
    events += [(at + 13 * HOUR_MS, "chord", 0), (at + 13 * HOUR_MS + 10_000, "hush", 1)]
    pulled = at + 16 * HOUR_MS
    events += [(pulled, "plug", 0), (pulled + 20_000, "switches", 2), (pulled + 45_000, "plug", 1)]
    events += [(pulled + 50_000, "switches", 0)]
    pulled += HOUR_MS
    events += [(pulled, "plug", 0), (pulled + 20 * MINUTE_MS, "plug", 1)]
    return events


def torn_day(day: int, chance: random.Random) -> list[Event]:
    """The case opened and closed, the panel's power failing after so many bytes of what it writes then."""
    cuts = [*range(37)] * 2  # every byte of a record, and of the acknowledgement behind it
    chance.shuffle(cuts)
    at = day * DAY_MS + HOUR_MS
    events: list[Event] = [(at, "talk", 0)]
    for n, after_bytes in enumerate(cuts):
        at += 11 * MINUTE_MS
        events += [(at, "brownout", after_bytes), (at + 1, "switches", (2, 0, 4, 0)[n % 4])]
    at += HOUR_MS
    events += [(at, "switches", 0)]
    events += [(at + (n + 1) * 5 * MINUTE_MS, "reset", n) for n in range(60)]
    return [*events, (at + 61 * 5 * MINUTE_MS, "brownout", -1)]  # what did not strike strikes no other day


def week(seed: int) -> list[Event]:
    chance = random.Random(seed)
    events = [*quiet_day(0, chance), *torn_day(1, chance), *quiet_day(2, chance)]
    dead = 3 * DAY_MS
    events += [(dead + HOUR_MS, "reset", -1), (dead + 2 * HOUR_MS, "hush", NEVER)]  # more cuts than a day may see
    events += [(5 * DAY_MS + 6 * HOUR_MS, "talk", 0), *quiet_day(6, chance)]
    return sorted(events)


def live(seed: int, folder: Path) -> list[list[Any]]:
    program = find_micropython()
    assert program is not None, "MicroPython is not installed"
    scenario = folder / "scenario.json"
    scenario.write_text(json.dumps({"events": week(seed), "until_ms": WEEK_MS}))
    paths = [str(ROOT / "kiosk" / "firmware"), str(ROOT / "kiosk" / "panel"), str(HERE)]
    command = [program, "-X", "heapsize=4M", HERE / "simulate_week.py", scenario, *paths]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    facts = [json.loads(line) for line in done.stdout.splitlines()]
    assert facts[-1][0] == "end"
    return facts


def told_transitions(facts: list[list[Any]]) -> list[int]:
    """Every covers' record the host was told, once each; told twice, it must be the same."""
    records: dict[tuple[int, int], list[Any]] = {}
    for _, epoch, counter, *rest in (fact for fact in facts if fact[0] == "logged"):
        assert records.setdefault((epoch, counter), rest) == rest
    assert len({epoch for epoch, _ in records}) == 1
    kinds = [records[place][0] for place in sorted(records)]
    assert m.MERGED not in kinds
    return [kind for kind in kinds if m.LID_OPENED <= kind <= m.BACK_CLOSED]


def made_transitions(events: list[Event]) -> list[int]:
    positions = [0, *(value for _, what, value in events if what == "switches")]
    names = {(0, 2): m.LID_OPENED, (2, 0): m.LID_CLOSED, (0, 4): m.BACK_OPENED, (4, 0): m.BACK_CLOSED}
    return [names[step] for step in pairwise(positions) if step in names]


@pytest.mark.parametrize("seed", [1, int.from_bytes(os.urandom(4), "big")], ids=["known", "new"])
def test_a_week(seed: int, tmp_path: Path) -> None:
    print("seed", seed)  # noqa: T201  (pytest shows it when the test fails)
    facts = live(seed, tmp_path)
    known = [
        (fact[1] / 1000, fact[0], bool(fact[2:] and fact[2])) for fact in facts if fact[0] in {"start", "beat", "chord"}
    ]
    expected = cuts_expected(known, WEEK_MS / 1000)
    happened = [fact[1] / 1000 for fact in facts if fact[0] == "cut"]
    assert len(happened) == len(expected) > 15, (happened, expected)
    assert all(abs(one - other) <= TOLERANCE_S for one, other in zip(happened, expected, strict=True)), (
        happened,
        expected,
    )
    restored = [fact[1] / 1000 for fact in facts if fact[0] == "restored"]
    assert all(abs(on - off - CUT_S) <= TOLERANCE_S for off, on in zip(happened, restored, strict=True))
    assert sum(1 for fact in facts if fact[0] == "start") > 150  # the power failed in that many writes
    assert told_transitions(facts) == made_transitions(week(seed))
