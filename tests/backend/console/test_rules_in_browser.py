"""As a rule officer would: raise the allowance for 80-89, see who gains, have it approved, see it decide tomorrow."""

from datetime import date, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from backend.accounts.roles import Role
from backend.eligibility.live import LiveRulebook
from backend.eligibility.loading import load_rulebook
from backend.eligibility.versions import RuleVersions
from backend.linkage.facts import Fact
from contracts.card import Birth
from tests.support.browser import watched_page
from tests.support.centre_app import PASSWORD
from tests.support.serving import serving

pytestmark = pytest.mark.browser
AUTHOR, APPROVER = "author@centre.example", "approver@centre.example"
OF_85 = {
    Fact.ALIVE: True,
    Fact.THAI_NATIONAL: True,
    Fact.DOMICILE_REGISTERED: True,
    Fact.BIRTH: Birth(year=1941),
    Fact.STATE_PENSION: False,
}

_EXPECTED = ("Applying inline style", "It looks like you're using a minified copy")
"""dmn-js writes style attributes, which the console's policy refuses on purpose, and its Inferno introduces itself."""


@pytest.fixture
def address(centre):
    centre.accounts.add(AUTHOR, PASSWORD, "unique-1", centre.clock(), [Role.RULE_AUTHOR])
    centre.accounts.add(APPROVER, PASSWORD, "unique-2", centre.clock(), [Role.RULE_APPROVER])
    with serving(centre.app) as url:
        yield url


def _open(chromium, address, email, scheme):
    context = chromium.new_context(color_scheme=scheme, locale="th-TH", viewport={"width": 1600, "height": 1000})
    page = watched_page(context, _EXPECTED)
    page.goto(f"{address}/console/")
    page.get_by_label("อีเมล").fill(email)
    page.get_by_label("รหัสผ่าน").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="ตารางการตัดสินสิทธิ")).to_be_visible()
    return page


def _decided(centre, on):
    live = LiveRulebook(RuleVersions(centre.store, load_rulebook()))
    return live.decide("old_age_allowance", OF_85, on, {}).amount.baht


def _violations(page):
    found = Axe().run(page, options={"exclude": [["#table"]]}).response["violations"]
    return [(one["id"], [node["target"] for node in one["nodes"]]) for one in found]


def test_a_raised_allowance_is_written_tried_approved_and_decides_tomorrow(centre, address, chromium):
    today = date(2026, 11, 23)
    tomorrow = today + timedelta(days=1)
    page = _open(chromium, address, AUTHOR, "light")
    page.get_by_text("สร้างฉบับร่าง").click()
    page.get_by_label("จากรุ่น").select_option(label="เบี้ยยังชีพผู้สูงอายุ · 2560.1")
    page.locator("#new-version").fill("2570.1")
    page.locator("#new-first").fill(tomorrow.isoformat())
    page.get_by_role("button", name="สร้าง", exact=True).click()

    expect(page.get_by_text("ไม่พบช่องว่าง")).to_be_visible()
    cell = page.locator('td[data-element-id="rule_8_amount_baht"]')
    expect(cell).to_have_text("800")
    cell.click()
    page.keyboard.press("Control+a")
    page.keyboard.type("900")
    page.locator('td[data-element-id="rule_8_outcome"]').click()
    expect(page.locator("#save")).to_be_enabled()
    for _ in "900":  # each key is a step of its own
        page.locator("#undo").click()
    expect(cell).to_have_text("800")
    for _ in "900":
        page.locator("#redo").click()
    expect(cell).to_have_text("900")
    asked = []
    page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.get_by_role("link", name="ตารางการตัดสินสิทธิ").first.click(no_wait_after=True)
    expect(cell).to_have_text("900")  # asked first, the officer has stayed
    assert asked == ["beforeunload"]
    page.locator("#save").click()
    expect(page.locator("#told")).to_have_text("บันทึกแล้ว")

    for label in ("สถานะการมีชีวิต", "สัญชาติ", "ทะเบียนบ้าน"):
        page.get_by_label(label).select_option("ใช่")
    page.get_by_label("วันเกิด").fill("1941")
    page.get_by_label("การรับบำนาญ").select_option("ไม่ใช่")
    page.get_by_role("button", name="ตัดสิน", exact=True).click()
    expect(page.locator("#tried")).to_contain_text("900 บาทต่อเดือน")
    expect(page.locator("#tried .speaks")).to_contain_text("80–89 ปี")

    page.get_by_role("button", name="ส่งขออนุมัติ").click()
    expect(page.locator("#reason")).to_be_focused()
    expect(page.locator("#examples")).to_contain_text("จำนวนเงินเป็น 900 แทนที่จะเป็น 800 บาท")
    assert _violations(page) == []
    page.keyboard.type("มติคณะรัฐมนตรี")
    page.locator("#reason-form button").click()
    expect(page.locator("#standing")).to_have_text("รออนุมัติ", timeout=20_000)
    expect(page.locator(".moves tbody tr")).to_have_count(1)
    expect(page.locator(".moves")).to_contain_text("มีสิทธิ 800")
    mark = page.locator("#table .bjs-powered-by")
    mark.scroll_into_view_if_needed()
    box, around = mark.bounding_box(), page.locator("#table").bounding_box()
    assert around["y"] <= box["y"]
    assert box["y"] + box["height"] <= around["y"] + around["height"]
    assert mark.evaluate(
        "e => { const b = e.getBoundingClientRect(); return e.contains("
        "document.elementFromPoint(b.x + b.width / 2, b.y + b.height / 2)) }"
    )
    assert _violations(page) == []
    draft = page.url
    page.get_by_role("button", name="เปรียบเทียบสองรุ่น").click()
    expect(page.locator(".was")).to_have_text("800")
    expect(page.locator(".is")).to_have_text("900")
    assert page.complaints == []
    assert _decided(centre, tomorrow) == 800

    other = _open(chromium, address, APPROVER, "dark")
    other.goto(draft)
    expect(other.locator("#save")).to_have_count(0)
    expect(other.locator(".reason-kept")).to_contain_text("มติคณะรัฐมนตรี")
    other.get_by_role("button", name="อนุมัติ", exact=True).click()
    expect(other.locator("#standing")).to_have_text("รอวันเริ่มใช้")
    assert other.complaints == []
    assert _decided(centre, today) == 800
    assert _decided(centre, tomorrow) == 900
    for one in (page, other):
        one.context.close()
