"""Each way a signature can fail has its own answer; the right one passes once."""

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from backend.fleet.models import DeviceStatus
from contracts.fleet import HEARTBEAT_PATH
from contracts.signature import MAX_AGE_S, MAX_AHEAD_S
from tests.support.centre_app import Device, heartbeat, new_nonce

PATH = HEARTBEAT_PATH


def refused(response, code, status):
    assert response.mimetype == "application/problem+json"
    problem = response.get_json()
    assert (problem["code"], response.status_code, problem["status"]) == (code, status, status)
    assert problem["type"] == f"urn:baidiao:problem:{code}"
    assert problem["request_id"] == response.headers["X-Request-Id"]


def test_a_signed_request_passes(centre_on_each):
    device = centre_on_each.enrol()
    assert device.post(PATH, heartbeat()).status_code == 200


def test_without_signature(centre):
    device = centre.enrol()
    refused(device.post(PATH, heartbeat(), headers={}), "signature_missing", 401)


def test_unknown_routes_for_devices_want_a_signature_too(centre):
    refused(centre.client().get("/v1/device/anything"), "signature_missing", 401)


@pytest.mark.parametrize("age_s", [MAX_AGE_S, -MAX_AHEAD_S])
def test_at_the_edge_of_its_time(centre, age_s):
    device = centre.enrol()
    centre.clock.move(seconds=MAX_AGE_S)  # what was signed before the centre began is refused however young it is
    created = centre.clock() - timedelta(seconds=age_s)
    assert device.post(PATH, heartbeat(), created=created).status_code == 200


@pytest.mark.parametrize("age_s", [MAX_AGE_S + 1, -MAX_AHEAD_S - 1])
def test_beyond_its_time(centre, age_s):
    device = centre.enrol()
    centre.clock.move(seconds=MAX_AGE_S)  # what was signed before the centre began is refused however young it is
    created = centre.clock() - timedelta(seconds=age_s)
    refused(device.post(PATH, heartbeat(), created=created), "signature_old", 401)


def test_a_replay_is_refused_and_the_clock_cannot_outwait_it(centre_on_each):
    centre = centre_on_each
    device = centre.enrol()
    body = b'{"x":1}'
    created = centre.clock() + timedelta(seconds=MAX_AHEAD_S)
    headers = device.sign("POST", PATH, body, created=created)
    assert device.send("POST", PATH, body, headers=headers).get_json()["code"] == "bad_request"  # past the gate
    refused(device.send("POST", PATH, body, headers=headers), "signature_replayed", 401)
    centre.clock.move(seconds=MAX_AHEAD_S + MAX_AGE_S - 1)
    device.post(PATH, heartbeat())  # prunes what has expired
    refused(device.send("POST", PATH, body, headers=headers), "signature_replayed", 401)
    centre.clock.move(seconds=2)
    refused(device.send("POST", PATH, body, headers=headers), "signature_old", 401)


def test_a_changed_body(centre):
    device = centre.enrol()
    headers = device.sign("POST", PATH, b'{"a":1}')
    refused(device.send("POST", PATH, b'{"a":2}', headers=headers), "digest_wrong", 400)


def test_a_changed_body_with_its_digest_changed_too(centre):
    device = centre.enrol()
    headers = device.sign("POST", PATH, b'{"a":1}')
    headers["Content-Digest"] = device.sign("POST", PATH, b'{"a":2}')["Content-Digest"]
    refused(device.send("POST", PATH, b'{"a":2}', headers=headers), "signature_wrong", 401)


@pytest.mark.parametrize("change", [("POST", PATH + "x"), ("PUT", PATH), ("POST", PATH + "?a=1")])
def test_a_changed_target(centre, change):
    device = centre.enrol()
    method, path = change
    headers = device.sign("POST", PATH, b"{}")
    refused(device.send(method, path, b"{}", headers=headers), "signature_wrong", 401)


def test_another_host(centre):
    device = centre.enrol()
    headers = device.sign("POST", PATH, b"{}")
    response = centre.client().post(PATH, base_url="http://other.test", data=b"{}", headers=headers)
    refused(response, "signature_wrong", 401)


def test_an_unknown_key(centre):
    refused(Device(centre).post(PATH, heartbeat()), "device_unknown", 401)


def test_somebody_elses_key_id(centre):
    device = centre.enrol()
    stranger = Ed25519PrivateKey.generate()
    refused(device.post(PATH, heartbeat(), key=stranger), "signature_wrong", 401)


def test_a_suspended_device_is_stopped_at_once(centre_on_each):
    device = centre_on_each.enrol()
    assert device.post(PATH, heartbeat()).status_code == 200
    centre_on_each.fleet.set_status(device.reply.device_id, DeviceStatus.SUSPENDED)
    refused(device.post(PATH, heartbeat()), "device_suspended", 403)
    centre_on_each.fleet.set_status(device.reply.device_id, DeviceStatus.ACTIVE)
    assert device.post(PATH, heartbeat()).status_code == 200


@pytest.mark.parametrize("nonce", ["short", "x" * 200])
def test_a_nonce_of_the_wrong_length(centre, nonce):
    device = centre.enrol()
    refused(device.post(PATH, heartbeat(), nonce=nonce), "signature_wrong", 401)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("Signature", lambda text: "baidiao=:AAAA:"),
        ("Signature", lambda text: "nonsense"),
        ("Signature-Input", lambda text: text.replace('"@method" ', "")),
        ("Signature-Input", lambda text: text.replace("ed25519", "rsa-pss-sha512")),
        ("Signature-Input", lambda text: text.replace("baidiao-device-v1", "another-tag")),
        ("Signature-Input", lambda text: text.replace("nonce", "nonsense")),
        ("Signature-Input", lambda text: text.replace(";created", ";made")),
        ("Signature-Input", lambda text: text.replace(' "content-digest"', "")),
        ("Signature-Input", lambda text: "baidiao=1"),
    ],
)
def test_spoilt_headers(centre, name, change):
    device = centre.enrol()
    headers = device.sign("POST", PATH, b"{}")
    headers[name] = change(headers[name])
    refused(device.send("POST", PATH, b"{}", headers=headers), "signature_wrong", 401)


def test_a_nonce_is_not_burnt_by_a_wrong_signature(centre):
    device = centre.enrol()
    nonce = new_nonce()
    refused(device.post(PATH, heartbeat(), key=Ed25519PrivateKey.generate(), nonce=nonce), "signature_wrong", 401)
    assert device.post(PATH, heartbeat(), nonce=nonce).status_code == 200


def test_a_database_that_cannot_look_a_key_up_says_nothing_against_the_signature(centre):
    device = centre.enrol()
    event.listen(centre.store.engine, "begin", _be_away)
    refused(device.post(PATH, heartbeat()), "unavailable", 503)
    event.remove(centre.store.engine, "begin", _be_away)
    assert device.post(PATH, heartbeat()).status_code == 200


def _be_away(_connection):
    raise OperationalError("SELECT", {}, OSError("away"))
