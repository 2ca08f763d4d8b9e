"""Checkpoints timestamped by an outside authority: asked over HTTP, kept, exported, verified offline."""

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import select, update

from backend import bootstrap
from backend.errors import InstallationError
from backend.evidence.cli import evidence
from backend.evidence.errors import TimestampError
from backend.evidence.keys import load_or_create_keys
from backend.evidence.lease import Lease
from backend.evidence.log import EvidenceLog
from backend.evidence.models import EvidenceHead, EvidenceLease, EvidenceTimestamp
from backend.evidence.timestamp import CLOCKS_APART, Authority, check_clock, make_request, read_authority
from backend.evidence.timestamp_client import ask_authority
from backend.evidence.timestamping import DUTY, TERM, Timestamping
from backend.settings import read_settings
from contracts.checkpoint import parse_body
from contracts.signed_note import parse_note
from tests.support.evidence_authority import TimestampingHouse, authority_at, send, trickle, without_nonce
from tests.support.evidence_decisions import make_decisions
from tests.support.evidence_logs import ORIGIN, make_log_store


def utc_now():
    return datetime.now(UTC)


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    return TimestampingHouse(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def stranger(tmp_path_factory):
    return TimestampingHouse(tmp_path_factory.mktemp("stranger"))


@pytest.fixture
def authority(house):
    return read_authority(house.root.read_bytes())


@pytest.fixture
def centre(tmp_path, monkeypatch):
    monkeypatch.setenv("BAIDIAO_CENTRE_STATE_DIR", str(tmp_path))
    store = make_log_store(f"sqlite:///{tmp_path / 'centre.sqlite3'}")
    EvidenceHead.metadata.create_all(store.engine, tables=[EvidenceLease.__table__])
    log = EvidenceLog(store, ORIGIN, load_or_create_keys(tmp_path / "keys").checkpoint)
    log.append_all(make_decisions(300))
    yield store, log, tmp_path / "export"
    log.close()
    store.close()


def make_timestamping(store, log, authority, ask, now=utc_now, holder="one"):
    return Timestamping(store, log.checkpoint, authority, ask, Lease(store, DUTY, holder, TERM), now)


def stamped_sizes(store):
    with store.reading() as session:
        return list(session.scalars(select(EvidenceTimestamp.size).order_by(EvidenceTimestamp.size)))


def run(*arguments):
    return CliRunner().invoke(evidence, [str(one) for one in arguments])


def test_from_the_authority_into_an_export_that_verifies_offline(centre, house, authority):
    store, log, export = centre
    with authority_at(lambda handler, request: send(handler, house.stamp(request))) as url:
        timestamping = make_timestamping(store, log, authority, lambda request: ask_authority(url, request))
        assert timestamping.round()
        assert not timestamping.round(), "the same checkpoint is stamped once"
        log.append_all(make_decisions(310)[300:])
        assert timestamping.round()
    assert stamped_sizes(store) == [300, 310]
    log.append_all(make_decisions(320)[310:])
    assert run("export", export).exit_code == 0
    checked = run("verify", export, "--key", log.verifier_key, "--tsa-certificate", house.root)
    assert checked.exit_code == 0, checked.output
    assert "its first 310 leaves were there at " in checked.output
    for size in (300, 310):
        assert parse_body(parse_note((export / f"timestamp/{size}").read_text()).body).size == size
        assert house.openssl_verifies(export / f"timestamp/{size}", export / f"timestamp/{size}.tsr")


@pytest.fixture
def exported(centre, house, authority):
    store, log, export = centre
    timestamping = make_timestamping(store, log, authority, house.stamp)
    timestamping.round()
    log.append_all(make_decisions(310)[300:])
    timestamping.round()
    run("export", export)
    return log, export


def test_damaged_swapped_foreign_and_missing_timestamps_are_found(exported, house, stranger):
    log, export = exported

    def verify(root=house.root):
        return run("verify", export, "--key", log.verifier_key, "--tsa-certificate", root)

    assert verify().exit_code == 0
    assert "the timestamp of the first 300 leaves" in verify(stranger.root).output
    first, second = export / "timestamp/300.tsr", export / "timestamp/310.tsr"
    mine, other = first.read_bytes(), second.read_bytes()
    for damaged in (other, mine[:-1], b"", mine[:-2] + bytes([mine[-2] ^ 1]) + mine[-1:]):
        first.write_bytes(damaged)
        assert verify().exit_code == 1
    first.write_bytes(mine)
    (export / "timestamp/300").write_bytes((export / "timestamp/310").read_bytes())
    first.write_bytes(other)
    assert "the timestamp of the first 300 leaves" in verify().output, "one checkpoint in another's place"
    for file in (export / "timestamp").iterdir():
        file.unlink()
    assert "no timestamp lies beside the 310 leaves" in verify().output
    assert run("verify", export, "--key", log.verifier_key).exit_code == 0, "they are not wanted by everybody"


def test_a_history_rewritten_under_the_logs_own_key_contradicts_its_timestamp(exported, centre, house, tmp_path):
    log, _ = exported
    forged = make_log_store(f"sqlite:///{tmp_path / 'forged.sqlite3'}")
    forger = EvidenceLog(forged, ORIGIN, load_or_create_keys(tmp_path / "keys").checkpoint)
    forger.append_all([*make_decisions(9), *make_decisions(311)[10:]])
    forger.close()
    with forged.transaction() as session, centre[0].reading() as honest:
        for row in honest.scalars(select(EvidenceTimestamp)):
            session.merge(row)
    forged.close()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BAIDIAO_CENTRE_DATABASE_URL", f"sqlite:///{tmp_path / 'forged.sqlite3'}")
        run("export", tmp_path / "other")
    plain = run("verify", tmp_path / "other", "--key", log.verifier_key)
    assert plain.exit_code == 0, plain.output
    told = run("verify", tmp_path / "other", "--key", log.verifier_key, "--tsa-certificate", house.root)
    assert "the first 300 leaves do not give the root" in told.output


def test_leaves_dated_after_their_timestamp_are_found(centre, house, authority):
    store, log, export = centre
    ahead = utc_now() + timedelta(days=400)
    log.append_all([leaf.replace(b"2026-11", b"%d-11" % ahead.year) for leaf in make_decisions(310)[300:]])
    assert make_timestamping(store, log, authority, house.stamp).round()
    run("export", export)
    told = run("verify", export, "--key", log.verifier_key, "--tsa-certificate", house.root)
    assert "one of the first 310 leaves is dated after their timestamp" in told.output


def test_answers_that_do_not_count(house, stranger, authority):
    message = b"a checkpoint"
    request, nonce = make_request(message)
    assert abs(authority.check(house.stamp(request), message, nonce) - utc_now()) < timedelta(minutes=1)
    for reply, reason in (
        (house.stamp(make_request(message)[0]), "wrong_nonce"),
        (house.stamp(without_nonce(request)), "wrong_nonce"),
        (house.stamp_another(request), "wrong_nonce"),
        (stranger.stamp(request), "bad_answer"),
        (house.stamp(b"no request"), "bad_answer"),
        (b"", "bad_answer"),
        (b"<html>", "bad_answer"),
    ):
        with pytest.raises(TimestampError) as caught:
            authority.check(reply, message, nonce)
        assert caught.value.reason == reason
    with pytest.raises(TimestampError, match="over this checkpoint"):
        authority.check(house.stamp(request), b"another checkpoint", nonce)
    with pytest.raises(TimestampError):
        Authority(()).check(house.stamp(request), message, nonce)
    for apart in (CLOCKS_APART, -CLOCKS_APART):
        check_clock(utc_now() + apart * 0.9, utc_now())
        with pytest.raises(TimestampError, match="too far apart"):
            check_clock(utc_now() + apart * 1.1, utc_now())


def test_a_lying_authority_leaves_nothing_and_an_honest_one_is_asked_again(centre, house, stranger, authority):
    store, log, _ = centre
    for ask in (house.stamp_another, stranger.stamp, lambda _: b"\x30\x00"):
        assert not make_timestamping(store, log, authority, ask).round()
    assert not make_timestamping(store, log, authority, house.stamp, now=lambda: utc_now() - timedelta(days=1)).round()
    assert stamped_sizes(store) == []
    assert make_timestamping(store, log, authority, house.stamp).round()


def test_a_silent_authority_holds_up_no_leaf(centre, authority):
    store, log, _ = centre
    silence, reached = threading.Event(), threading.Event()

    def say_nothing(_handler, _request):
        reached.set()
        silence.wait(30)

    with authority_at(say_nothing) as url:
        timestamping = make_timestamping(store, log, authority, lambda request: ask_authority(url, request, 2.0))
        timestamping.start(0.01)
        assert reached.wait(5)
        log.append_all(make_decisions(310)[300:])
        assert log.size() == 310
        assert not silence.is_set()
        silence.set()
        timestamping.close()
    assert stamped_sizes(store) == []


@pytest.mark.parametrize("status", [302, 404, 500])
def test_what_is_no_answer(status):
    with (
        authority_at(lambda handler, _: send(handler, b"", status)) as url,
        pytest.raises(TimestampError, match="answer" if status == 500 else "no timestamp"),
    ):
        ask_authority(url, b"request")


def test_one_that_trickles_or_floods_or_is_gone():
    with authority_at(trickle) as url:
        began_s = time.monotonic()
        with pytest.raises(TimestampError, match="does not answer"):
            ask_authority(url, b"request", timeout_s=0.3)
        assert time.monotonic() - began_s < 30
    with (
        authority_at(lambda handler, _: send(handler, bytes(100_000))) as flood,
        pytest.raises(TimestampError, match="no timestamp"),
    ):
        ask_authority(flood, b"request")
    with pytest.raises(TimestampError, match="does not answer"):
        ask_authority(flood, b"request")


def test_one_process_asks_at_a_time(centre, house, authority):
    store, log, _ = centre
    assert make_timestamping(store, log, authority, house.stamp).round()
    log.append_all(make_decisions(310)[300:])
    other = make_timestamping(store, log, authority, house.stamp, holder="other")
    assert not other.round()
    with store.transaction() as session:
        session.execute(update(EvidenceLease).values(until_at=utc_now()))
    assert other.round()


def test_a_centre_with_an_authority_stamps_by_itself(tmp_path, house, logging_as_before):
    with authority_at(lambda handler, request: send(handler, house.stamp(request))) as url:
        given = {"STATE_DIR": tmp_path, "TSA_URL": url, "TSA_CERTIFICATE_FILE": house.root, "TSA_INTERVAL_S": 1}
        settings = read_settings({f"BAIDIAO_CENTRE_{name}": str(value) for name, value in given.items()})
        bootstrap.initialise(settings)
        services = bootstrap.build_services(settings)
        log = EvidenceLog(services.store, settings.log_origin, load_or_create_keys(settings.keys_dir).checkpoint)
        log.append_all(make_decisions(3))
        until_s = time.monotonic() + 15
        while not stamped_sizes(services.store) and time.monotonic() < until_s:
            time.sleep(0.1)
        log.close()
        assert stamped_sizes(services.store) == [3]
        services.close()


def test_an_authority_without_its_certificate_keeps_the_centre_from_starting(tmp_path, house):
    for file in (None, tmp_path / "none.pem", house.folder / "own.key"):
        given = {"STATE_DIR": tmp_path, "TSA_URL": "http://127.0.0.1:9/"} | (
            {"TSA_CERTIFICATE_FILE": file} if file else {}
        )
        settings = read_settings({f"BAIDIAO_CENTRE_{name}": str(value) for name, value in given.items()})
        with pytest.raises(InstallationError, match="certificates"):
            bootstrap.initialise(settings)
