"""A steward's pages: what waits first, nobody named, one answer each time, roles kept."""

from uuid import uuid4

from sqlalchemy import update

from backend.accounts.models import User
from backend.accounts.roles import Role
from backend.history.disputes import DisputedEntry
from contracts.history import DisputeReason
from tests.support.centre_app import csrf_token, submit_login

PASSWORD = "correct horse battery"
TOWN, OTHER = "tuayang_municipality", "civil_registry"


def log_in(centre, *roles, agency=TOWN):
    email = f"{roles[0].value}@{uuid4().hex[:8]}.example"
    agency_id = agency if Role.STEWARD in roles else None
    centre.accounts.add(email, PASSWORD, uuid4().hex, centre.clock(), frozenset(roles), agency_id)
    client = centre.client()
    assert submit_login(client, email, PASSWORD).status_code == 302
    client.get("/console/language/en")
    return client


def disputed(centre, index=0, agency=TOWN):
    disputes = centre.app.extensions["baidiao"].disputes.disputes
    return disputes.open(DisputedEntry(index, agency, "old_age_allowance"), DisputeReason.NOT_ME)


def post(client, page, path, **form):
    token = csrf_token(client.get(page).text)
    return client.post(path, data={"csrf_token": token, **form})


def test_an_empty_list_says_what_will_be_there(centre):
    assert "There are no disputes" in log_in(centre, Role.STEWARD).get("/console/disputes").text


def test_from_the_list_to_the_answer(centre):
    row = disputed(centre)
    centre.clock.move(days=31)
    steward = log_in(centre, Role.STEWARD)
    listed = steward.get("/console/disputes").text
    for words in (row.reference, "Overdue", "Old-age allowance", "Did not come for this"):
        assert words in listed
    page = f"/console/disputes/{row.reference}"
    assert post(steward, page, f"{page}/take").status_code == 302
    assert "Under review" in steward.get(page).text
    empty = post(steward, page, f"{page}/answer", answer=" ")
    assert (empty.status_code, "1 to 2000 characters" in empty.text) == (409, True)
    assert post(steward, page, f"{page}/answer", answer="<b>looked</b>").status_code == 302
    answered = steward.get(page).text
    assert "&lt;b&gt;looked" in answered
    assert "<textarea" not in answered
    again = post(steward, "/console/disputes", f"{page}/answer", answer="twice")
    assert (again.status_code, "moved on" in again.text) == (409, True)
    assert steward.get("/console/disputes/AAAA-AAAA-AA").status_code == 404


def test_an_auditor_reads_and_a_fleet_admin_does_not(centre):
    row, auditor = disputed(centre), log_in(centre, Role.AUDITOR)
    page = f"/console/disputes/{row.reference}"
    assert "<textarea" not in auditor.get(page).text
    refused = post(auditor, page, f"{page}/answer", answer="x")
    assert (refused.status_code, refused.get_json()["code"]) == (403, "role_missing")
    assert log_in(centre, Role.FLEET_ADMIN).get("/console/disputes").status_code == 403


def test_a_steward_sees_and_answers_the_own_agencys_alone(centre):
    own, foreign = disputed(centre), disputed(centre, 1, OTHER)
    steward, page = log_in(centre, Role.STEWARD), f"/console/disputes/{foreign.reference}"
    listed = steward.get("/console/disputes").text
    assert own.reference in listed
    assert "Steward of" in listed
    assert foreign.reference not in listed
    assert steward.get(page).status_code == 404
    for step in ("take", "answer"):
        assert post(steward, f"/console/disputes/{own.reference}", f"{page}/{step}", answer="x").status_code == 404
    assert foreign.reference in log_in(centre, Role.STEWARD, agency=OTHER).get("/console/disputes").text


def test_a_steward_who_is_also_an_auditor_reads_all_and_answers_the_own(centre):
    own, foreign = disputed(centre), disputed(centre, 1, OTHER)
    both = log_in(centre, Role.STEWARD, Role.AUDITOR)
    own_page, page = (f"/console/disputes/{row.reference}" for row in (own, foreign))
    assert "<textarea" in both.get(own_page).text
    assert "<textarea" not in both.get(page).text
    refused = post(both, own_page, f"{page}/take")
    assert (refused.status_code, refused.get_json()["code"]) == (403, "role_missing")
    assert centre.app.extensions["baidiao"].disputes.disputes.get(foreign.reference).state == "open"


def test_a_steward_of_no_agency_is_told_so(centre):
    row = disputed(centre)
    centre.accounts.add("old@centre.example", PASSWORD, uuid4().hex, centre.clock(), [Role.STEWARD], TOWN)
    with centre.accounts.store.transaction() as session:  # as one made before stewards had agencies
        session.execute(update(User).values(agency_id=None))
    client = centre.client()
    submit_login(client, "old@centre.example", PASSWORD)
    client.get("/console/language/en")
    page = client.get("/console/disputes").text
    assert "belongs to no agency" in page
    assert row.reference not in page
    assert client.get(f"/console/disputes/{row.reference}").status_code == 404
