"""The front panel in the demo: its firmware on the kiosk's serial line, played through the drawer."""

import json
from collections.abc import Iterator

import pytest
import requests
from playwright.sync_api import Browser, Locator, Page, expect

from tests.support.e2e_demo import RunningDemo, eventually

pytestmark = [pytest.mark.e2e, pytest.mark.device, pytest.mark.browser]


@pytest.fixture
def drawer(chromium: Browser, demo: RunningDemo) -> Iterator[Page]:
    with chromium.new_context(viewport={"width": 1680, "height": 1400}) as context:
        page = context.new_page()
        page.goto(demo.stage)
        page.locator("#panel[data-live]").wait_for()
        yield page


def told(demo: RunningDemo, what: str) -> list[dict[str, object]]:
    lines = (demo.root / "logs" / "kiosk.log").read_text().splitlines()
    news = [json.loads(line) for line in lines if '"panel_told"' in line]
    return [one for one in news if one["what"] == what]


def lit(page: Page) -> list[str]:
    fills: list[str] = page.locator("#ring .pixel").evaluate_all("all => all.map((one) => one.style.fill)")
    return fills


def switch(page: Page, name: str) -> Locator:
    return page.locator(f"[data-switch='{name}']")


def test_the_ring_moves_and_follows_the_visit(demo: RunningDemo, drawer: Page) -> None:
    expect(drawer.locator("#pattern")).to_contain_text("insert")
    assert len(lit(drawer)) == 16
    seen = set()

    def moves() -> bool:
        seen.add(tuple(lit(drawer)))
        return len(seen) > 10

    eventually(moves)
    demo.insert("grandmother")
    expect(switch(drawer, "card_in")).to_have_attribute("aria-pressed", "true")
    expect(drawer.locator("#pattern")).to_contain_text("rest")
    demo.remove()
    expect(switch(drawer, "card_in")).to_have_attribute("aria-pressed", "false")


def test_an_opened_lid_shows_and_reaches_the_kiosk_once(demo: RunningDemo, drawer: Page) -> None:
    switch(drawer, "lid_open").click()
    expect(drawer.locator("#pattern")).to_contain_text("tamper")
    switch(drawer, "lid_open").click()
    expect(drawer.locator("#pattern")).to_contain_text("insert")
    eventually(lambda: bool([one for one in told(demo, "Logged") if one["panel_kind"] == "lid_closed"]))
    kinds = [one["panel_kind"] for one in told(demo, "Logged") if str(one["panel_kind"]).startswith("lid")]
    assert kinds == ["lid_opened", "lid_closed"]


def test_keys_click_and_the_air_turns_the_fan(drawer: Page) -> None:
    drawer.evaluate("window.heard = []; source.addEventListener('message', () => heard.push(look.hertz + look.keys))")

    def is_heard() -> bool:  # a press is 100 ms and its click 15: a busy machine may sleep through one
        drawer.locator("[data-panel-key='7']").click()
        drawer.wait_for_timeout(300)
        return bool(
            drawer.evaluate("heard.some((one) => one.endsWith('7')) && heard.some((one) => one.startsWith('2000'))")
        )

    eventually(is_heard)
    drawer.locator("#case").fill("75")
    expect(drawer.locator("#fan")).to_contain_text("100 % · 3,000 rpm")
    expect(drawer.locator("#panel-faults")).to_contain_text("hot")
    drawer.locator("#case").fill("30")
    expect(drawer.locator("#panel-faults")).to_contain_text("none")


def test_a_pulled_plug_is_found_again(demo: RunningDemo, drawer: Page) -> None:
    before = len(told(demo, "Connected"))
    drawer.locator("#plug").click()
    eventually(lambda: bool(told(demo, "Disconnected")))
    drawer.locator("#plug").click()
    eventually(lambda: len(told(demo, "Connected")) == before + 1)


def test_a_kiosk_that_hangs_loses_its_power_on_time_and_starts_again(demo: RunningDemo, drawer: Page) -> None:
    refused = requests.put(f"{demo.stage}panel/clock", json={"speed": 20}, timeout=5)
    assert refused.status_code == 409
    drawer.evaluate(
        "window.states = []; source.addEventListener('message', () => states.push([look.watchdog, look.remaining_s]))"
    )
    drawer.locator("#hang").click()
    expect(drawer.locator("#power")).to_contain_text("hung")
    drawer.locator("#hurry").click()
    expect(drawer.locator("#power")).to_contain_text("power cut", timeout=20_000)
    states = [tuple(one) for one in drawer.evaluate("states")]
    watched = [left for state, left in states if state == "watching"]
    warned = [left for state, left in states if state == "warning"]
    assert max(watched) <= 90
    assert min(watched) <= 5  # nothing before its time
    assert 5 < max(warned) <= 10
    assert min(warned) <= 3
    expect(drawer.locator("#power")).to_have_text("จ่ายไฟ · on", timeout=30_000)
    expect(drawer.locator("#watchdog")).to_contain_text("watching", timeout=30_000)
    eventually(lambda: told(demo, "Logged")[-1]["panel_kind"] == "power_cycled")
    drawer.reload()
    expect(drawer.frame_locator("iframe").locator("[data-screen='rest']")).to_be_visible(timeout=30_000)


def test_the_technician_s_keys_hold_the_watchdog(drawer: Page) -> None:
    drawer.locator("#chord").click()
    expect(drawer.locator("#watchdog")).to_contain_text("suspended", timeout=8_000)
    expect(drawer.locator("#pattern")).to_contain_text("service")
