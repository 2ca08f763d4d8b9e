"""The panel inside the kiosk: what it feels reaches the visit, its records the disk, its state the centre."""

import json
import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from contracts.fleet import Heartbeat, PartHealth
from kiosk.adapters.panel import NoPanel, SerialPanel, judge_panel
from kiosk.agent.update_mark import FORGOTTEN_S, NAME, is_updating
from kiosk.bootstrap import observe
from kiosk.panel.events import Connected, Logged
from kiosk.panel.records import KEPT_LINES, MOST_LINES, RecordBook
from kiosk.panel.simulator import SimulatedPanel
from kiosk.panel.wire import messages as m
from kiosk.visit import events as ev
from kiosk.visit.machine import begin
from tests.support.kiosk_people import RULES

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
HELLO = Connected("1.0.0", "00", m.ALL_FEATURES, 7, 1, trial=False)


def record(counter: int, kind: str = "lid_opened", unix_s: int = 0) -> Logged:
    return Logged(counter, unix_s, 1, kind, 0, 0)


def status(switches: int = 0, cycles: int = 0, case: int = 415, faults: int = 0) -> object:
    return m.status.decode(m.status.encode(switches, 1, cycles, 450, case, 30, 900, 0, faults, 60, 900, 90_000, 0, 0))


class Kiosk:
    """The panel's adapter on a simulated board, and what it posted."""

    def __init__(self, panel: SimulatedPanel, state_dir: Path) -> None:
        self.panel = panel
        self.front = SerialPanel(f"serial:{panel.link}", state_dir)
        self.events: list[ev.Event] = []
        self.nudges = 0

    def nudge(self) -> None:
        self.nudges += 1

    def report_until(self, wanted: Callable[[], bool]) -> bool:
        return eventually(lambda: self.front.report() is not None and wanted())


def eventually(holds: Callable[[], bool], within_s: float = 10.0) -> bool:
    until_s = time.monotonic() + within_s
    while not holds() and time.monotonic() < until_s:
        time.sleep(0.05)
    return holds()


@pytest.fixture
def kiosk(tmp_path: Path) -> Iterator[Kiosk]:
    simulated = SimulatedPanel(tmp_path / "flash", tmp_path / "panel")
    simulated.start()
    made = Kiosk(simulated, tmp_path)
    made.front.start(lambda: True, made.events.append, made.nudge)
    yield made
    made.front.stop()
    simulated.stop()


def test_what_the_panel_feels_reaches_the_visit(kiosk: Kiosk) -> None:
    assert eventually(lambda: ev.HeadphonesChanged(False) in kiosk.events)
    kiosk.panel.set_switch(m.CARD_IN, True)
    kiosk.panel.set_switch(m.HEADPHONES_IN, True)
    kiosk.panel.press(7)
    kiosk.panel.press(11)
    assert eventually(lambda: ev.KeyPressed("#") in kiosk.events)
    assert [e for e in kiosk.events if isinstance(e, ev.KeyPressed)] == [ev.KeyPressed("8"), ev.KeyPressed("#")]
    assert ev.CardFelt(True) in kiosk.events
    assert ev.HeadphonesChanged(True) in kiosk.events
    kiosk.panel.unplug()  # nothing is felt any more
    assert eventually(lambda: kiosk.events[-2:] == [ev.CardFelt(False), ev.HeadphonesChanged(False)])
    assert kiosk.front.report().code == "panel_silent"


def test_an_opened_case_reaches_the_centre_and_is_acknowledged_once_on_disk(kiosk: Kiosk, tmp_path: Path) -> None:
    assert kiosk.report_until(lambda: kiosk.front.report().health is PartHealth.OK)
    before = kiosk.nudges
    kiosk.panel.set_switch(m.BACK_OPEN, True)
    assert kiosk.report_until(lambda: kiosk.front.report().code == "case_open")
    assert kiosk.nudges > before
    kiosk.panel.set_switch(m.BACK_OPEN, False)
    assert kiosk.report_until(lambda: kiosk.front.report().code == "case_was_opened")
    said = kiosk.front.report()
    assert said.tampered_at is not None
    assert said.case_celsius == 38.0
    heartbeat = observe(begin(RULES), 0, "b", 1, NOW, said)
    assert Heartbeat.model_validate_json(heartbeat.model_dump_json()).panel == said
    kept = [json.loads(line) for line in (tmp_path / "panel-log.jsonl").read_text().splitlines() if line]
    assert [line["kind"] for line in kept if "back" in line["kind"]] == ["back_opened", "back_closed"]


