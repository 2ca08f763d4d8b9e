"""The auditor's pages in a real browser: by keyboard alone, both colour schemes, accessibility."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import update

from backend.accounts.roles import Role
from backend.audit.query import AuditQuery
from backend.evidence.models import EvidenceLeaf
from tests.support.audits import fill, reference
from tests.support.browser import violations, watched_page
from tests.support.centre_app import EMAIL, PASSWORD
from tests.support.evidence_logs import make_log
from tests.support.serving import serving

pytestmark = pytest.mark.browser


@pytest.fixture
def address(centre):
    log = make_log(centre.store)
    fill(log, 40)
    log.close()
    centre.app.extensions["baidiao"].audit.search(AuditQuery(), None)  # filed before it is changed
    with centre.store.transaction() as session:
        session.execute(update(EvidenceLeaf).where(EvidenceLeaf.index == 38).values(content=b"{}"))
    centre.accounts.add(EMAIL, PASSWORD, "unique-1", centre.clock(), roles=frozenset({Role.AUDITOR}))
    with serving(centre.app) as url:
        yield url


@pytest.fixture(params=["light", "dark"])
def page(chromium, request):
    context = chromium.new_context(color_scheme=request.param, locale="th-TH")
    yield watched_page(context)
    context.close()


def test_an_auditor_finds_an_entry_and_reads_its_proof_by_keyboard(address, page):
    page.goto(f"{address}/console/evidence")
    page.get_by_label("อีเมล").fill(EMAIL)
    page.get_by_label("รหัสผ่าน").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="บันทึกหลักฐาน")).to_be_visible()
    expect(page.get_by_text("เนื้อหาถูกแก้")).to_be_visible()
    assert violations(page) == []

    page.get_by_label("เลขที่อ้างอิงหรือลำดับ").focus()
    page.keyboard.type(reference(12).lower())
    page.keyboard.press("Enter")
    expect(page.get_by_text("พบ 1 รายการ")).to_be_visible()
    with page.expect_download() as taken:
        page.get_by_role("link", name="ส่งออก CSV").press("Enter")
    assert taken.value.suggested_filename == "evidence.csv"
    page.get_by_role("row").nth(1).get_by_role("link").press("Enter")
    expect(page.get_by_role("heading", name="ลำดับ 12")).to_be_visible()
    expect(page.get_by_text("รากนั้นมีลายมือชื่อของศูนย์")).to_be_visible()
    page.get_by_text("เนื้อหาตามที่บันทึก").press("Enter")
    expect(page.get_by_text('"pseudonym"')).to_be_visible()
    assert violations(page) == []

    page.goto(f"{address}/console/evidence?ref=1-2")
    expect(page.get_by_label("เลขที่อ้างอิงหรือลำดับ")).to_be_focused()
    expect(page.get_by_role("alert")).to_contain_text("XXXX-XXXX-XX")
    assert violations(page) == []
    assert [said for said in page.complaints if "400" not in said] == []
