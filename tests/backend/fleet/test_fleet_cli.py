import json

import pytest
from click.testing import CliRunner

from backend import cli
from contracts.fleet import HEARTBEAT_PATH
from tests.support.centre_app import Device, heartbeat


@pytest.fixture
def run(centre):
    environment = {
        "BAIDIAO_CENTRE_STATE_DIR": str(centre.settings.state_dir),
        "BAIDIAO_CENTRE_DATABASE_URL": centre.settings.database_url,
    }
    return lambda *words, group=cli.fleet, **more: CliRunner(env=environment).invoke(group, words, **more)


def test_claim_prints_a_code_that_enrols(centre, run):
    result = run("claim", "--agency", "nhso", "--place-th", "โรงพยาบาล", "--place-en", "Hospital")
    assert result.exit_code == 0
    centre.clock.at = centre.clock.at.replace(year=2020)  # the command has the real clock: be early, not late
    reply = Device(centre).enrol(result.output.strip())
    assert reply.get_json()["agency_id"] == "nhso"


def test_claim_for_an_unknown_agency_is_one_line(run):
    result = run("claim", "--agency", "nobody", "--place-th", "ก", "--place-en", "a")
    assert result.exit_code == 1
    assert result.stderr == "Error: no agency is called 'nobody'\n"


def test_list_shows_what_is_wrong(centre, run):
    assert "no device is enrolled" in run("list").output
    device = centre.enrol()
    device.post(HEARTBEAT_PATH, heartbeat(printer={"health": "fault", "code": "paper_out"}))
    head, line = run("list").output.splitlines()
    assert head.split()[:2] == ["DEVICE", "CONDITION"]
    assert device.reply.device_id in line
    assert "paper_out" in line
    (row,) = json.loads(run("list", "--json").output)
    assert row["printer"] == {"health": "fault", "code": "paper_out", "model": ""}
    assert row["last_heartbeat_at"] == "2026-11-23T03:00:00+00:00"


def test_suspend_and_resume(centre, run):
    device = centre.enrol()
    assert run("suspend", device.reply.device_id).exit_code == 0
    assert device.post(HEARTBEAT_PATH, heartbeat()).get_json()["code"] == "device_suspended"
    assert run("suspend", "--resume", device.reply.device_id).exit_code == 0
    assert device.post(HEARTBEAT_PATH, heartbeat()).status_code == 200
    assert run("suspend", "dev_x").exit_code == 1


def test_agencies_lists_the_seed(run):
    assert "53185" in run("agencies").output


def test_user_add(centre, run):
    added = run("user", "add", "A@B.example", "--password-stdin", group=cli.centre, input="long enough password\n")
    assert (added.exit_code, added.output) == (0, "a@b.example may log in: fleet_admin\n")
    again = run("user", "add", "a@b.example", "--password-stdin", group=cli.centre, input="long enough password\n")
    assert again.exit_code == 1
    assert "there is an account" in again.stderr
    replaced = run("user", "add", "a@b.example", "--password-stdin", "--replace", group=cli.centre, input="x" * 12)
    assert replaced.output == "a@b.example has a new password\n"


def test_a_wrong_setting_is_one_line(centre):
    result = CliRunner(env={"BAIDIAO_CENTRE_HEARTBEAT_INTERVAL_S": "often"}).invoke(cli.fleet, ["list"])
    assert result.exit_code == 1
    assert result.stderr == "Error: BAIDIAO_CENTRE_HEARTBEAT_INTERVAL_S: not a whole number\n"
