"""The console in a real browser: keyboard, refresh without reloading, both colour schemes, accessibility."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from contracts.fleet import HEARTBEAT_PATH
from tests.support.browser import watched_page
from tests.support.centre_app import EMAIL, PASSWORD, heartbeat
from tests.support.serving import serving

pytestmark = pytest.mark.browser


@pytest.fixture
def address(centre):
    centre.accounts.add(EMAIL, PASSWORD, "unique-1", centre.clock())
    with serving(centre.app) as url:
        yield url


@pytest.fixture(params=["light", "dark"])
def page(chromium, request):
    context = chromium.new_context(color_scheme=request.param, locale="th-TH")
    yield watched_page(context)
    context.close()


def test_an_officer_logs_in_and_watches_the_fleet(centre, address, page):
    page.goto(f"{address}/console/")
    expect(page.get_by_label("อีเมล")).to_be_focused()  # without a click; the browser does it a moment after loading
    page.keyboard.type(EMAIL)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    assert Axe().run(page).violations_count == 0
    page.keyboard.press("Enter")
    expect(page.get_by_text("ยังไม่มีตู้บริการที่ลงทะเบียน")).to_be_visible()

    device = centre.enrol()
    device.post(HEARTBEAT_PATH, heartbeat(printer={"health": "fault", "code": "paper_out"}))
    expect(page.get_by_text("กระดาษหมด")).to_be_visible(timeout=9000)  # by itself, without a reload
    page.reload()
    violations = Axe().run(page).response["violations"]
    assert [violation["id"] for violation in violations] == []

    page.keyboard.press("/")
    page.keyboard.type("nowhere")
    expect(page.get_by_text("ไม่พบตู้บริการที่ตรงกับเงื่อนไข")).to_be_visible()
    page.keyboard.press("Control+a")
    page.keyboard.type("hall")
    expect(page.get_by_text(device.reply.device_id)).to_be_visible()
    page.get_by_role("link", name="สถานที่").click()
    expect(page.get_by_role("columnheader", name="สถานที่")).to_have_attribute("aria-sort", "ascending")
    assert "sort=place" in page.url

    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", name="Devices")).to_be_visible()
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    assert page.complaints == []
