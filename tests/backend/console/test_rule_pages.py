"""The rule pages without a browser: list, draft, upload, what is refused and in which words."""

import html
import io
import json
import re

import pytest

from backend.accounts.roles import Role
from backend.console.rule_list import parse_rule_view, select_versions
from backend.eligibility.loading import TABLES
from tests.support.centre_app import EMAIL, PASSWORD, csrf_token, keep_one_case, submit_login

DMN = (TABLES / "old_age_allowance.dmn").read_bytes()
OF_85 = {
    "registry.alive": True,
    "registry.thai_national": True,
    "registry.domicile_registered": True,
    "registry.birth": "1941",
    "comptroller.state_pension": False,
}


@pytest.fixture
def client(centre):
    centre.accounts.add(EMAIL, PASSWORD, "unique-1", centre.clock(), [Role.RULE_AUTHOR, Role.RULE_APPROVER])
    client = centre.client()
    assert submit_login(client, EMAIL, PASSWORD).status_code == 302
    return client


def _post(client, path, body=b"", **form):
    token = csrf_token(client.get("/console/rules").text)
    if form:
        return client.post(path, data={**form, "csrf_token": token})
    return client.post(path, data=body, headers={"X-CSRFToken": token, "X-Requested-With": "fetch"})


def _draft(client, version="2570.1", first="2026-11-24"):
    made = _post(
        client, "/console/rules/new", **{"from": "old_age_allowance@2560.1", "version": version, "first": first}
    )
    assert made.status_code == 302, made.text
    return made.headers["Location"]


def test_the_list_shows_every_programme_and_finds(client):
    page = client.get("/console/rules").text
    assert page.count("standing-in_force") == 12
    found = client.get("/console/rules", query_string={"q": "OLD allowance", "sort": "-first"}).text
    assert "old_age_allowance@2560.1" in found
    assert "newborn_grant" not in found.split("<tbody>")[1]
    assert "ไม่พบตารางที่ตรงกับคำค้น" in client.get("/console/rules?q=nothing").text


def test_a_draft_is_listed_opened_saved_and_downloaded(client):
    path = _draft(client)
    assert "standing-draft" in client.get("/console/rules").text
    file = client.get(f"{path}/file.dmn?download=1")
    assert "filename=old_age_allowance-2570.1.dmn" in file.headers["Content-Disposition"]
    assert b'version="2570.1"' in file.data
    changed = file.data.replace(b"<text>800</text>", b"<text>900</text>").replace(b'version="2570.1"', b'version="9"')
    assert _post(client, f"{path}/save", changed).get_json() == {"saved": True}
    again = client.get(f"{path}/file.dmn").data
    assert b"<text>900</text>" in again
    assert b'version="2570.1"' in again  # whatever the file says: a draft keeps its version
    english = client.get("/console/language/en?next=/console/rules")
    assert english.status_code == 302
    page = client.get(path).text
    assert "Send for approval" in page
    assert not set(re.findall(r"[\u0e00-\u0e7f]+", page)) - {"ภาษาไทย"}


def test_checks_name_the_rows_and_an_example(client):
    path = _draft(client)
    overlapping = DMN.replace(b"[80..89]", b"[79..88]")
    said = _post(client, f"{path}/check", overlapping).text
    assert "ข้อ 7, 8 ใช้ได้พร้อมกัน" in said
    assert "อายุ (ปี) = 79" in said
    assert "มีกรณีที่ไม่มีข้อใดครอบคลุม" in said


def test_facts_are_tried_with_every_row_explained(client):
    path = _draft(client)
    raised = DMN.replace(b"<text>800</text>", b"<text>900</text>").decode()
    said = _post(client, f"{path}/try", json.dumps({"dmn": raised, "facts": OF_85}).encode())
    assert said.status_code == 415  # no content type was given
    token = csrf_token(client.get("/console/rules").text)
    for facts, wanted in ((OF_85, "900 บาทต่อเดือน"), ({"registry.alive": False}, "ไม่มีสิทธิ"), ({}, "ยังตัดสินไม่ได้")):
        tried = client.post(f"{path}/try", json={"dmn": raised, "facts": facts}, headers={"X-CSRFToken": token})
        assert wanted in tried.text
        assert tried.text.count("ข้อ ") >= 9
    wrong = client.post(f"{path}/try", json={"dmn": raised, "facts": {"x": 1}}, headers={"X-CSRFToken": token})
    assert wrong.get_json()["detail"] == "ข้อเท็จจริงที่กรอกไม่ถูกรูปแบบ"


