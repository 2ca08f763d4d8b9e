"""The centre has its checkpoints cosigned, and publishes what enough witnesses stand by."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from backend.evidence.errors import WitnessError, WitnessListError
from backend.evidence.http import create_blueprint
from backend.evidence.lease import Lease
from backend.evidence.models import EvidenceHead, EvidenceLease, EvidenceWitness, EvidenceWitnessed
from backend.evidence.slips import SlipSigner
from backend.evidence.witness.http import create_witness_app
from backend.evidence.witness.judgement import Submitted
from backend.evidence.witness_client import ask_witness
from backend.evidence.witness_list import WitnessEntry, parse_witness_list
from backend.evidence.witnessing import DUTY, REFRESH, TERM, Witnessing
from contracts.checkpoint import open_checkpoint, parse_body
from contracts.signed_note import parse_note
from tests.support.evidence_logs import LOG_KEY, ORIGIN, make_log, make_log_store
from tests.support.evidence_witnesses import LOG_VERIFIER, WitnessHouse
from tests.support.serving import serving


@pytest.fixture
def store(store_url):
    store = make_log_store(store_url)
    tables = [model.__table__ for model in (EvidenceLease, EvidenceWitness, EvidenceWitnessed)]
    EvidenceHead.metadata.create_all(store.engine, tables=tables)
    yield store
    store.close()


@pytest.fixture
def log(store):
    log = make_log(store)
    log.append_all([b"leaf %d" % number for number in range(20)])
    yield log
    log.close()


@pytest.fixture
def house(tmp_path):
    house = WitnessHouse(tmp_path, ("w1", "w2", "w3"))
    yield house
    house.close()


def make_witnessing(store, log, house, quorum=2, holder="one"):
    lease = Lease(store, DUTY, holder, TERM)
    return Witnessing(store, log, house.policy(quorum), house.ask, lease, house.clock)


def published(witnessing, house):
    text = witnessing.checkpoint()
    assert house.policy(0).cosignatures(parse_note(text))
    return open_checkpoint(text, ORIGIN, LOG_KEY.public_key())


def test_a_cosigned_checkpoint_is_published_with_its_cosignatures(store, log, house):
    witnessing = make_witnessing(store, log, house, quorum=3)
    assert witnessing.checkpoint() is None
    assert witnessing.round()
    assert published(witnessing, house).size == 20
    assert [line.name for line in parse_note(witnessing.checkpoint()).signatures] == [ORIGIN, "w1", "w2", "w3"]
    log.append(b"more")
    assert witnessing.round()
    assert published(witnessing, house).size == 21


def test_without_a_quorum_the_older_checkpoint_stays(store, log, house):
    witnessing = make_witnessing(store, log, house, quorum=2)
    witnessing.round()
    log.append(b"more")
    house.silent |= {"w1", "w3"}
    assert not witnessing.round()
    assert published(witnessing, house).size == 20
    house.silent.clear()
    assert witnessing.round()
    assert published(witnessing, house).size == 21


def test_a_witness_that_missed_rounds_is_asked_again_from_where_it_stands(store, log, house):
    witnessing = make_witnessing(store, log, house, quorum=3)
    witnessing.round()
    with store.transaction() as session:  # as after the loss of this table
        session.execute(update(EvidenceWitness).values(size=5))
    log.append_all([b"a", b"b"])
    assert witnessing.round()
    assert published(witnessing, house).size == 22


def test_an_empty_log_and_one_at_rest_are_not_offered_until_the_cosignatures_grow_old(store, log, house):
    witnessing = make_witnessing(store, log, house)
    assert witnessing.round()
    assert not witnessing.round()
    house.clock.at += REFRESH
    assert witnessing.round()


def test_one_process_leads_and_another_takes_over_when_it_dies(store, log, house):
    one, other = (make_witnessing(store, log, house, holder=name) for name in ("one", "other"))
    assert one.round()
    log.append(b"more")
    assert not other.round()
    house.clock.at += TERM - timedelta(seconds=1)
    assert not other.round()
    house.clock.at += timedelta(seconds=1)
    assert other.round()
    assert not one.round()
    assert published(one, house).size == 21


def test_a_store_set_back_is_never_witnessed(store, log, house):
    make_witnessing(store, log, house).round()
    with store.transaction() as session:
        session.execute(update(EvidenceWitness).values(size=99))
    log.append(b"more")
    assert not make_witnessing(store, log, house, quorum=3).round()


def test_over_http_from_the_centre_to_the_public(store, log, house):
    name = "w1"
    app = create_witness_app(house.witnesses[name], house.verifier(name).encode(), house.clock)
    with serving(app) as url:
        policy = parse_witness_list(f"# ours\n\n{house.verifier(name).encode()} {url}/\n", 1)
        lease = Lease(store, DUTY, "one", TERM)
        witnessing = Witnessing(store, log, policy, ask_witness, lease, house.clock)
        assert witnessing.round()
        with pytest.raises(WitnessError) as caught:
            ask_witness(policy.witnesses[0], Submitted(3, (), parse_note(log.checkpoint())))
        assert caught.value.known_size == 20
    with pytest.raises(WitnessError, match="unreachable"):
        ask_witness(WitnessEntry(house.verifier(name), url), Submitted(0, (), parse_note(log.checkpoint())))
    app = Flask(__name__)
    app.register_blueprint(create_blueprint(log, SlipSigner(LOG_KEY, "kid", ORIGIN), witnessing.checkpoint))
    log.append(b"more")
    reply = app.test_client().get("/log/checkpoint")
    assert policy.is_met(parse_note(reply.text))
    assert parse_body(parse_note(reply.text).body).size == 20
    newest = app.test_client().get("/log/checkpoint/newest").text
    assert parse_body(parse_note(newest).body).size == 21
    assert app.test_client().get("/log/keys").text.split() == [log.verifier_key]


def test_another_keys_answer_is_no_cosignature(house, log):
    app = create_witness_app(house.witnesses["w1"], "", house.clock)
    with serving(app) as url, pytest.raises(WitnessError, match="bad_answer"):
        ask_witness(WitnessEntry(house.verifier("w2"), url), Submitted(0, (), parse_note(log.checkpoint())))


def test_lists_that_cannot_be_used(house):
    line = f"{house.verifier('w1').encode()} http://127.0.0.1:1\n"
    log_key = f"{LOG_VERIFIER.encode()} http://127.0.0.1:1\n"
    for text, quorum in ((line, 2), (line * 2, 1), ("x http://a\n", 0), (line.replace("http", "ftp"), 1), (log_key, 1)):
        with pytest.raises(WitnessListError):
            parse_witness_list(text, quorum)
    assert parse_witness_list(line, 1).quorum == 1
