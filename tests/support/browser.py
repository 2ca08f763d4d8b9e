"""One Chromium a test module: Playwright's drivers refuse each other, and their event loops bar asyncio's tests."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from provisioning.demo.visitor import CHROMIUM, CHROMIUM_FLAGS


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
