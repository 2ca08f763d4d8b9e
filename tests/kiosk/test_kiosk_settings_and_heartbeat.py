"""Settings, heartbeats, adapters' pure parts, the browser's command line."""

import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.fleet import Heartbeat, PartHealth
from kiosk.adapters.cards import SlotFollower
from kiosk.adapters.press import NoPress, part_state
from kiosk.agent.heartbeat import BACKOFF_MAX_S, JITTER, HeartbeatThread, next_wait_s
from kiosk.bootstrap import observe
from kiosk.browser import browser_command
from kiosk.errors import CentreRetryableError, SettingsError
from kiosk.ports import Presence
from kiosk.settings import Settings, list_variables, parse_settings
from kiosk.visit.events import PrintResult
from kiosk.visit.machine import begin
from printer.status import Condition, PrinterStatus
from reader_drivers.core.slots import CardInserted, CardRemoved, ReaderAdded, ReaderRemoved, ServiceDown, ServiceUp
from tests.support.kiosk_fakes import FakeCentre
from tests.support.kiosk_people import RULES
from tests.support.kiosk_stage import screens

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def test_settings_are_read_from_the_environment() -> None:
    assert parse_settings({}) == Settings()
    given_settings = parse_settings(
        {
            "BAIDIAO_KIOSK_STATE_DIR": "/x",
            "BAIDIAO_KIOSK_SCREEN_PORT": "0",
            "BAIDIAO_KIOSK_WARNING_S": "25",
            "OTHER": "1",
        }
    )
    assert (given_settings.state_dir, given_settings.screen_port, given_settings.warning_s) == (Path("/x"), 0, 25.0)
    assert ("BAIDIAO_KIOSK_SCREEN_PORT", "8070") in [row[:2] for row in list_variables()]


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("SCREEN_HOST", "0.0.0.0"),
        ("SCREEN_PORT", "http"),
        ("SCREEN_PORT", "70000"),
        ("LANGUAGE", "fr"),
        ("WARNING_S", "5"),
        ("IDLE_S", "nan"),
    ],
)
def test_wrong_settings_are_named(variable: str, value: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse_settings({f"BAIDIAO_KIOSK_{variable}": value})
    assert caught.value.variable == f"BAIDIAO_KIOSK_{variable}"


@given(st.floats(1, 3600), st.integers(0, 50), st.floats(0, 1, exclude_max=True))
def test_heartbeats_back_off_and_are_jittered(interval_s: float, failures: int, draw: float) -> None:
    wait_s = next_wait_s(interval_s, failures, draw)
    longest_s = max(BACKOFF_MAX_S, interval_s)
    assert interval_s * (1 - JITTER) <= wait_s + 1e-6
    assert wait_s <= longest_s * (1 + JITTER) + 1e-6


def test_a_heartbeat_says_what_the_kiosk_is_doing() -> None:
    doing = {name: observe(screens()[name], 3, "boot", 7, NOW).state for name in ("rest", "consent", "out_of_order")}
    assert doing == {"rest": "resting", "consent": "visiting", "out_of_order": "out_of_order"}
    beat = observe(screens()["consent"], 3, "boot", 7, NOW)
    assert beat.memory_bytes > 1_000_000
    assert beat.reader.health is PartHealth.OK
    assert "บุญเรือน" not in beat.model_dump_json()


def test_heartbeats_go_on_after_a_failure_and_at_once_when_nudged() -> None:
    centre = FakeCentre()
    centre.failure = CentreRetryableError("unreachable")
    seen = threading.Event()

    def look(now: datetime) -> Heartbeat:
        seen.set()
        return observe(begin(RULES), 0, "boot", 0, now)

    thread = HeartbeatThread(centre, look, interval_s=300)
    thread.start()
    assert seen.wait(2)
    centre.failure = None
    thread.nudge()
    deadline = time.monotonic() + 4
    while not centre.beats and time.monotonic() < deadline:
        time.sleep(0.02)
    thread.stop()
    assert len(centre.beats) == 1


def test_the_slot_follows_one_card_in_one_reader() -> None:
    slot = SlotFollower("PICC")
    assert slot.take(ReaderAdded("Other 00")) is None
    assert slot.state().health is PartHealth.ABSENT
    assert slot.take(ReaderAdded("PICC 01")).reader.health is PartHealth.OK
    assert slot.take(CardInserted("Other 00")) is None
    assert slot.take(CardInserted("PICC 01")).presence is Presence.INSERTED
    assert slot.take(CardInserted("PICC 02")) is None
    assert slot.take(CardRemoved("PICC 02")) is None
    assert slot.take(CardRemoved("PICC 01")).presence is Presence.REMOVED
    assert slot.take(ServiceDown()).reader.health is PartHealth.FAULT
    assert slot.take(ServiceUp()).reader.health is PartHealth.OK
    assert slot.take(ReaderRemoved("PICC 01")).reader.health is PartHealth.ABSENT


@pytest.mark.parametrize(
    ("conditions", "answered", "health", "code"),
    [
        (set(), {1, 2, 3, 4}, PartHealth.OK, ""),
        ({Condition.PAPER_NEAR_END}, {1, 2, 3, 4}, PartHealth.WARNING, "paper_near_end"),
        ({Condition.PAPER_OUT}, {1, 2, 3, 4}, PartHealth.FAULT, "paper_out"),
        ({Condition.UNREACHABLE}, set(), PartHealth.ABSENT, "unreachable"),
        ({Condition.SILENT}, set(), PartHealth.UNKNOWN, "silent"),
    ],
)
def test_a_printers_state_in_the_fleets_words(
    conditions: set[Condition], answered: set[int], health: PartHealth, code: str
) -> None:
    part = part_state(PrinterStatus(frozenset(conditions), frozenset(answered)), "tcp")
    assert (part.health, part.code) == (health, code)


def test_no_printer_is_absent_and_prints_nothing() -> None:
    assert NoPress().status().health is PartHealth.ABSENT
    assert NoPress().print_slip(None).result is PrintResult.FAULT


def test_the_browser_gets_a_fresh_profile_and_our_page() -> None:
    line = browser_command("chromium", "http://127.0.0.1:8070/", Path("/tmp/p"), ("--no-sandbox",))
    assert line[0] == "chromium"
    assert line[-2:] == ["--no-sandbox", "--app=http://127.0.0.1:8070/"]
    assert "--user-data-dir=/tmp/p" in line
