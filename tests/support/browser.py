"""One Chromium a test module: Playwright's drivers refuse each other, and their event loops bar asyncio's tests."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from provisioning.demo.visitor import CHROMIUM, CHROMIUM_FLAGS

expect.set_options(timeout=20_000)  # how long something takes is for bench/ to say


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, headless. Tests open contexts of their own in it and close them.

    The driver keeps an event loop running in this thread as long as it lives: a session's would break every later
    ``asyncio.run``.
    """
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=list(CHROMIUM_FLAGS))
        yield browser
        browser.close()


def watched_page(context: BrowserContext, expected: tuple[str, ...] = ()) -> Page:
    """Open a page whose errors are listed in its attribute ``complaints``, but for those that begin as expected."""
    page, complaints = context.new_page(), list[str]()
    page.complaints = complaints  # type: ignore[attr-defined]  # tests read it there

    def note(said: ConsoleMessage) -> None:
        if said.type == "error" and not said.text.startswith(expected):
            complaints.append(said.text)

    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", note)
    return page


def violations(page: Page) -> list[str]:
    """Return the rules of accessibility that a page breaks (axe-core)."""
    return [one["id"] for one in Axe().run(page).response["violations"]]
