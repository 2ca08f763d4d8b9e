"""One Chromium for a whole test run: a second Playwright driver in the same process would refuse to start."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from provisioning.demo.visitor import CHROMIUM, CHROMIUM_FLAGS


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, headless. Tests open contexts of their own in it and close them."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=list(CHROMIUM_FLAGS))
        yield browser
        browser.close()
