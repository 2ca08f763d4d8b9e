"""The example page in a real Chromium: from the service itself, from an agency's own server, and from a stranger's."""

import functools
import http.server
import threading
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from reader_drivers.counter.app import create_counter
from reader_drivers.counter.guard import Policy
from reader_drivers.counter.server import CounterServer
from tests.support.reader_counter import TOKEN, FakeCards, running_counter

pytestmark = pytest.mark.browser
COUNTER = resources.files("reader_drivers.counter")


@pytest.fixture
def cards() -> FakeCards:
    return FakeCards()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 900, "height": 800})
    yield context.new_page()
    context.close()


class Silent(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def agency(tmp_path: Path) -> Iterator[str]:
    """An agency's own web server; its page is the example, copied."""
    (tmp_path / "static").mkdir()
    for name in ("counter.js", "counter.css"):
        (tmp_path / "static" / name).write_text((COUNTER / "static" / name).read_text())
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Silent, directory=tmp_path)) as server:
        threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def copy_example(folder: Path, service: CounterServer) -> None:
    example = (COUNTER / "templates/example.html").read_text()
    here = example.replace('data-service=""', f'data-service="{service.url.rstrip("/")}"')
    (folder / "index.html").write_text(here)


def test_the_example_reads_a_card_and_follows_the_next(page: Page, cards: FakeCards) -> None:
    with running_counter(cards) as server:
        page.goto(f"{server.url}example")
        page.get_by_label("โทเคนของบริการ").fill(TOKEN)
        page.get_by_role("button", name="อ่านบัตร").click()
        expect(page.get_by_role("status")).to_contain_text("กรุณาเสียบบัตร")
        cards.inside = "mother"
        page.get_by_label("อ่านรูปด้วย").check()
        page.get_by_role("button", name="อ่านบัตร").click()
        expect(page.locator("#fields")).to_contain_text("ปู่ทิพย์")
        expect(page.locator("#face")).to_be_visible()
        problems = Axe().run(page).response["violations"]
        assert [problem["id"] for problem in problems] == []
        page.get_by_role("button", name="รอบัตร").click()
        expect(page.get_by_role("status")).to_contain_text("insert a card")
        assert "ปู่ทิพย์" not in page.content()
        cards.insert("grandmother")
        expect(page.locator("#fields")).to_contain_text("บุญเรือน")
        expect(page.locator("#fields")).to_contain_text("1953-??-??")
        cards.remove()
        expect(page.locator("#card")).to_be_hidden()
        assert "บุญเรือน" not in page.content()


def test_a_wrong_token_is_told_in_words(page: Page, cards: FakeCards) -> None:
    with running_counter(cards) as server:
        page.goto(f"{server.url}example")
        page.get_by_label("โทเคนของบริการ").fill("wrong")
        page.get_by_role("button", name="รอบัตร").click()
        expect(page.get_by_role("status")).to_contain_text("the token is wrong")
        page.get_by_role("button", name="อ่านบัตร").click()
        expect(page.get_by_role("status")).to_contain_text("token_wrong")


def test_an_agency_s_page_on_the_list_is_served(page: Page, cards: FakeCards, agency: str, tmp_path: Path) -> None:
    cards.inside = "earner"
    with running_counter(cards, agency) as server:
        copy_example(tmp_path, server)
        page.goto(agency)
        page.get_by_label("โทเคนของบริการ").fill(TOKEN)
        page.get_by_role("button", name="อ่านบัตร").click()
        expect(page.locator("#fields")).to_contain_text("ภาคภูมิ")
        page.get_by_role("button", name="รอบัตร").click()
        expect(page.get_by_role("status")).to_contain_text("insert a card")
        cards.insert("mother")
        expect(page.locator("#fields")).to_contain_text("ปู่ทิพย์")


def test_a_stranger_s_page_gets_nothing(page: Page, cards: FakeCards, agency: str, tmp_path: Path) -> None:
    cards.inside = "earner"
    with running_counter(cards) as server:
        copy_example(tmp_path, server)
        page.goto(agency)
        page.get_by_label("โทเคนของบริการ").fill(TOKEN)
        page.get_by_role("button", name="อ่านบัตร").click()
        expect(page.get_by_role("status")).to_contain_text("not on its list")
        page.evaluate("document.getElementById('status').textContent = ''")
        page.get_by_role("button", name="รอบัตร").click()
        expect(page.get_by_role("status")).to_contain_text("not on its list")
        cards.insert("mother")
        assert cards.watchers == 0
        assert "ปู่ทิพย์" not in page.content()


def test_the_documentation_is_a_page_for_people(page: Page, cards: FakeCards) -> None:
    server = CounterServer(0, lambda port: create_counter(Policy(port, TOKEN), cards))
    with server:
        page.goto(server.url)
        expect(page.get_by_role("heading", level=1)).to_contain_text("Baidiao counter service")
        assert [problem["id"] for problem in Axe().run(page).response["violations"]] == []
