"""A citizen's visit made through the real screen: a browser that presses what a finger would press."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from provisioning.demo.errors import DemoError

CHROMIUM = "/usr/bin/chromium"
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
LANDSCAPE: Mapping[str, int] = {"width": 1280, "height": 800}
_STEP_PATIENCE_MS = 20_000


@dataclass(frozen=True, slots=True)
class Sitting:
    """What one visit leaves.

    Attributes:
        screens: Pictures of the screens passed, by the screen's name.
    """

    screens: Mapping[str, Path]


def make_visit(
    kiosk_url: str,
    folder: Path,
    services: Sequence[str],
    insert_card: Callable[[], None],
    remove_card: Callable[[], None],
) -> Sitting:
    """Insert a card, choose services, agree, print, take the card; one picture per screen.

    Args:
        kiosk_url: The kiosk's screen.
        folder: Where the pictures go.
        services: Ids of the services to ask for.
        insert_card: Puts the card in.
        remove_card: Takes it out.

    Raises:
        DemoError: A screen did not come in time.
    """
    folder.mkdir(parents=True, exist_ok=True)
    screens: dict[str, Path] = {}
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=list(CHROMIUM_FLAGS))
        page = browser.new_page(viewport={"width": LANDSCAPE["width"], "height": LANDSCAPE["height"]})
        page.set_default_timeout(_STEP_PATIENCE_MS)
        try:
            page.goto(kiosk_url)
            _arrive(page, "rest", folder, screens)
            insert_card()
            _arrive(page, "services", folder, screens)
            for service in services:
                _choose(page, service)
            page.locator("[data-act='choose']").click()
            _arrive(page, "consent", folder, screens)
            page.locator("[data-act='agree']").click()
            _arrive(page, "answer", folder, screens)
            page.locator("[data-act='print']").click()
            _arrive(page, "take_card", folder, screens)
            remove_card()
            _arrive(page, "rest", folder, screens)
        finally:
            browser.close()
    return Sitting(screens=screens)


def _choose(page: Page, service: str) -> None:
    choice = f"[data-act='toggle'][data-value='{service}']"
    page.locator(choice).click()
    page.locator(f"{choice}[aria-checked='true']").wait_for()


def _arrive(page: Page, screen: str, folder: Path, screens: dict[str, Path]) -> None:
    from playwright.sync_api import TimeoutError as PlaywrightTimeoutError  # noqa: PLC0415  (shadows the builtin)

    try:
        page.locator(f"[data-screen='{screen}']").wait_for(state="visible")
    except PlaywrightTimeoutError as error:
        shown = page.locator("[data-screen]").first.get_attribute("data-screen")
        what = f"the kiosk shows '{shown}' where '{screen}' was expected"
        raise DemoError(what, "see the logs folder beside the pictures") from error
    time.sleep(0.4)  # let fonts and transitions settle before the picture
    picture = folder / f"{screen}.png"
    page.screenshot(path=str(picture))
    screens[screen] = picture
