"""The centre as bootstrap builds it: every room's door is there, guarded and described."""

import pytest

from backend import bootstrap
from backend.app import Services
from backend.errors import InstallationError
from backend.http.operations import OPERATIONS
from backend.settings import read_settings
from contracts.fleet import HEARTBEAT_PATH, QUESTION_PATH, SERVICES_PATH
from tests.support.centre_app import Centre, Device, heartbeat
from tests.support.centre_routes import assert_every_route_asks


def settings_for(url, tmp_path):
    return read_settings({"BAIDIAO_CENTRE_STATE_DIR": str(tmp_path / "state"), "BAIDIAO_CENTRE_DATABASE_URL": url})


@pytest.fixture
def whole(store_url, tmp_path, logging_as_before):
    settings = settings_for(store_url, tmp_path)
    bootstrap.initialise(settings)
    app = bootstrap.build_app(settings)
    services: Services = app.extensions["baidiao"]
    yield Centre(app, services.store, services.fleet, None, services.now, settings)
    services.close()


def test_a_fresh_installation_is_ready(whole):
    response = whole.client().get("/readyz")
    names = ("database", "migrations", "keys", "agencies")
    assert response.get_json() == {"status": "ok", "checks": dict.fromkeys(names, "ok")}


def test_a_new_device_may_offer_its_agencys_services(whole):
    device = whole.enrol()
    services = device.send("GET", SERVICES_PATH).get_json()["services"]
    assert {service["id"] for service in services} >= {"old_age_allowance", "state_welfare"}
    assert device.post(HEARTBEAT_PATH, heartbeat()).status_code == 200


def test_questions_are_read_only_behind_the_gate(whole):
    assert Device(whole).post(QUESTION_PATH, {}).get_json()["code"] == "device_unknown"
    assert whole.enrol().post(QUESTION_PATH, {}).get_json()["code"] == "bad_request"


def test_every_route_is_guarded_and_described(whole):
    assert_every_route_asks(whole.app)
    described = {(operation.method.upper(), operation.path) for operation in OPERATIONS}
    there = {
        (method, rule.rule.replace("<path:", "{").replace("<int:", "{").replace("<", "{").replace(">", "}"))
        for rule in whole.app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
        if not rule.rule.startswith("/console")
    }
    assert there == described


def test_the_log_and_its_keys_are_public(whole):
    client = whole.client()
    assert client.get("/log/checkpoint").text.startswith("centre.baidiao.example\n")
    assert client.get("/.well-known/jwks.json").get_json()["keys"][0]["crv"] == "Ed25519"
    assert client.get("/log/proof/inclusion?index=0").get_json()["code"] == "not_found"


def test_initialising_again_keeps_the_keys(whole):
    before = {path.name: path.read_bytes() for path in whole.settings.keys_dir.iterdir()}
    bootstrap.initialise(whole.settings)
    assert {path.name: path.read_bytes() for path in whole.settings.keys_dir.iterdir()} == before


def test_without_keys_it_says_what_to_do(tmp_path, logging_as_before):
    with pytest.raises(InstallationError, match="baidiao centre init"):
        bootstrap.build_app(settings_for("sqlite://", tmp_path))


def test_a_key_that_others_may_read_is_refused(tmp_path):
    settings = settings_for(f"sqlite:///{tmp_path / 'c.sqlite3'}", tmp_path)
    bootstrap.initialise(settings)
    (settings.keys_dir / "slip.pem").chmod(0o644)
    with pytest.raises(InstallationError, match=r"slip\.pem"):
        bootstrap.read_installation(settings)
