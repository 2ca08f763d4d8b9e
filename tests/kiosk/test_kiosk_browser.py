"""The page in a real Chromium: axe, targets, keyboard, languages, and the wipe."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from kiosk.visit import events as ev
from kiosk.visit.state import State
from tests.support.kiosk_people import PERSON
from tests.support.kiosk_stage import Playing, Stage, screens

pytestmark = pytest.mark.browser
TELLING = ("rest", "services_chosen", "consent", "answer", "printer_trouble", "time_warning", "history", "dispute")
LANDSCAPE, PORTRAIT = {"width": 1280, "height": 800}, {"width": 800, "height": 1280}
OVERFLOW = """() => {
  const wide = document.documentElement.scrollWidth - innerWidth;
  const cut = [...document.querySelectorAll('h1, h2, p, li, dd, button')].filter(e => e.scrollWidth > e.clientWidth + 1
    && getComputedStyle(e).display !== 'inline');
  return [wide, cut.map(e => e.outerHTML.slice(0, 60))];
}"""
SMALL = """() => [...document.querySelectorAll('button')].map(b => [b.id, b.getBoundingClientRect()])
  .filter(([, r]) => r.width && (r.width < 63.5 || r.height < 63.5)).map(([id]) => id)"""


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with Stage() as served:
        yield served


def show(stage: Stage, page: Page, state: State) -> None:
    stage.hub.publish(state)
    number = stage.hub.newest().number
    page.wait_for_selector(f'.stage[data-screen="{state.screen}"][data-turn="{state.turn}"]')
    page.wait_for_function("() => document.documentElement.lang.length === 2")
    assert number > 0


def pages(chromium: Browser, stage: Stage, size: dict[str, int], scheme: str) -> Page:
    context = chromium.new_context(viewport=size, color_scheme=scheme, reduced_motion="reduce")
    page = context.new_page()
    page.goto(stage.server.url)
    return page


@pytest.mark.parametrize(
    ("size", "scheme", "language", "text_size", "contrast"),
    [
        (LANDSCAPE, "light", "th", "normal", False),
        (PORTRAIT, "dark", "en", "largest", False),
        (LANDSCAPE, "light", "en", "large", True),
    ],
)
def test_every_screen_passes_axe_fits_and_has_large_targets(
    chromium: Browser, stage: Stage, size: dict[str, int], scheme: str, language: str, text_size: str, contrast: bool
) -> None:
    page = pages(chromium, stage, size, scheme)
    found = {}
    shown = screens() if text_size == "normal" else {name: screens()[name] for name in TELLING}
    for turn, (name, state) in enumerate(shown.items()):
        view = replace(state.view, language=language, text_size=text_size, more_contrast=contrast)
        show(stage, page, replace(state, view=view, turn=1000 + turn))
        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
        result = Axe().run(page, options={"runOnly": {"type": "tag", "values": tags}})
        assert result.response["passes"]
        problems = [v["id"] + ": " + v["nodes"][0]["html"][:90] for v in result.response["violations"]]
        problems += [f"too small: {small}" for small in page.evaluate(SMALL)]
        wide, cut = page.evaluate(OVERFLOW)
        problems += [f"cut: {cut}"] if cut else []
        problems += [f"{wide} px too wide"] if wide > 0 else []
        if problems:
            found[name] = problems
    page.context.close()
    assert found == {}


def test_a_visit_by_keyboard_alone_and_the_wipe(chromium: Browser) -> None:
    with Playing() as playing:
        page = chromium.new_context(viewport=LANDSCAPE).new_page()
        page.goto(playing.server.url)
        page.wait_for_selector('.stage[data-screen="rest"]')
        playing.slot.insert(PERSON)

        def press(id_: str, screen: str) -> None:
            for _ in range(30):
                page.keyboard.press("Tab")
                if page.evaluate("document.activeElement.id") == id_:
                    break
            page.keyboard.press("Enter")
            page.wait_for_selector(f'.stage[data-screen="{screen}"]')

        page.wait_for_selector('.stage[data-screen="services"]')
        assert page.evaluate("document.activeElement.id") == "title"
        press("lang-en", "services")
        page.wait_for_selector("html[lang=en]")
        assert "Hello, Bunruean" in page.inner_text("h1")
        press("service-old_age_allowance", "services")
        page.wait_for_selector('[aria-checked="true"]')
        assert page.evaluate("document.activeElement.id") == "service-old_age_allowance"
        press("choose", "consent")
        press("agree", "answer")
        assert "Your answer" in page.inner_text("#said")
        assert "Bunruean" in page.content()
        playing.slot.remove()
        page.wait_for_selector('.stage[data-screen="rest"]')
        assert "Bunruean" not in page.content()
        assert "บุญเรือน" not in page.content()
        assert page.evaluate("document.documentElement.lang") == "th"
        page.context.close()


def test_a_page_whose_kiosk_is_gone_shows_nobody(chromium: Browser) -> None:
    with Stage() as stage:
        page = pages(chromium, stage, LANDSCAPE, "light")
        show(stage, page, screens()["services"])
        assert PERSON.name_th.first in page.content()
    page.wait_for_selector("h1:has-text('ตู้นี้ขัดข้องชั่วคราว')", timeout=15000)
    assert PERSON.name_th.first not in page.content()
    page.context.close()


def test_the_keypad_makes_a_visit_without_a_touch(chromium: Browser) -> None:
    with Playing() as playing:
        page = chromium.new_page()
        page.goto(playing.server.url)
        page.wait_for_selector('.stage[data-screen="rest"]')
        playing.daemon.post(ev.HeadphonesChanged(True))
        page.wait_for_selector("#keypad")
        playing.slot.insert(PERSON)
        page.wait_for_selector('.stage[data-screen="services"]')
        playing.daemon.post(ev.KeyPressed("8"))
        page.wait_for_function("() => document.activeElement.classList.contains('choice')")
        playing.daemon.post(ev.KeyPressed("5"))
        page.wait_for_selector('.choice[aria-checked="true"]')
        for key, screen in (("#", "consent"), ("#", "answer"), ("*", "take_card")):
            playing.daemon.post(ev.KeyPressed(key))
            page.wait_for_selector(f'.stage[data-screen="{screen}"]')
        page.close()
