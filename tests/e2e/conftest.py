from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.support.e2e_demo import RunningDemo, browser_page, running_demo


@pytest.fixture(scope="session")
def demo_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDemo]:
    with running_demo(tmp_path_factory.mktemp("demo") / "run") as demo:
        yield demo


@pytest.fixture
def demo(demo_session: RunningDemo) -> Iterator[RunningDemo]:
    demo_session.mend_everything()
    yield demo_session
    demo_session.mend_everything()


@pytest.fixture(scope="session")
def page_session(demo_session: RunningDemo) -> Iterator[Page]:
    with browser_page(demo_session.kiosk) as page:
        yield page


@pytest.fixture
def page(page_session: Page, demo: RunningDemo) -> Page:
    return page_session
