import time
from contextlib import ExitStack

import pytest
import requests
import zeep

from backend.demo.registers import AGENCY_IDS
from tests.support.agency_servers import build_small_stores, running_agency

GRANDMOTHER, PENSIONER, DISABLED = "3550100123457", "3100900567817", "1509900678901"
MOTHER, EARNER, STATELESS, UNKNOWN = "2400100789016", "1101400890125", "0630189000125", "1101700207030"
QUESTIONS = {
    "civil_registry": "/v1/person",
    "revenue": "/v1/assessment",
    "comptroller_general": "/v1/pension",
    "welfare_register": "/v1/household",
    "health_security": "/v1/right",
}


@pytest.fixture(scope="module")
def stores(tmp_path_factory):
    directory = tmp_path_factory.mktemp("stores")
    build_small_stores(directory)
    return directory


@pytest.fixture(scope="module")
def agencies(stores):
    with ExitStack() as stack:
        yield {agency: stack.enter_context(running_agency(agency, stores)) for agency in AGENCY_IDS}


@pytest.fixture
def fresh_agency(stores):
    with running_agency("comptroller_general", stores) as url:
        yield url


def ask(agencies, agency, number, **more):
    response = requests.post(agencies[agency] + QUESTIONS[agency], json={"citizen_number": number, **more}, timeout=5)
    assert response.status_code == 200, response.text
    assert response.headers["Content-Type"].startswith("application/json")
    return response.json()


def test_civil_registry(agencies):
    assert ask(agencies, "civil_registry", GRANDMOTHER) == {
        "found": True,
        "person": {
            "birth": {"year": 1953, "month": None, "day": None},
            "nationality": "THA",
            "alive": True,
            "domicile": {"registered": True, "area_code": "5501"},
        },
    }
    assert ask(agencies, "civil_registry", STATELESS)["person"]["nationality"] == "XXA"


def test_card_status(agencies):
    evidence = {
        "citizen_number": GRANDMOTHER,
        "name_th": {"prefix": "นาง", "first": "บุญเรือน", "middle": "", "last": "แสงทองดี"},
        "birth": {"year": 1953, "month": None, "day": None},
        "request_number": "55010312143/03121437",
        "laser_number": None,
        "chip_serial": "0100000000000001",
    }
    url = agencies["civil_registry"] + "/v1/card-status"
    assert requests.post(url, json=evidence, timeout=5).json() == {"found": True, "status": "normal"}
    other = {**evidence, "chip_serial": "0100000000000002"}
    assert requests.post(url, json=other, timeout=5).json() == {"found": True, "status": "mismatch"}
    unknown = {**evidence, "citizen_number": UNKNOWN}
    assert requests.post(url, json=unknown, timeout=5).json() == {"found": False}


def test_revenue(agencies):
    answer = ask(agencies, "revenue", EARNER)
    assert answer["income_baht"] == 1_450_000
    assert answer["tax_year_be"] == 2568
    assert set(answer) == {
        *("found", "income_baht", "financial_assets_baht", "house_square_wah", "flat_square_metres"),
        *("farm_land_rai", "other_land_rai", "tax_year_be"),
    }


def test_pension_household_and_right(agencies):
    assert ask(agencies, "comptroller_general", PENSIONER) == {"found": True, "receives_state_pension": True}
    assert ask(agencies, "comptroller_general", GRANDMOTHER) == {"found": True, "receives_state_pension": False}
    household = {"found": True, "newborn": {"birth": "2025-09-23"}, "income_per_head_year_baht": 28_800}
    assert ask(agencies, "welfare_register", MOTHER) == household
    assert ask(agencies, "welfare_register", EARNER)["newborn"] is None
    assert ask(agencies, "health_security", PENSIONER) == {"found": True, "scheme": "CSMBS", "hospital": None}
    assert ask(agencies, "health_security", GRANDMOTHER)["hospital"]["name_th"]


