import time

import pytest
from sqlalchemy import func, select

from backend.fleet.heartbeats import HeartbeatBuffer
from backend.fleet.listing import Condition
from backend.fleet.models import DeviceState, DeviceStatus
from contracts.fleet import HEARTBEAT_PATH, Heartbeat, PanelState
from tests.support.centre_app import START, heartbeat


def states(centre):
    with centre.store.reading() as session:
        return session.scalar(select(func.count()).select_from(DeviceState))


def only_row(centre):
    (row,) = centre.fleet.list_devices(centre.clock())
    return row


def test_the_latest_heartbeat_is_kept_beside_the_inventory(centre_on_each):
    device = centre_on_each.enrol()
    device.post(HEARTBEAT_PATH, heartbeat(visits_total=1))
    centre_on_each.clock.move(seconds=60)
    reply = device.post(HEARTBEAT_PATH, heartbeat(visits_total=2))
    assert reply.get_json() == {"server_time": "2026-11-23T03:01:00Z", "heartbeat_interval_s": 60}
    assert states(centre_on_each) == 1
    row = only_row(centre_on_each)
    assert (row.visits_total, row.software_version, row.reader.model) == (2, "0.1.1", "Virtual PCD")
    assert row.last_seen_at == centre_on_each.clock()


def test_an_older_batch_never_overwrites_a_newer_one(centre_on_each):
    centre = centre_on_each
    device = centre.enrol()
    slow, quick = HeartbeatBuffer(centre.store, 60_000), HeartbeatBuffer(centre.store, 60_000)
    message = Heartbeat.model_validate(heartbeat(visits_total=1))
    slow.add(device.reply.device_id, message, START)
    quick.add(device.reply.device_id, message.model_copy(update={"visits_total": 2}), START.replace(minute=1))
    assert quick.flush() == 1
    slow.close()
    quick.close()
    assert only_row(centre).visits_total == 2


def test_heartbeats_gather_and_are_written_soon(centre):
    device = centre.enrol()
    buffer = HeartbeatBuffer(centre.store, 30)
    for _ in range(3):
        buffer.add(device.reply.device_id, Heartbeat.model_validate(heartbeat()), START)
    assert states(centre) == 0
    until = time.monotonic() + 5
    while states(centre) == 0 and time.monotonic() < until:
        time.sleep(0.01)
    assert states(centre) == 1
    buffer.close()


@pytest.mark.parametrize("wild", [{"uptime_s": 1 << 70}, {"visits_total": 1 << 63}, {"boot_id": "a\0b"}])
def test_what_no_database_holds_is_refused_before_it_spoils_a_batch(centre_on_each, wild):
    refused = centre_on_each.enrol().post(HEARTBEAT_PATH, heartbeat(**wild))
    assert (refused.status_code, refused.get_json()["code"]) == (400, "bad_request")
    assert states(centre_on_each) == 0


def condition(centre, **changes):
    device = centre.enrol()
    device.post(HEARTBEAT_PATH, heartbeat(**changes))
    return only_row(centre).condition


def test_conditions_well(centre):
    assert condition(centre) is Condition.OK


def test_conditions_paper_low(centre):
    assert condition(centre, printer={"health": "warning", "code": "paper_low"}) is Condition.WARNING


def test_conditions_no_reader(centre):
    assert condition(centre, reader={"health": "absent"}) is Condition.FAULT


def test_an_opened_case_is_seen_by_who_looks_after_the_device(centre_on_each):
    device = centre_on_each.enrol()
    device.post(HEARTBEAT_PATH, heartbeat())
    assert only_row(centre_on_each).panel is None
    said = {
        "health": "warning", "code": "case_was_opened", "model": "panel 1.0.0", "power_cycles_today": 2,
        "case_celsius": 41.5, "tampered_at": "2026-11-23T01:12:40Z",
    }  # fmt: skip
    device.post(HEARTBEAT_PATH, heartbeat(panel=said))
    row = only_row(centre_on_each)
    assert row.panel == PanelState.model_validate(said)
    assert row.condition is Condition.WARNING


def test_conditions_out_of_order(centre):
    assert condition(centre, state="out_of_order") is Condition.FAULT


def test_conditions_over_time(centre):
    device = centre.enrol()
    assert only_row(centre).condition is Condition.NEVER_SEEN
    device.post(HEARTBEAT_PATH, heartbeat())
    centre.clock.move(seconds=180)
    assert only_row(centre).condition is Condition.OK
    centre.clock.move(seconds=1)
    assert only_row(centre).condition is Condition.SILENT
    centre.fleet.set_status(device.reply.device_id, DeviceStatus.SUSPENDED)
    assert only_row(centre).condition is Condition.SUSPENDED


def test_an_unknown_device_cannot_be_suspended(centre):
    assert centre.fleet.set_status("dev_0000000000000000", DeviceStatus.SUSPENDED) is False
