"""A steward's pages in a real browser: from the list to the answer, both colour schemes, accessibility."""

from uuid import uuid4

import pytest
from playwright.sync_api import expect

from backend.accounts.roles import Role
from backend.history.disputes import DisputedEntry
from contracts.history import DisputeReason
from tests.support.browser import violations
from tests.support.centre_app import EMAIL, PASSWORD
from tests.support.serving import serving

pytestmark = pytest.mark.browser

TOWN = "tuayang_municipality"


@pytest.fixture
def address(centre):
    disputes = centre.app.extensions["baidiao"].disputes.disputes
    own = disputes.open(DisputedEntry(7, TOWN, "old_age_allowance"), DisputeReason.NOT_ME)
    disputes.open(DisputedEntry(8, "dopa", "state_welfare"), DisputeReason.OTHER)
    centre.accounts.add(EMAIL, PASSWORD, uuid4().hex, centre.clock(), [Role.STEWARD], TOWN)
    with serving(centre.app) as url:
        yield url, own.reference


@pytest.fixture(params=["light", "dark"])
def page(chromium, request):
    with chromium.new_context(color_scheme=request.param, locale="th-TH") as context:
        yield context.new_page()


def test_a_steward_finds_the_own_dispute_and_answers_it(address, page):
    url, reference = address
    page.goto(f"{url}/console/disputes")
    page.get_by_label("อีเมล").fill(EMAIL)
    page.get_by_label("รหัสผ่าน").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_text("ผู้รับผิดชอบของ")).to_be_visible()
    assert page.locator("tbody tr").count() == 1
    assert violations(page) == []
    page.get_by_role("link", name=reference).press("Enter")
    assert violations(page) == []
    page.get_by_role("button", name="รับเรื่อง").press("Enter")
    page.get_by_label("คำตอบถึงประชาชน").fill("ตรวจสอบแล้ว เจ้าหน้าที่ใช้ตู้บริการผิดบริการ ได้แก้ไขแล้ว")
    page.get_by_role("button", name="ส่งคำตอบ").press("Enter")
    expect(page.get_by_text("ตอบแล้ว", exact=True)).to_be_visible()
    assert violations(page) == []