def test_a_record_the_disk_refuses_is_told_again(tmp_path: Path) -> None:
    """The book's folder is missing at first: nothing is acknowledged. Then it is there, and a new session tells all."""
    state_dir = tmp_path / "state"
    simulated = SimulatedPanel(tmp_path / "flash", tmp_path / "panel")
    simulated.start()
    made = Kiosk(simulated, state_dir)
    made.front.start(lambda: True, made.events.append, made.nudge)
    try:
        assert made.report_until(lambda: made.front.report().health is PartHealth.OK)
        simulated.set_switch(m.LID_OPEN, True)
        assert made.report_until(lambda: made.front.report().code == "case_open")
        state_dir.mkdir()
        simulated.unplug()
        assert made.report_until(lambda: made.front.report().code == "panel_silent")
        simulated.plug_in()
        kept = state_dir / "panel-log.jsonl"
        assert eventually(lambda: kept.exists() and "lid_opened" in kept.read_text())
    finally:
        made.front.stop()
        simulated.stop()


def test_an_update_keeps_the_power(kiosk: Kiosk, tmp_path: Path) -> None:
    (tmp_path / NAME).touch()
    kiosk.front._link._beat_at_s = 0.0  # the next heartbeat is due now, not in ten seconds
    assert kiosk.report_until(
        lambda: kiosk.front._status is not None and kiosk.front._status.watchdog == m.HOST_UPDATING
    )


def test_an_update_that_died_is_forgotten(tmp_path: Path) -> None:
    assert not is_updating(tmp_path)
    mark = tmp_path / NAME
    mark.touch()
    assert is_updating(tmp_path)
    old_s = time.time() - FORGOTTEN_S - 1
    os.utime(mark, (old_s, old_s))
    assert not is_updating(tmp_path)


def test_a_kiosk_without_a_panel_reports_none() -> None:
    assert NoPanel().report() is None
    assert observe(begin(RULES), 0, "b", 1, NOW).panel is None


@pytest.mark.parametrize(
    ("values", "tampered_at", "health", "code"),
    [
        (status(), None, PartHealth.OK, ""),
        (status(switches=1 << m.LID_OPEN, faults=2), NOW, PartHealth.FAULT, "case_open"),
        (status(faults=2), NOW, PartHealth.WARNING, "case_was_opened"),
        (status(faults=2), None, PartHealth.WARNING, "panel_fault"),
        (status(cycles=2), None, PartHealth.WARNING, "power_cycled"),
        (None, None, PartHealth.WARNING, "panel_silent"),
    ],
)
def test_the_panel_in_one_word(values: object, tampered_at: datetime | None, health: PartHealth, code: str) -> None:
    said = judge_panel(HELLO, values, tampered_at)
    assert (said.health, said.code) == (health, code)
    assert judge_panel(HELLO, status(case=m.UNKNOWN_TEMPERATURE), None).case_celsius is None


def test_the_book_keeps_each_record_once_and_survives_a_torn_line(tmp_path: Path) -> None:
    path = tmp_path / "log"
    book = RecordBook(path)
    assert book.keep(7, record(1), NOW)
    assert book.keep(7, record(1), NOW)
    assert book.keep(8, record(1), NOW)  # another flash's log
    whole = path.read_bytes()
    path.write_bytes(whole[:-9])
    again = RecordBook(path)
    assert again.keep(8, record(1), NOW)
    assert again.keep(8, record(2), NOW)
    counters = [(line["epoch"], line["counter"]) for line in RecordBook(path)._read()]
    assert counters == [(7, 1), (8, 1), (8, 2)]


def test_the_book_says_when_the_case_was_opened(tmp_path: Path) -> None:
    book = RecordBook(tmp_path / "log")
    book.keep(7, record(1, "booted"), NOW)
    assert book.tampered_at(NOW) is None
    by_panel = int((NOW - timedelta(hours=2)).timestamp())
    book.keep(7, record(2, "lid_opened", by_panel), NOW)
    assert book.tampered_at(NOW) == NOW - timedelta(hours=2)
    assert book.tampered_at(NOW + timedelta(hours=22)) is None
    assert not RecordBook(tmp_path / "none" / "log").keep(7, record(1), NOW)


def test_the_book_does_not_grow_for_ever(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text("".join(json.dumps({"epoch": 1, "counter": n, "kind": "booted"}) + "\n" for n in range(MOST_LINES)))
    book = RecordBook(path)
    assert book.keep(1, record(MOST_LINES), NOW)
    assert len(RecordBook(path)._read()) == KEPT_LINES + 1