def test_an_upload_outside_the_subset_is_refused_with_line_and_cell(client):
    def upload(dmn, version="2571.1"):
        form = {"file": (io.BytesIO(dmn), "t.dmn"), "version": version, "first": "2027-01-01"}
        return _post(client, "/console/rules/upload", **form)

    faulty = DMN.replace(b"[80..89]", b"every x in y")
    line = faulty[: faulty.index(b"every x in y")].count(b"\n") + 1
    refused = upload(faulty)
    assert refused.status_code == 422
    told = html.unescape(refused.text.split('role="alert">')[1].split("</p>")[0])
    assert "ข้อ 8, เงื่อนไขที่ 3 (อายุ (ปีเต็ม))" in told
    assert f"บรรทัดที่ {line} ของไฟล์" in told
    assert 'value="2571.1"' in refused.text  # nothing typed is lost, the file least of all
    assert 'value="2027-01-01"' in refused.text
    shown = html.unescape(refused.text.split('<textarea id="dmn"')[1].split(">", 1)[1].split("</textarea>")[0])
    assert shown.encode() == faulty
    assert "ไม่ใช่ XML ที่สมบูรณ์ (บรรทัดที่ 1)" in upload(b"no xml").text
    nameless = upload(DMN, version="")
    assert nameless.status_code == 400
    assert "ชื่อรุ่นต้องมี 1–40 ตัวอักษร" in nameless.text
    mended = {"dmn": shown.replace("every x in y", "[80..89]"), "version": "2571.1", "first": "2027-01-01"}
    assert _post(client, "/console/rules/upload", **mended).status_code == 302


@pytest.mark.parametrize(
    "edition", ["http://www.omg.org/spec/DMN/20180521/{}/", "https://www.omg.org/spec/DMN/20230324/{}/"]
)
def test_a_file_of_another_edition_and_tool_comes_down_as_it_went_up_and_opens_in_the_editor(client, edition):
    diagram = (
        f'<dmndi:DMNDI xmlns:dmndi="{edition.format("DMNDI")}"><dmndi:DMNDiagram id="D1">'
        '<dmndi:DMNShape id="s" dmnElementRef="old_age_allowance"/></dmndi:DMNDiagram></dmndi:DMNDI>'
    )
    extension = '<extensionElements><t:feed xmlns:t="urn:triso" rank="7">x &amp; y</t:feed></extensionElements>'
    foreign = DMN.decode().replace("https://www.omg.org/spec/DMN/20191111/MODEL/", edition.format("MODEL"))
    foreign = foreign.replace("<decisionTable", extension + "<decisionTable", 1).replace(
        "</definitions>", diagram + "</definitions>"
    )
    form = {"file": (io.BytesIO(foreign.encode()), "t.dmn"), "version": "2571.1", "first": "2027-01-01"}
    draft = _post(client, "/console/rules/upload", **form).location
    down, shown = client.get(f"{draft}/file.dmn?download=1").text, client.get(f"{draft}/file.dmn").text
    for text in (down, shown):
        assert '<t:feed xmlns:t="urn:triso" rank="7">x &amp; y</t:feed>' in text
        assert '<dmndi:DMNShape id="s" dmnElementRef="old_age_allowance"/>' in text
        assert "80–89 ปี / aged 80–89" in text
    assert down.count(edition.format("MODEL")) == down.count(edition.format("DMNDI")) == 1
    assert shown.count("https://www.omg.org/spec/DMN/20191111/MODEL/") == 1
    assert shown.count("https://www.omg.org/spec/DMN/20191111/DMNDI/") == 1
    assert client.get("/console/rules/old_age_allowance@2560.1/file.dmn").data == DMN


def test_a_refused_draft_keeps_what_was_typed(client):
    _draft(client)
    typed = {"from": "newborn_grant@2560.1", "version": "2570.1", "first": "2026-12-x"}
    refused = _post(client, "/console/rules/new", **typed)
    assert refused.status_code == 400
    assert "วันเริ่มใช้ไม่ถูกต้อง" in refused.text
    assert '<option value="newborn_grant@2560.1" selected>' in refused.text
    twice = _post(client, "/console/rules/new", **{**typed, "from": "old_age_allowance@2560.1", "first": "2026-12-01"})
    assert twice.status_code == 409
    assert "มีรุ่นชื่อนี้แล้ว" in twice.text
    assert "maker" in twice.text.split(" open>")[0].rsplit("<details", 1)[1]


