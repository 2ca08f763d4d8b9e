"""A steward's pages: what waits first, nobody named, one answer each time, roles kept."""

import re
from datetime import timedelta
from html import unescape
from uuid import uuid4

from sqlalchemy import update

from backend.accounts.models import User
from backend.accounts.roles import Role
from backend.history.dispute_finder import DisputeFinder
from backend.history.dispute_query import DisputeQuery
from backend.history.disputes import DisputedEntry
from backend.history.models import Dispute
from contracts.history import DisputeReason
from contracts.slip_reference import PACKED_BYTES, write_reference
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


def homeless(centre):
    centre.accounts.add("old@centre.example", PASSWORD, uuid4().hex, centre.clock(), [Role.STEWARD], TOWN)
    with centre.accounts.store.transaction() as session:  # as one made before stewards had agencies
        session.execute(update(User).values(agency_id=None))
    client = centre.client()
    submit_login(client, "old@centre.example", PASSWORD)
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
    client = homeless(centre)
    page = client.get("/console/disputes").text
    assert "belongs to no agency" in page
    assert row.reference not in page
    assert client.get(f"/console/disputes/{row.reference}").status_code == 404


def stored(centre, count, agency=TOWN, **values):
    """Store disputes as rows alone; returns their references, the most urgent first."""
    now = centre.clock()
    given = {"reason": "not_me", "state": "open", "service": "old_age_allowance", "answer": "", "changed_at": now}
    with centre.store.transaction() as session:
        for place in range(count):
            at = now + timedelta(minutes=place)
            times = {"opened_at": at, "due_at": at + timedelta(days=30)}
            index = place + 10_000 * (agency != TOWN)
            reference = write_reference((index << 8).to_bytes(PACKED_BYTES, "big"))
            session.add(Dispute(reference=reference, index=index, agency_id=agency, **given | times | values))
    wanted = DisputeQuery(agency_id=agency)
    return [row.reference for row in DisputeFinder(centre.store).find(wanted, now)]


def references(page):
    return re.findall(r'class="mono reference" href="/console/disputes/([^"?]+)', page)


