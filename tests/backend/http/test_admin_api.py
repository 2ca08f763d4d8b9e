"""Administrators' tools: mandates by two people, the directory as a whole or not at all."""

import json
from datetime import UTC, datetime

import pytest

from backend.clients.register import ADMINISTER
from backend.http.admin_messages import DIRECTORY_PATH, MANDATES_PATH
from backend.linkage.file import DEFAULT_DIRECTORY
from contracts.agency import DECISIONS_PATH
from tests.support.agency_api import TOWN, question, whole_centre

PROPOSAL = {
    "agency_id": TOWN,
    "service_id": "driving_licence",
    "purpose": "eligibility",
    "facts": ["registry.birth"],
    "legal_basis": {"th": "กฎหมาย", "en": "A law"},
    "valid_from": "2026-01-01",
}
GROUNDWATER = {
    "id": "groundwater_resources",
    "name": {"th": "กรมทรัพยากรน้ำบาดาล", "en": "Department of Groundwater Resources"},
    "adapter": "rest",
    "base_url": "http://127.0.0.1:9",
    "requests": [
        {
            "path": "/v1/permit",
            "send": {"citizen_number": "citizen_number"},
            "facts": {"groundwater.permit_valid": {"at": "valid", "as": "bool"}},
        }
    ],
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("centre")
    file = folder / "agencies.json"
    file.write_text(DEFAULT_DIRECTORY.read_text("utf-8"), "utf-8")
    with whole_centre(folder, AGENCIES_FILE=str(file)) as whole:
        yield whole


def bearer(whole, person):
    client = whole.register.add("civil_registry", person, datetime.now(UTC), scopes=(ADMINISTER,), person=person)
    return {"Authorization": f"Bearer {whole.ask_token(*client).get_json()['access_token']}"}


@pytest.fixture(scope="module")
def officers(whole):
    return [bearer(whole, f"{name}@centre.example") for name in ("somying", "malee")]


def test_a_mandate_takes_two_people(whole, officers):
    first, second = officers
    proposed = whole.post(MANDATES_PATH, PROPOSAL, headers=first)
    assert (proposed.status_code, proposed.get_json()["state"]) == (201, "proposed")
    path = f"{MANDATES_PATH}/{proposed.get_json()['number']}"
    alone = whole.post(f"{path}/approval", {}, headers=first)
    assert (alone.status_code, alone.get_json()["code"]) == (403, "second_person_needed")
    again = bearer(whole, "Somying@centre.example")  # another client, the same person
    assert whole.post(f"{path}/approval", {}, headers=again).get_json()["code"] == "second_person_needed"
    granted = whole.post(f"{path}/approval", {}, headers=second).get_json()
    assert (granted["state"], granted["approved_by"]) == ("granted", ["malee@centre.example"])
    assert [event["what"] for event in granted["events"]] == ["proposed", "approved"]
    assert whole.post(f"{path}/approval", {}, headers=second).get_json()["code"] == "state_conflict"
    revoked = whole.post(f"{path}/revocation", {"reason": "over"}, headers=first).get_json()
    assert revoked["state"] == "revoked"
    listed = whole.get(f"{MANDATES_PATH}?agency={TOWN}", headers=first).get_json()["mandates"]
    assert revoked["number"] in {one["number"] for one in listed}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"facts": ["nowhere.fact"]}, "bad_request"),
        ({"purpose": "curiosity"}, "bad_request"),
        ({"facts": []}, "bad_request"),
    ],
)
def test_wrong_proposals_are_refused(whole, officers, change, code):
    assert whole.post(MANDATES_PATH, PROPOSAL | change, headers=officers[0]).get_json()["code"] == code


@pytest.mark.parametrize("purpose", ["commercial", "marketing", "วิจัยการตลาด"])
def test_the_refusal_of_a_commercial_purpose_names_its_rule(whole, officers, purpose):
    before = whole.get(MANDATES_PATH, headers=officers[0]).get_json()["mandates"]
    refused = whole.post(MANDATES_PATH, PROPOSAL | {"purpose": purpose, "facts": []}, headers=officers[0])
    problem = refused.get_json()
    assert (refused.status_code, problem["code"], problem["rule"]) == (403, "purpose_commercial", "purpose_commercial")
    assert "commercial purposes" in problem["words"]["en"]
    assert "บริการสาธารณะ" in problem["words"]["th"]
    assert whole.get(MANDATES_PATH, headers=officers[0]).get_json()["mandates"] == before


@pytest.mark.parametrize("number", [999, 2**31, 2**63])
def test_there_is_no_such_mandate(whole, officers, number):
    assert whole.get(f"{MANDATES_PATH}/{number}", headers=officers[0]).get_json()["code"] == "not_found"


def test_the_directory_is_changed_as_a_whole_or_not_at_all(whole, officers):
    before = whole.get(DIRECTORY_PATH, headers=officers[0]).get_json()
    wrong = whole.post(DIRECTORY_PATH, {"agencies": [GROUNDWATER, GROUNDWATER | {"id": "X!"}]}, headers=officers[0])
    assert wrong.get_json()["code"] == "bad_request"
    assert whole.get(DIRECTORY_PATH, headers=officers[0]).get_json() == before
    added = whole.post(DIRECTORY_PATH, {"agencies": [GROUNDWATER]}, headers=officers[0]).get_json()
    assert added == {"changes": ["added    agency groundwater_resources"], "taken_up": False}
    removed = whole.delete(f"{DIRECTORY_PATH}/groundwater_resources", headers=officers[0]).get_json()
    assert removed["changes"] == ["removed  agency groundwater_resources"]
    assert whole.get(DIRECTORY_PATH, headers=officers[0]).get_json()["agencies"] == before["agencies"]
    reloaded = whole.post(f"{DIRECTORY_PATH}/reload", {}, headers=officers[0]).get_json()
    assert reloaded["taken_up"] is False  # no server of its own runs here


@pytest.mark.parametrize(
    ("piece", "told"),
    [
        ({"agencies": [{"id": ["x"]}]}, "0.id: is not a text"),
        ({"facts": [{"name": {}}]}, "0.name: is not a text"),
        ({"agencies": [{}]}, "0.id: is not a text"),
        ({"agencies": [{"x" * 30_000: 1}]}, "agencies.0.…"),
        ({"agencies": [GROUNDWATER | {"3999900000010" * 2_000: 1}]}, ""),
    ],
)
def test_pieces_that_are_no_entries_are_refused_and_not_repeated(whole, officers, piece, told):
    refused = whole.post(DIRECTORY_PATH, piece, headers=officers[0])
    assert (refused.status_code, refused.get_json()["code"]) == (400, "bad_request")
    assert told in refused.get_json()["detail"]
    assert len(refused.get_json()["detail"]) <= 2_000


def test_an_administrators_client_asks_for_nobody(whole, officers):
    assert whole.post(DECISIONS_PATH, question(), headers=officers[0]).get_json()["code"] == "scope_missing"
    assert whole.get(MANDATES_PATH).get_json()["code"] == "scope_missing"  # the agency's system


def test_the_demos_directory_stays(tmp_path, logging_as_before):
    with whole_centre(tmp_path) as demo:
        refused = demo.post(DIRECTORY_PATH, {"agencies": [GROUNDWATER]}, headers=bearer(demo, "o@c.example"))
        assert refused.get_json()["code"] == "state_conflict"
        assert json.dumps(GROUNDWATER["id"]) not in DEFAULT_DIRECTORY.read_text("utf-8")
