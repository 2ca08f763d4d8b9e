"""After visits of every kind, no test number and no name is in what a kiosk has written: state, journal, logs, browser.

A real kiosk with a virtual card, its printer and its line, at the end killed with somebody's answer on the screen.
"""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from kiosk.browser import FLAGS
from provisioning.demo.visitor import CHROMIUM, CHROMIUM_FLAGS
from reader_drivers.virtual.people import load_people
from tests.support.e2e_demo import (
    BAIDIAO,
    RunningDemo,
    choose,
    environment_without_baidiao,
    eventually,
    press,
    running_demo,
    see,
)
from tests.support.traces import files_below, find_traces

pytestmark = [pytest.mark.e2e, pytest.mark.device, pytest.mark.browser]

PEOPLE = load_people()
VISITORS = ("grandmother", "disabled", "pensioner", "mother", "lost_card")
_SHORTEST_NAME = 5


def secrets() -> list[str]:
    """Return what stands on the visitors' cards and is nobody else's."""
    found = []
    for key in VISITORS:
        one = PEOPLE[key]
        found += [one.citizen_number, one.request_number, one.laser_number]
        found += [name for of in (one.name_th, one.name_en) for name in (of.first, of.last)]
    return [secret for secret in found if secret and len(secret) >= _SHORTEST_NAME]


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[RunningDemo]:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    with running_demo(tmp_path / "run", TMPDIR=str(temporary)) as demo:
        yield demo


@pytest.fixture
def screen(chromium: Browser, demo: RunningDemo, tmp_path: Path) -> Iterator[Page]:
    """The kiosk's own browser with its own profile, but for a window."""
    with chromium.browser_type.launch_persistent_context(
        tmp_path / "profile", executable_path=CHROMIUM, args=[*FLAGS, *CHROMIUM_FLAGS], headless=True
    ) as context:
        page = context.new_page()
        page.goto(demo.kiosk)
        yield page


def test_nobody_is_named_in_what_a_kiosk_leaves(demo: RunningDemo, screen: Page, tmp_path: Path) -> None:
    print_a_slip(demo, screen)
    dispute_and_print_the_list(demo, screen)
    lose_the_line(demo, screen)
    run_out_of_paper(demo, screen)
    be_refused(demo, screen)
    said = make_an_extract(demo, screen, tmp_path)
    die_with_an_answer_shown(demo, screen)
    screen.context.close()
    places = dict(files_below(tmp_path, but=("run",)))
    places |= {f"run/{name}": content for name, content in files_below(tmp_path / "run", but=("agencies",))}
    places["what was said"] = said.encode()
    assert b"visit_ended" in places["run/logs/kiosk.log"]
    assert {"run/kiosk/prints.sqlite", "profile/Default/Preferences"} <= set(places), sorted(places)
    own = find_traces(files_below(demo.root / "agencies"), secrets())
    assert any(own), "the agencies' own registers name them: the search would find it"
    found = list(find_traces(places.items(), secrets()))
    assert not found, "\n".join(found[:40])


def reach_answer(demo: RunningDemo, screen: Page, key: str, service: str, until: str = "answer") -> None:
    demo.insert(key)
    see(screen, "services")
    choose(screen, service)
    see(screen, "consent")
    press(screen, "agree")
    see(screen, until, 60)


def leave(demo: RunningDemo, screen: Page) -> None:
    demo.remove()
    see(screen, "rest")


def print_a_slip(demo: RunningDemo, screen: Page) -> None:
    reach_answer(demo, screen, "grandmother", "old_age_allowance")
    press(screen, "print")
    see(screen, "take_card", 30)
    leave(demo, screen)


def dispute_and_print_the_list(demo: RunningDemo, screen: Page) -> None:
    demo.insert("grandmother")
    see(screen, "services")
    press(screen, "history")
    see(screen, "history")
    press(screen, "entry")
    see(screen, "dispute")
    press(screen, "dispute")
    screen.locator("[data-act='dispute']").first.wait_for(state="detached")
    press(screen, "back")
    see(screen, "history")
    press(screen, "print")
    screen.wait_for_timeout(3000)
    leave(demo, screen)


def lose_the_line(demo: RunningDemo, screen: Page) -> None:
    demo.put("line", whole=False)
    reach_answer(demo, screen, "disabled", "disability_allowance", "centre_unreachable")
    leave(demo, screen)
    demo.put("line", whole=True)


def run_out_of_paper(demo: RunningDemo, screen: Page) -> None:
    reach_answer(demo, screen, "pensioner", "old_age_allowance")
    demo.put("printer", fault="paper_out")
    press(screen, "print")
    see(screen, "printer_trouble", 40)
    leave(demo, screen)
    demo.put("printer", fault="none")


def be_refused(demo: RunningDemo, screen: Page) -> None:
    reach_answer(demo, screen, "lost_card", "state_welfare", "card_void")
    leave(demo, screen)


def make_an_extract(demo: RunningDemo, screen: Page, folder: Path) -> str:
    """Let an officer make one; returns what the command said, its failures with it."""
    demo.insert("disabled")
    see(screen, "services")
    settings = {"STATE_DIR": str(demo.root / "kiosk"), "PRINTER_URL": f"png:{folder}", "READER_NAME": demo.reader}
    environment = environment_without_baidiao() | {f"BAIDIAO_KIOSK_{name}": value for name, value in settings.items()}
    command = [BAIDIAO, "kiosk", "extract", "--service", "disability_allowance", "--officer", "officer 7"]
    said = ""
    for source, code in (("disability_register", 0), ("nowhere", 1)):
        done = subprocess.run(
            [*command, "--source", source], env=environment, capture_output=True, text=True, timeout=60, check=False
        )
        said += done.stdout + done.stderr
        assert (done.returncode == 0) is (code == 0), said
    leave(demo, screen)
    return said


def die_with_an_answer_shown(demo: RunningDemo, screen: Page) -> None:
    reach_answer(demo, screen, "mother", "newborn_grant")
    press(screen, "print")
    (pid,) = _kiosks_of(demo)
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: not _kiosks_of(demo))


def _kiosks_of(demo: RunningDemo) -> list[int]:
    """Return the demo's kiosk process, found by the folder it was told to keep its state in."""
    wanted = f"BAIDIAO_KIOSK_STATE_DIR={demo.root / 'kiosk'}".encode()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
            told = (process / "environ").read_bytes().split(b"\0")
        except OSError:  # ended meanwhile, or somebody else's
            continue
        if words[-3:-1] == [b"kiosk", b"run"] and wanted in told:
            found.append(int(process.name))
    return found
