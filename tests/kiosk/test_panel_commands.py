"""``panel log`` and ``panel test`` against the simulated board."""

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from kiosk.panel.cli import panel as commands
from kiosk.panel.events import Logged
from kiosk.panel.log_command import word_kind, word_record
from kiosk.panel.simulator import SimulatedPanel
from kiosk.panel.wire import messages as m


@pytest.fixture
def panel(tmp_path: Path) -> Iterator[SimulatedPanel]:
    simulated = SimulatedPanel(tmp_path / "flash", tmp_path / "panel")
    simulated.start()
    yield simulated
    simulated.stop()


def test_the_log_is_a_table_and_json(panel: SimulatedPanel) -> None:
    address = ["--panel", f"serial:{panel.link}"]
    until_s = time.monotonic() + 10
    while not panel.state and time.monotonic() < until_s:  # until then nobody looks at the switches
        time.sleep(0.05)
    for _ in range(9):  # more than one answer holds
        for active in (True, False):
            panel.set_switch(m.LID_OPEN, active)
            _wait_for_switches(panel, active << m.LID_OPEN)
            time.sleep(0.1)  # it may bounce until then
    done = CliRunner().invoke(commands, ["log", *address, "--json"])
    assert done.exit_code == 0, done.output
    records = json.loads(done.output)
    assert [record["counter"] for record in records] == list(range(1, len(records) + 1))
    assert [record["kind"] for record in records[:3]] == ["booted", "lid_opened", "lid_closed"]
    assert len(records) == 19
    assert records[1]["th"] == "ฝาถูกเปิด"
    table = CliRunner().invoke(commands, ["log", *address, "--first", "18"])
    lines = table.output.splitlines()
    assert len(lines) == 3
    assert "ฝาถูกเปิด / lid opened" in lines[1]


def _wait_for_switches(panel: SimulatedPanel, bits: int) -> None:
    until_s = time.monotonic() + 10
    while panel.state.get("switches") != bits and time.monotonic() < until_s:
        time.sleep(0.01)


def test_records_in_words() -> None:
    assert "number 3 of the day" in word_record(Logged(7, 1_790_000_000, 2, "power_cycled", 0, 3))
    assert "2026-09-21" in word_record(Logged(7, 1_790_000_000, 2, "booted", 3, 0))
    assert "its own watchdog" in word_record(Logged(7, 0, 2, "booted", 3, 0))
    assert "found so at the start" in word_record(Logged(7, 0, 2, "lid_opened", 1, 0))
    assert word_kind("9").en == "9"


def test_the_test_alone_asks_nobody(panel: SimulatedPanel) -> None:
    address = ["--panel", f"serial:{panel.link}", "--no-questions", "--shown-s", "0"]
    done = CliRunner().invoke(commands, ["test", *address])
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert said["parts"]["self_test"] == "well"
    assert said["parts"]["keypad"] == "not_tried"
    panel.wish(case_decicelsius=600, fan_stalled=True)
    time.sleep(7.5)  # a fan is given five seconds to turn
    done = CliRunner().invoke(commands, ["test", *address])
    assert done.exit_code == 4, done.output
    assert json.loads(done.stdout)["parts"]["fan"] == "failed"


def test_the_test_with_hands(panel: SimulatedPanel) -> None:
    """Somebody answers the questions, moves the switches but one, and presses every key."""
    done_with = threading.Event()

    def work() -> None:
        while not done_with.is_set():
            for switch in (m.CARD_IN, m.BACK_OPEN, m.HEADPHONES_IN):
                panel.set_switch(switch, True)
                time.sleep(0.1)
                panel.set_switch(switch, False)
                time.sleep(0.1)
            for key in range(12):
                panel.press(key, 0.06)
                time.sleep(0.05)

    hands = threading.Thread(target=work)
    hands.start()
    try:
        done = CliRunner().invoke(
            commands,
            ["test", "--panel", f"serial:{panel.link}", "--shown-s", "0", "--seconds", "4"],
            input="y\nn\ny\nn\n",
        )
    finally:
        done_with.set()
        hands.join()
    assert done.exit_code == 4, done.output
    parts = json.loads(done.stdout[done.stdout.index("{") :])["parts"]
    assert parts == {
        "self_test": "well",
        "ring": "well",
        "buzzer": "failed",
        "keypad": "well",
        "card_in": "well",
        "lid_open": "failed",
        "back_open": "well",
        "headphones_in": "well",
        "fan": "well",
        "relay": "not_tried",
    }
