"""A claim code enrols one key once; a lost answer may be asked for again."""

import threading

import pytest
from sqlalchemy import select

from backend.fleet.agencies import read_seed
from backend.fleet.errors import AgencyUnknownError
from backend.fleet.models import Agency, Claim
from backend.fleet.models import Device as DeviceRecord
from contracts.fleet import EnrolReply
from tests.support.centre_app import Device


def code_of(response):
    return response.get_json()["code"], response.status_code


def test_a_device_enrols(centre_on_each):
    reply = Device(centre_on_each).enrol(centre_on_each.claim())
    assert reply.status_code == 201
    enrolled = EnrolReply.model_validate_json(reply.data)
    assert enrolled.agency_id == "tuayang_municipality"
    assert enrolled.agency.en == "Municipality of Tuayang"
    assert enrolled.place.th == "โถงบริการชั้น 1"
    assert enrolled.heartbeat_interval_s == 60


def test_the_code_may_be_typed_sloppily(centre):
    code = centre.claim()
    assert Device(centre).enrol(code.lower().replace("-", " ")).status_code == 201


def test_asked_again_answered_the_same(centre_on_each):
    device, code = Device(centre_on_each), centre_on_each.claim()
    first = device.enrol(code)
    centre_on_each.clock.move(hours=48)  # the code's time is over, the device's answer is not
    again = device.enrol(code)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.get_json() == again.get_json()


def test_a_second_device_with_the_same_code(centre_on_each):
    code = centre_on_each.claim()
    assert Device(centre_on_each).enrol(code).status_code == 201
    assert code_of(Device(centre_on_each).enrol(code)) == ("claim_used", 409)


def test_the_same_key_with_a_second_code(centre_on_each):
    device = Device(centre_on_each)
    assert device.enrol(centre_on_each.claim()).status_code == 201
    assert code_of(device.enrol(centre_on_each.claim())) == ("claim_used", 409)
    with centre_on_each.store.reading() as session:
        assert len(session.scalars(select(DeviceRecord)).all()) == 1


def test_an_unknown_code(centre):
    assert code_of(Device(centre).enrol("ABCD-EFGH-JKMN")) == ("claim_unknown", 403)


def test_a_late_device(centre):
    code = centre.claim(hours=1)
    centre.clock.move(hours=1)
    assert code_of(Device(centre).enrol(code)) == ("claim_expired", 410)


def test_nobody_enrols_a_key_he_does_not_hold(centre):
    other = Device(centre)
    assert code_of(Device(centre).enrol(centre.claim(), public_key=other.public_key)) == ("device_unknown", 401)


@pytest.mark.parametrize("key", ["", "short", "A" * 44, "!" * 43, "é" * 43])
def test_a_key_that_is_none(centre, key):
    assert code_of(Device(centre).enrol(centre.claim(), public_key=key)) == ("bad_request", 400)


def test_a_bad_message_names_fields_and_no_values(centre):
    response = Device(centre).enrol("secret", serial="x" * 65)
    assert code_of(response) == ("bad_request", 400)
    assert response.get_json()["detail"] == "does not fit: serial"
    assert "secret" not in response.text


def test_two_devices_race_for_one_code(centre_on_each):
    code = centre_on_each.claim()
    statuses = []
    threads = [
        threading.Thread(target=lambda: statuses.append(Device(centre_on_each).enrol(code).status_code))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [201, 409, 409, 409]


def test_the_code_itself_is_not_stored(centre):
    code = centre.claim()
    with centre.store.reading() as session:
        claim = session.scalars(select(Claim)).one()
        stored = " ".join(str(value) for value in vars(claim).values())
    assert code not in stored
    assert code.replace("-", "") not in stored


def test_a_claim_for_nobody(centre):
    with pytest.raises(AgencyUnknownError):
        centre.claim(agency="nobody")


def test_the_seed_is_the_plans(centre):
    rows = read_seed()
    assert sum(int(row["readers_allocated"]) for row in rows) == 214_756
    assert sum(int(row["readers_allocated"]) > 0 for row in rows) == 71
    assert centre.fleet.seed_agencies() == 0  # again: nothing is missing
    with centre.store.reading() as session:
        assert session.get(Agency, "nhso").readers_allocated == 53_185
