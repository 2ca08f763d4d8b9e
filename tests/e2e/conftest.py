from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.support.e2e_demo import RunningDemo, running_demo


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDemo]:
    # One module's: a demo left standing would watch the readers that later tests play with.
    with running_demo(tmp_path_factory.mktemp("demo") / "run") as demo:
        yield demo


@pytest.fixture
def demo(running: RunningDemo) -> Iterator[RunningDemo]:
    running.mend_everything()
    yield running
    running.mend_everything()


@pytest.fixture
def page(chromium: Browser, demo: RunningDemo) -> Iterator[Page]:
    with chromium.new_context(viewport={"width": 1280, "height": 800}) as context:
        page = context.new_page()
        page.goto(demo.kiosk)
        yield page