def test_pages_are_turned_by_links_alone(centre):
    all_of_them, steward = stored(centre, 120), log_in(centre, Role.STEWARD)
    address, seen = "/console/disputes?state=open", []
    for shown in ("1–50 of 120", "51–100 of 120", "101–120 of 120"):
        page = steward.get(address).text
        assert shown in page
        seen += references(page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        address = unescape(following[1]) if following else ""
    assert (seen, address) == (all_of_them, "")
    assert references(steward.get("/console/disputes?page=99").text) == all_of_them[100:]
    for odd in ("0", "-1", "x", "9" * 40, "²"):
        assert references(steward.get("/console/disputes", query_string={"page": odd}).text) == all_of_them[:50]


def test_search_filter_and_order_are_kept_in_every_link(centre):
    stored(centre, 3, state="under_review")
    auditor = log_in(centre, Role.AUDITOR)
    page = auditor.get(f"/console/disputes?agency={TOWN}&state=under_review&sort=-opened").text
    assert f"/console/disputes?agency={TOWN}&amp;sort=-opened" in page  # all states
    assert f"/console/disputes/export/csv?agency={TOWN}&amp;state=under_review&amp;sort=-opened" in page
    assert 'aria-sort="descending"' in page
    assert '<input type="hidden" name="state" value="under_review">' in page


def test_a_number_or_a_leaf_finds_one_and_what_is_neither_is_said(centre):
    own, auditor = stored(centre, 3), log_in(centre, Role.AUDITOR)
    for typed in (own[1], own[1].lower().replace("-", ""), "1"):
        assert references(auditor.get("/console/disputes", query_string={"ref": typed}).text) == [own[1]]
    assert "No dispute matches" in auditor.get("/console/disputes?ref=999").text
    wrong = auditor.get("/console/disputes?ref=1101700203451")
    assert (wrong.status_code, "has digits only" in wrong.text) == (400, True)
    assert auditor.get("/console/disputes/export/csv?ref=1101700203451").text.count("\n") == 1


def test_overdue_alone_and_its_count(centre):
    late = stored(centre, 2)
    centre.clock.move(days=31)
    stored(centre, 1, OTHER)
    auditor = log_in(centre, Role.AUDITOR)
    page = auditor.get("/console/disputes?state=overdue").text
    assert references(page) == late
    assert re.search(r"Overdue <span class=\"number\">2</span>", page)
    assert auditor.get("/console/disputes/export/csv?state=overdue").text.count(",yes,") == 2


def test_a_forged_filter_opens_nothing_of_another_agencys(centre):
    stored(centre, 2)
    foreign = stored(centre, 2, OTHER, state="objected", steward="foreign-steward")
    centre.clock.move(days=31)
    steward = log_in(centre, Role.STEWARD)
    for asked in (
        f"agency={OTHER}",
        f"agency={OTHER}&state=objected",
        f"ref={foreign[0]}",
        "ref=10001",
        "state=objected",
        "state=overdue",
        f"within={OTHER}",
        "within=",
        f"agency={TOWN}&agency={OTHER}",
        "sort=-due&page=2",
    ):
        page, file = (steward.get(f"/console/disputes{path}?{asked}").text for path in ("", "/export/csv"))
        for reference in foreign:
            # What was typed is shown again in its field, never in a row.
            assert reference not in references(page), asked
            assert reference not in file, asked
        assert "foreign-steward" not in page + file, asked
        assert not re.search(r"Citizen objected <span class=\"number\">[1-9]", page), asked


def test_a_steward_of_no_agency_exports_nothing(centre):
    stored(centre, 2)
    client = homeless(centre)
    for asked in ("", "?agency=" + TOWN, "?ref=1", "?within=" + TOWN):
        assert client.get(f"/console/disputes/export/csv{asked}").text.count("\n") == 1


def test_the_file_has_no_answers(centre):
    (own,) = stored(centre, 1, state="answered", answer="a free text", steward="=HYPERLINK()")
    file = log_in(centre, Role.STEWARD).get("/console/disputes/export/csv")
    assert file.headers["Content-Disposition"] == 'attachment; filename="disputes.csv"'
    assert own in file.text
    assert "a free text" not in file.text
    assert ",'=HYPERLINK()," in file.text


def test_a_day_is_thailands(centre):
    centre.clock.at = centre.clock.at.replace(hour=20)  # it is the next morning there
    row, steward = disputed(centre), log_in(centre, Role.STEWARD)
    assert centre.clock.at.day == 23
    page = steward.get("/console/disputes").text
    assert "24 Nov 2026</time>" in page
    assert "24 Dec 2026</time>" in page
    assert "24 Dec 2026" in steward.get(f"/console/disputes/{row.reference}").text


def test_the_way_back_leads_to_the_list_one_came_from(centre):
    (own,) = stored(centre, 1)
    steward, asked = log_in(centre, Role.STEWARD), "?state=open&amp;sort=-opened"
    listed = steward.get("/console/disputes?state=open&sort=-opened").text
    assert f'href="/console/disputes/{own}{asked}"' in listed
    page = f"/console/disputes/{own}?state=open&sort=-opened"
    assert f'href="/console/disputes{asked}"' in steward.get(page).text
    taken = post(steward, page, f"/console/disputes/{own}/take?state=open&sort=-opened")
    assert taken.headers["Location"].endswith(page)


def test_an_auditor_is_led_to_the_entry_and_a_steward_is_not(centre):
    (own,) = stored(centre, 1)
    link = 'href="/console/evidence/0"'
    assert link in log_in(centre, Role.AUDITOR).get(f"/console/disputes/{own}").text
    assert link not in log_in(centre, Role.STEWARD).get(f"/console/disputes/{own}").text
