"""``baidiao slip verify --online`` against a real centre: its exit codes and words."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from backend.evidence.keys import load_or_create_keys
from backend.evidence.slips import SlipSigner, slip_key_id
from contracts.slip_messages import PROOF_PATH
from printer.cli import slip
from tests.support.evidence_logs import make_log_with
from tests.support.serving import serving
from tests.support.slip_proofs import WITNESS, claims_at, make_record
from tests.support.slip_tokens import ISSUER


@pytest.fixture
def address(whole):
    with serving(whole.app) as url:
        yield url


@pytest.fixture
def signer(whole):
    key = load_or_create_keys(whole.settings.keys_dir).slip
    return SlipSigner(key, slip_key_id(key.public_key()), ISSUER)


@pytest.fixture
def log_key(whole):
    log = make_log_with(whole.store, load_or_create_keys(whole.settings.keys_dir).checkpoint)
    log.append_all([b"before", make_record()])
    log.close()
    return log.verifier_key


@pytest.fixture
def verify(signer, tmp_path):
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps(signer.key_set()))

    def run(claimed, *options):
        return CliRunner().invoke(slip, ["verify", "--text", signer.sign(claimed), "--keys", str(keys), *options])

    return run


def test_a_slip_in_the_log_is_told_so_in_both_languages(verify, address, log_key):
    done = verify(claims_at(1), "--online", address, "--log-key", log_key)
    assert done.exit_code == 0, done.output
    assert "ผลนี้อยู่ในบันทึกที่ศูนย์ลงนามแล้ว" in done.output
    assert "leaf 1 of 2" in done.output
    assert "--log-key" not in done.output


def test_keys_taken_from_the_centre_are_told(verify, address, log_key):
    done = verify(claims_at(1), "--online", address, "--json")
    assert done.exit_code == 0
    assert "--log-key pins them" in done.stderr
    assert json.loads(done.stdout)["log"]["leaves"] == [1]


def test_exit_codes(verify, address, log_key):
    pinned = ("--online", address, "--log-key", log_key)
    now = datetime.now(UTC).replace(microsecond=0)  # when the suite began, a promise may be broken by now
    assert verify(claims_at(7, issued_at=now, expires_at=now + timedelta(days=30)), *pinned).exit_code == 8
    contradicted = verify(claims_at(0), *pinned)
    assert contradicted.exit_code == 9
    assert "tell the auditor" in contradicted.output
    assert verify(claims_at(1), *pinned, "--witness-key", WITNESS.encode()).exit_code == 11
    assert verify(claims_at(1), "--online", address, "--log-key", WITNESS.encode()).exit_code == 9
    assert verify(claims_at(1), "--online", "http://127.0.0.1:9").exit_code == 10
    assert verify(claims_at(1), "--online", address + "/nowhere").exit_code == 10
    assert verify(claims_at(1), *pinned[:2], "--log-key", "rubbish").exit_code == 2


def test_who_shows_no_slip_learns_nothing(whole, log_key, signer):
    client = whole.client()
    assert client.post(PROOF_PATH, json={"token": "BD1:6BF"}).status_code == 404
    answer = client.post(PROOF_PATH, json={"token": signer.sign(claims_at(1))})
    assert [leaf["leaf_index"] for leaf in answer.get_json()["leaves"]] == [1]
    assert answer.headers["Cache-Control"] == "no-store"
