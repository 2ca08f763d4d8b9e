"""An auditor's pages: search, one entry closely, what is wrong in words, exports; and nobody else's."""

import json
from uuid import uuid4

import pytest
from sqlalchemy import update

from backend.accounts.roles import Role
from backend.audit.query import AuditQuery
from backend.evidence.acts import ActKind, encode_act
from backend.evidence.models import EvidenceLeaf
from tests.support.audits import fill, reference
from tests.support.centre_app import submit_login
from tests.support.evidence_logs import make_log

PASSWORD = "correct horse battery"


def log_in(centre, role):
    email = f"{role.value}@centre.example"
    agency = "tuayang_municipality" if role is Role.STEWARD else None
    centre.accounts.add(email, PASSWORD, uuid4().hex, centre.clock(), roles=frozenset({role}), agency_id=agency)
    client = centre.client()
    assert submit_login(client, email, PASSWORD).status_code == 302
    client.get("/console/language/en")
    return client


@pytest.fixture
def filled(centre):
    log = make_log(centre.store)
    fill(log, 60)
    log.close()
    return centre


def test_an_empty_log_says_so(centre):
    page = log_in(centre, Role.AUDITOR).get("/console/evidence").text
    assert "The evidence log is empty" in page
    assert "No witness has countersigned" in page


def test_from_the_search_to_the_entry_and_its_proof(filled):
    auditor = log_in(filled, Role.AUDITOR)
    listed = auditor.get("/console/evidence").text
    assert ("61 found" in listed, "Older" in listed, "Old-age allowance" in listed) == (True, True, True)
    assert listed.count("seal-sealed") == 25
    older = auditor.get("/console/evidence?before=36").text
    assert ("Newest" in older, f"{reference(35)}<" in older, f"{reference(36)}<" in older) == (True, True, False)
    found = auditor.get(f"/console/evidence?ref={reference(7)}").text
    assert (found.count("seal-sealed"), "1 found" in found) == (1, True)
    entry = auditor.get("/console/evidence/7").text
    for words in (
        reference(7),
        "Sealed",
        "hashes lead from this entry to the root of 61 entries",
        "no-17",
        "income.not_",
    ):
        assert words in entry
    proof = auditor.get("/console/evidence/7/proof.json").get_json()
    assert json.loads(proof["entries"][0]["leaf"])["reference"] == reference(7)
    assert auditor.get("/console/evidence/61").status_code == 404
    assert auditor.get("/console/evidence/x").status_code == 404


def test_what_was_changed_stands_out_and_says_what_to_do(filled):
    filled.app.extensions["baidiao"].audit.search(AuditQuery(), None)  # filed before it was changed
    with filled.store.transaction() as session:
        session.execute(update(EvidenceLeaf).where(EvidenceLeaf.index == 59).values(content=b'{"kind":"<b>"}'))
    auditor = log_in(filled, Role.AUDITOR)
    listed = auditor.get("/console/evidence").text
    assert ("seal-changed" in listed, 'class="broken"' in listed) == (True, True)
    entry = auditor.get("/console/evidence/59").text
    assert ("Compare it with a backup" in entry, "&lt;b&gt;" in entry, "<b>" in entry) == (True, True, False)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("ref=nonsense", "A reference looks like XXXX-XXXX-XX"),
        ("from=2026-12-02&to=2026-12-01", "The last day is before the first"),
        ("agency=a+b", "choose an agency"),
    ],
)
def test_a_search_that_is_none_says_how_to_put_it_right(filled, typed, words):
    auditor = log_in(filled, Role.AUDITOR)
    page = auditor.get(f"/console/evidence?{typed}")
    assert (page.status_code, words in page.text, page.text.count('aria-invalid="true"')) == (400, True, 1)
    refused = auditor.get(f"/console/evidence/export/csv?{typed}")
    assert (refused.status_code, refused.get_json()["code"]) == (400, "bad_request")
    assert "No entry matches" in auditor.get("/console/evidence?ref=ZZZZ-ZZZZ-ZZ").text


def test_what_was_searched_is_taken_away(filled):
    auditor = log_in(filled, Role.AUDITOR)
    table = auditor.get(f"/console/evidence/export/csv?ref={reference(7)}")
    assert (table.mimetype, len(table.text.splitlines())) == ("text/csv", 2)
    assert 'filename="evidence.csv"' in table.headers["Content-Disposition"]
    assert len(auditor.get("/console/evidence/export/json").get_json()["entries"]) == 61
    assert auditor.get("/console/evidence/export/xml").status_code == 404


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.AUDITOR}))
def test_the_pages_are_auditors_alone(filled, role):
    other = log_in(filled, role)
    for path in ("", "/7", "/7/proof.json", "/export/csv", "/export/json"):
        assert other.get(f"/console/evidence{path}").status_code == 403
    assert "/console/evidence" not in other.get("/console/", follow_redirects=True).text


def test_the_way_back_leads_to_the_search_one_came_from(filled):
    auditor = log_in(filled, Role.AUDITOR)
    asked = "?agency=civil_registry&amp;before=36"
    assert (
        f'href="/console/evidence/35{asked}"' in auditor.get("/console/evidence?agency=civil_registry&before=36").text
    )
    entry = auditor.get("/console/evidence/35?agency=civil_registry&before=36").text
    for path in ("/console/evidence", "/console/evidence/34", "/console/evidence/36"):
        assert f'href="{path}{asked}"' in entry
    assert 'rel="prev"' not in auditor.get("/console/evidence/0").text
    assert 'rel="next"' not in auditor.get("/console/evidence/60").text


def test_from_an_entry_to_all_of_its_device_and_from_the_devices_to_theirs(filled):
    auditor, device = log_in(filled, Role.AUDITOR), filled.enrol().reply.device_id
    entry = auditor.get("/console/evidence/7").text
    assert 'href="/console/evidence?device=dev_0123456789abcdef"' in entry
    assert 'href="/console/evidence?agency=civil_registry"' in entry
    link = f'href="/console/evidence?device={device}"'
    assert link in auditor.get("/console/").text
    assert link not in log_in(filled, Role.FLEET_ADMIN).get("/console/").text


def test_a_disputes_step_says_what_it_is_about(filled):
    said = {"dispute": "7K3M-9QXV-2A", "entry": 7, "about_agency": "civil_registry", "state": "open"}
    log = make_log(filled.store)
    at = filled.clock()
    log.append(encode_act(ActKind.DISPUTE, "3333-3333-33", at, **said, reason="not_me", by="citizen", officer=None))
    log.append(encode_act(ActKind.DISPUTE, "4444-4444-44", at, dispute=7, entry="<b>", state=[], by={}, reason="x"))
    log.close()
    auditor = log_in(filled, Role.AUDITOR)
    entry = auditor.get("/console/evidence/61").text
    for words in ('href="/console/disputes/7K3M-9QXV-2A"', 'href="/console/evidence/7"', "Did not come", "Citizen<"):
        assert words in entry
    odd = auditor.get("/console/evidence/62")  # whatever a leaf says, the page comes
    assert (odd.status_code, "<b>" in odd.text) == (200, False)
    nothing = auditor.get("/console/evidence?ref=7K3M-9QXV-2A").text
    assert 'href="/console/disputes?ref=7K3M-9QXV-2A"' in nothing