@pytest.mark.parametrize("agency", QUESTIONS)
def test_unknown_person_is_a_definite_answer(agencies, agency):
    assert ask(agencies, agency, UNKNOWN) == {"found": False}


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        (b"", "not_json", ""),
        (b"\xff", "not_json", ""),
        (b"[" * 100_000, "not_json", ""),
        (b"[]", "not_an_object", ""),
        (b"{}", "field_missing", "citizen_number"),
        (b'{"citizen_number": 3550100123457}', "field_missing", "citizen_number"),
        (b'{"citizen_number": "3550100123456"}', "number_invalid", "citizen_number"),
        (b'{"citizen_number": "355"}', "number_invalid", "citizen_number"),
    ],
)
@pytest.mark.parametrize("agency", QUESTIONS)
def test_wrong_questions_are_explained(agencies, agency, body, code, field):
    response = requests.post(agencies[agency] + QUESTIONS[agency], data=body, timeout=5)
    assert response.status_code == 400
    assert (response.json()["error"]["code"], response.json()["error"]["field"]) == (code, field)
    assert "355" not in response.text


def test_paths_and_methods(agencies):
    base = agencies["revenue"]
    assert requests.get(base + "/healthz", timeout=5).json() == {"status": "ok", "agency": "revenue"}
    assert requests.get(base + "/v1/assessment", timeout=5).status_code == 405
    assert requests.delete(base + "/control", timeout=5).status_code == 405
    assert requests.post(base + "/v1/pension", timeout=5).status_code == 404


def soap_service(agencies):
    return zeep.Client(agencies["disability_register"] + "/soap?wsdl").service


def test_soap_by_zeep(agencies):
    service = soap_service(agencies)
    card = service.GetDisabilityCard(CitizenNumber=DISABLED)
    assert (card.Found, card.Valid, str(card.Expires)) == (True, True, "2029-11-23")
    none = service.GetDisabilityCard(CitizenNumber=EARNER)
    assert (none.Found, none.Valid, none.Expires) == (False, False, None)


def test_soap_faults_by_zeep(agencies):
    with pytest.raises(zeep.exceptions.Fault) as caught:
        soap_service(agencies).GetDisabilityCard(CitizenNumber="1509900678902")
    assert caught.value.code == "soap:Client"
    assert "1509900678902" not in caught.value.message


def test_soap_out_of_order_is_a_server_fault(agencies):
    service = soap_service(agencies)
    control = agencies["disability_register"] + "/control"
    requests.put(control, json={"failure": "error"}, timeout=5).raise_for_status()
    try:
        with pytest.raises(zeep.exceptions.Fault) as caught:
            service.GetDisabilityCard(CitizenNumber=DISABLED)
        assert caught.value.code == "soap:Server"
    finally:
        requests.put(control, json={"failure": "none"}, timeout=5).raise_for_status()
    assert service.GetDisabilityCard(CitizenNumber=DISABLED).Found


def switch(url, **control):
    response = requests.put(url + "/control", json=control, timeout=5)
    assert response.status_code == 200
    return response.json()


def pension(url, timeout=5):
    return requests.post(url + "/v1/pension", json={"citizen_number": PENSIONER}, timeout=timeout)


def test_switches_work_on_one_connection_while_it_runs(fresh_agency):
    url, right = fresh_agency, {"found": True, "receives_state_pension": True}
    assert requests.get(url + "/control", timeout=5).json() == {"latency_ms": 0, "failure": "none"}
    assert pension(url).json() == right
    assert switch(url, failure="error") == {"latency_ms": 0, "failure": "error"}
    assert pension(url).status_code == 500
    switch(url, failure="close")
    with pytest.raises(requests.ConnectionError):
        pension(url)
    switch(url, failure="hang")
    with pytest.raises(requests.ReadTimeout):
        pension(url, timeout=0.3)
    assert requests.get(url + "/healthz", timeout=5).status_code == 200
    switch(url, failure="none")
    assert pension(url).json() == right


def test_latency_is_waited(fresh_agency):
    switch(fresh_agency, latency_ms=150)
    started = time.monotonic()
    assert pension(fresh_agency).status_code == 200
    assert time.monotonic() - started >= 0.15


def test_garbage_is_never_a_right_answer(fresh_agency):
    switch(fresh_agency, failure="garbage")
    for _ in range(10):
        response = pension(fresh_agency)
        assert response.status_code == 200
        assert b"receives_state_pension" not in response.content
    switch(fresh_agency, failure="none")
    assert pension(fresh_agency).json()["found"]


def test_wrong_switch_changes_nothing(fresh_agency):
    response = requests.put(fresh_agency + "/control", json={"failure": "melt"}, timeout=5)
    assert response.status_code == 400
    assert response.json()["error"]["field"] == "failure"
    assert requests.get(fresh_agency + "/control", timeout=5).json()["failure"] == "none"