def test_examples_that_no_longer_hold_stop_a_submission_unless_a_reason_is_given(client):
    path = _draft(client)
    file = client.get(f"{path}/file.dmn").data
    _post(client, f"{path}/save", file.replace(b"<text>800</text>", b"<text>900</text>"))
    (*_, refused) = map(json.loads, _post(client, f"{path}/submit", b"  ").text.splitlines())
    assert refused["cause"] == "examples"
    assert "standing-draft" in client.get(path).text or "standing-checked" in client.get(path).text
    (*_, found) = map(json.loads, _post(client, f"{path}/submit", "มติ ครม. <2570>".encode()).text.splitlines())
    assert "มีสิทธิ 800" in found["html"]
    page = client.get(path).text
    assert "มติ ครม. &lt;2570&gt;" in page  # for whoever approves
    assert "จำนวนเงินเป็น 900 แทนที่จะเป็น 800 บาท" in page


def test_the_way_to_approval_and_who_may_not(client):
    path = _draft(client)
    early = _post(client, f"{path}/approve")
    assert early.get_json()["code"] == "rule_step_refused"
    lines = [json.loads(line) for line in _post(client, f"{path}/submit").text.splitlines()]
    assert [line["step"] for line in lines[:2]] == ["ตรวจสอบ", "ทดลองตัวอย่าง"]
    assert "ไม่มีใครได้คำตอบต่างจากเดิม" in lines[-1]["html"]
    own = _post(client, f"{path}/approve").get_json()
    assert own["detail"] == "ผู้อนุมัติต้องไม่ใช่ผู้เขียน"
    assert client.get("/console/rules/999").status_code == 404


def test_a_replay_on_past_cases_names_them_by_reference_alone(client, centre):
    path = _draft(client)
    assert "cases" not in client.get(path).text.split('id="h-replay"')[1].split("</section>")[0]
    number = keep_one_case(centre)
    page = client.get(path).text
    assert "กรณีที่ผ่านมา 1 กรณี" in page
    file = client.get(f"{path}/file.dmn").data
    _post(client, f"{path}/save", file.replace(b"<text>800</text>", b"<text>900</text>"))
    (progress, found) = map(json.loads, _post(client, f"{path}/replay?source=cases").text.splitlines())
    assert (progress["done"], progress["total"]) == (1, 1)
    assert "จำนวนกรณีที่จำลอง" in found["html"]
    assert re.search(r'cases">[0-9a-f]{10}<', found["html"])
    assert number not in found["html"]
    (*_, kept) = map(json.loads, _post(client, f"{path}/submit?source=cases", b"raised").text.splitlines())
    assert "มีสิทธิ 800" in kept["html"]
    again = client.get(path).text
    assert "จำนวนกรณีที่จำลอง" in again
    assert not re.search(r'cases">[0-9a-f]{10}<', again)  # counts alone are kept


def test_faults_stop_a_submission(client):
    path = _draft(client)
    overlapping = DMN.replace(b"[80..89]", b"[79..89]")
    assert _post(client, f"{path}/save", overlapping).status_code == 200
    (*_, last) = _post(client, f"{path}/submit").text.splitlines()
    assert json.loads(last) == {"problem": "การตรวจสอบพบข้อผิดพลาด โปรดแก้ไขก่อนส่ง", "cause": "faulty"}


def test_examples_run_and_two_versions_are_held_side_by_side(client):
    path = _draft(client)
    file = client.get(f"{path}/file.dmn").data
    _post(client, f"{path}/save", file.replace(b"<text>800</text>", b"<text>900</text>"))
    assert "จำนวนเงินเป็น 900 แทนที่จะเป็น 800 บาท" in _post(client, f"{path}/examples").text
    compared = client.get(f"{path}/compare?with=old_age_allowance@2560.1").text
    assert 'class="cell was" data-label="จำนวนเงิน (บาท)">800<' in compared
    assert 'class="cell is" data-label="จำนวนเงิน (บาท)">900<' in compared
    assert compared.count("pair-same") == 8


def test_views_fall_back_and_sort(centre):
    assert parse_rule_view(" a ", "-standing").descending
    assert parse_rule_view("", "-odd") == parse_rule_view("", "")
    assert select_versions([], parse_rule_view("x", "first")) == []
