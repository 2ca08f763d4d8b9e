"""The README's pictures, taken from the running system: the kiosk's screen, the slip, the console, the stage."""

import shutil
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from provisioning.demo.plan import DemoPlan
from provisioning.demo.stage import Props
from provisioning.demo.visitor import CHROMIUM, CHROMIUM_FLAGS

_STAGE_SIZE = (1680, 960)
_CONSOLE_SIZE = (1280, 800)


def make_pictures(
    plan: DemoPlan, props: Props, folder: Path, officer: tuple[str, str], say: Callable[[str], None]
) -> None:
    """Write the pictures into ``folder``; a visit must have been made.

    Args:
        plan: The running demo.
        props: Its stage.
        folder: Where the pictures go.
        officer: Email and password for the console.
        say: Prints one line.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for screen in ("rest", "services", "consent", "answer", "take_card"):
        shutil.copyfile(plan.root / "screens" / f"{screen}.png", folder / f"kiosk-{screen.replace('_', '-')}.png")
    with Image.open(plan.slip_file) as slip:
        slip.convert("1").save(folder / "slip.png", optimize=True)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=list(CHROMIUM_FLAGS))
        page = browser.new_page(viewport={"width": _CONSOLE_SIZE[0], "height": _CONSOLE_SIZE[1]})
        page.goto(plan.console_url)
        page.fill("input[name='email']", officer[0])
        page.fill("input[name='password']", officer[1])
        page.press("input[name='password']", "Enter")
        page.goto(plan.console_url)
        page.wait_for_timeout(800)
        page.screenshot(path=str(folder / "console.png"))
        props.slot.insert("mother")
        page.set_viewport_size({"width": _STAGE_SIZE[0], "height": _STAGE_SIZE[1]})
        page.goto(plan.stage_url)
        page.wait_for_timeout(2500)
        page.screenshot(path=str(folder / "stage.png"))
        props.slot.remove()
        browser.close()
    say(f"Pictures are in {folder}")
