"""Fate on a street: card, line, agency or paper goes. Each time a clear screen follows, and nothing is doubled."""

import json
import re
import subprocess
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Page

from reader_drivers.virtual.people import load_people
from tests.support.e2e_demo import BAIDIAO, RunningDemo, choose, environment_without_baidiao, eventually, press, see

pytestmark = [pytest.mark.e2e, pytest.mark.device, pytest.mark.browser]


def reach_consent(demo: RunningDemo, page: Page, key: str, service: str) -> None:
    demo.insert(key)
    see(page, "services")
    choose(page, service)
    see(page, "consent")


def log_size(demo: RunningDemo) -> int:
    return int(requests.get(f"{demo.centre}/log/checkpoint", timeout=5).text.splitlines()[1])


def slips(demo: RunningDemo) -> int:
    return len(list((demo.root / "slips").glob("*.png")))


STEPS = ("reading", "services", "consent", "asking", "answer", "printing", "take_card")


def walk(demo: RunningDemo, page: Page, until: str) -> None:
    """Walk a visit up to one screen."""
    if until == "asking":
        demo.put("agencies/civil_registry", latency_ms=2000, failure="none")
    demo.insert("grandmother")
    if until == "reading":
        return  # a virtual card is read faster than a page can be looked at
    see(page, "services")
    if until in STEPS[2:]:
        choose(page, "old_age_allowance")
        see(page, "consent")
    if until in STEPS[3:]:
        press(page, "agree")
        see(page, "asking" if until == "asking" else "answer")
    if until in STEPS[5:]:
        press(page, "print")
        see(page, until)


@pytest.mark.parametrize("until", STEPS)
def test_the_card_may_go_at_any_time(demo: RunningDemo, page: Page, until: str) -> None:
    walk(demo, page, until)
    demo.remove()
    see(page, "rest")
    shown = page.locator("body").inner_text()
    assert "บุญเรือน" not in shown
    assert "3-XXXX" not in shown


def test_no_slip_is_printed_for_someone_who_left(demo: RunningDemo, page: Page) -> None:
    before = slips(demo)
    reach_consent(demo, page, "grandmother", "old_age_allowance")
    press(page, "agree")
    see(page, "answer")
    demo.remove()
    see(page, "rest")
    assert slips(demo) == before


def test_a_dead_agency_makes_cannot_be_decided_never_no(demo: RunningDemo, page: Page) -> None:
    demo.put("agencies/comptroller_general", latency_ms=0, failure="close")
    reach_consent(demo, page, "grandmother", "old_age_allowance")
    press(page, "agree")
    see(page, "answer")
    assert page.locator(".answer.undecided").count() == 1
    assert "กรมบัญชีกลาง" in page.locator(".answer.undecided").inner_text()


@pytest.mark.parametrize("failure", ["garbage", "error", "hang"])
def test_a_registry_gone_wrong_confirms_nobody(demo: RunningDemo, page: Page, failure: str) -> None:
    demo.put("agencies/civil_registry", latency_ms=0, failure=failure)
    reach_consent(demo, page, "grandmother", "old_age_allowance")
    press(page, "agree")
    see(page, "answer")
    assert page.locator(".answer.undecided").count() == 1


def test_a_cut_line_is_told_and_a_retry_is_answered_once(demo: RunningDemo, page: Page) -> None:
    reach_consent(demo, page, "disabled", "disability_allowance")
    size = log_size(demo)
    demo.put("line", whole=False)
    press(page, "agree")
    see(page, "centre_unreachable", 60)
    demo.put("line", whole=True)
    press(page, "retry")
    see(page, "answer")
    assert page.locator(".answer.eligible").count() == 1
    assert log_size(demo) == size + 1


def test_a_centre_killed_while_asking_is_told_and_a_retry_is_answered_once(demo: RunningDemo, page: Page) -> None:
    reach_consent(demo, page, "disabled", "disability_allowance")
    size = log_size(demo)
    demo.put("agencies/civil_registry", latency_ms=3000, failure="none")
    press(page, "agree")
    see(page, "asking")
    demo.put("centre", running=False)
    see(page, "centre_unreachable", 60)
    demo.put("agencies/civil_registry", latency_ms=0, failure="none")
    demo.put("centre", running=True)
    press(page, "retry")
    see(page, "answer")
    assert page.locator(".answer.eligible").count() == 1
    assert log_size(demo) == size + 1


