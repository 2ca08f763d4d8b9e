"""The verification page on a telephone's screen, in a real browser."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.support.browser import watched_page
from tests.support.serving import serving
from tests.support.slip_tokens import REFERENCE, photograph, token_of

pytestmark = pytest.mark.browser


@pytest.fixture
def address(whole):
    with serving(whole.app) as url:
        yield f"{url}/slip"


@pytest.fixture(params=["light", "dark"])
def page(chromium, request):
    context = chromium.new_context(color_scheme=request.param, viewport={"width": 360, "height": 740})
    yield watched_page(context)
    context.close()


def check_looks(page):
    assert [violation["id"] for violation in Axe().run(page).response["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_photograph_is_chosen_and_the_verdict_comes(whole, address, page, tmp_path):
    picture = tmp_path / "photograph.jpg"
    picture.write_bytes(photograph(token_of(whole.settings)))
    page.goto(address)
    check_looks(page)
    page.set_input_files("#picture", picture)
    expect(page.get_by_role("heading", name="ของจริง")).to_be_visible()
    expect(page.get_by_text(REFERENCE)).to_be_visible()
    check_looks(page)
    page.get_by_role("link", name="ตรวจสอบใบอื่น").click()
    expect(page.get_by_role("heading", name="ตรวจสอบใบแจ้งผล")).to_be_visible()
    assert page.complaints == []


def test_without_a_script_the_form_still_works(whole, address, chromium, tmp_path):
    picture = tmp_path / "photograph.png"
    picture.write_bytes(photograph("HC1:ABC", "PNG"))
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    page.set_input_files("#picture", picture)
    page.get_by_role("button", name="ตรวจสอบ Verify").click()
    expect(page.get_by_role("heading", name="อ่านรหัสไม่ได้")).to_be_visible()
    context.close()