def test_a_centre_killed_after_its_answer_has_forgotten_nothing(demo: RunningDemo, page: Page) -> None:
    reach_consent(demo, page, "grandmother", "old_age_allowance")
    size = log_size(demo)
    press(page, "agree")
    see(page, "answer")
    demo.put("centre", running=False)
    press(page, "print")
    see(page, "take_card", 30)
    demo.remove()
    demo.put("centre", running=True)
    assert log_size(demo) == size + 1


def test_without_paper_the_code_is_on_the_screen_and_nothing_comes_out_later(demo: RunningDemo, page: Page) -> None:
    before = slips(demo)
    reach_consent(demo, page, "pensioner", "old_age_allowance")
    press(page, "agree")
    see(page, "answer")
    demo.put("printer", fault="paper_out")
    press(page, "print")
    see(page, "printer_trouble", 40)
    assert page.locator("figure.code svg").count() == 1
    demo.remove()
    see(page, "rest")
    demo.put("printer", fault="none")
    page.wait_for_timeout(2500)
    assert slips(demo) == before


def test_a_slip_is_tried_again_when_the_paper_is_back(demo: RunningDemo, page: Page) -> None:
    before = slips(demo)
    reach_consent(demo, page, "pensioner", "old_age_allowance")
    press(page, "agree")
    see(page, "answer")
    demo.put("printer", fault="paper_out")
    press(page, "print")
    see(page, "printer_trouble", 40)
    demo.put("printer", fault="none")
    press(page, "retry")
    see(page, "take_card", 40)
    assert slips(demo) == before + 1


def test_a_slip_is_printed_once(demo: RunningDemo, page: Page) -> None:
    before = slips(demo)
    reach_consent(demo, page, "mother", "newborn_grant")
    press(page, "agree")
    see(page, "answer")
    press(page, "print")
    see(page, "take_card", 30)
    demo.remove()
    see(page, "rest")
    assert slips(demo) == before + 1


def test_an_officer_makes_an_extract_from_the_source_logged_and_for_nothing(
    demo: RunningDemo, page: Page, tmp_path: Path
) -> None:
    size = log_size(demo)
    demo.insert("disabled")
    see(page, "services")
    command = [BAIDIAO, "kiosk", "extract", "--service", "disability_allowance", "--source", "disability_register"]
    settings = {"STATE_DIR": str(demo.root / "kiosk"), "PRINTER_URL": f"png:{tmp_path}", "READER_NAME": demo.reader}
    environment = environment_without_baidiao() | {f"BAIDIAO_KIOSK_{name}": value for name, value in settings.items()}
    done = subprocess.run(
        [*command, "--officer", "officer 7"], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("printed\n")
    assert log_size(demo) == size + 1
    assert len(list(tmp_path.glob("*.png"))) == 1


@pytest.mark.parametrize(("key", "screen"), [("bank_card", "not_thai_id"), ("mute_card", "card_unreadable")])
def test_a_wrong_card_is_named(demo: RunningDemo, page: Page, key: str, screen: str) -> None:
    demo.insert(key)
    see(page, screen, 40)
    demo.remove()
    see(page, "rest")


def test_a_lost_card_is_refused_and_leaves_no_decision(demo: RunningDemo, page: Page) -> None:
    size = log_size(demo)
    reach_consent(demo, page, "lost_card", "state_welfare")
    press(page, "agree")
    see(page, "card_void")
    assert log_size(demo) == size


def test_the_console_shows_the_kiosk_after_login(demo: RunningDemo) -> None:
    console = requests.get(f"{demo.centre}/console/", timeout=5)
    assert "/login" in console.url
    assert "ศาลากลางตัวอย่าง" not in console.text


def test_logs_name_nobody(demo: RunningDemo, page: Page) -> None:
    reach_consent(demo, page, "grandmother", "old_age_allowance")
    press(page, "agree")
    see(page, "answer")
    numbers = re.compile(r"(?<![0-9A-Za-z])[0-9]{13}(?![0-9A-Za-z])")  # within a longer run it is an id's
    logs = list((demo.root / "logs").glob("*.log"))
    assert logs
    for log in logs:
        text = log.read_text(errors="replace")
        assert not numbers.search(text), log.name
        for person in load_people().values():
            for secret in (person.citizen_number, person.name_th.first, person.name_th.last, person.name_en.last):
                assert secret not in text, log.name


def test_state_of_the_kiosk_says_nothing_personal(demo: RunningDemo, page: Page) -> None:
    demo.insert("grandmother")
    see(page, "services")
    state = json.dumps(requests.get(f"{demo.kiosk}state", timeout=5).json(), ensure_ascii=False)
    assert "3550100123457" not in state
    assert "บุญเรือน" not in state
    eventually(lambda: demo.screen() == "services")
