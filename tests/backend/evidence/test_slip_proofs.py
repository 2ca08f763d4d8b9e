"""What the log says of a slip: to whoever holds it, checked by nothing but keys."""

from datetime import timedelta

import pytest

from contracts.decision import Outcome
from contracts.signed_note import CheckpointError, parse_verifier
from contracts.slip_proof import LogState, LogTrust, judge_proof
from tests.support.evidence_logs import make_log, make_log_store
from tests.support.slip_proofs import AT_S, WITNESS, claims_at, cosigned, make_prover, make_record
from tests.support.slip_tokens import NOW


@pytest.fixture
def store(store_url):
    store = make_log_store(store_url)
    yield store
    store.close()


@pytest.fixture
def log(store):
    log = make_log(store)
    log.append_all([make_record(service=f"other_{n}") for n in range(41)])
    log.append(make_record())
    log.append(b"a later one")
    yield log
    log.close()


def test_a_slip_in_a_witnessed_checkpoint_is_witnessed(store, log):
    found = make_prover(store, log, cosigned(log.checkpoint())).judge(claims_at(41))
    assert (found.state, found.places, found.size) == (LogState.WITNESSED, (41,), 43)
    assert [(one.name, int(one.at.timestamp())) for one in found.cosigners] == [(WITNESS.name, AT_S)]


def test_a_slip_newer_than_the_witnessed_checkpoint_is_proven_by_the_newest(store, log):
    witnessed = cosigned(log.checkpoint())
    log.append(make_record())
    found = make_prover(store, log, witnessed).judge(claims_at(43))
    assert (found.state, found.size, found.cosigners) == (LogState.LOGGED, 44, ())


@pytest.mark.parametrize(("age", "state"), [(1, LogState.PROMISED), (11, LogState.MISSING)])
def test_a_slip_ahead_of_the_log_is_a_promise_for_some_minutes(store, log, age, state):
    prover = make_prover(store, log, now=NOW + timedelta(minutes=age))
    assert prover.judge(claims_at(43)).state is state


@pytest.mark.parametrize(
    "index", [pytest.param(40, id="another service"), pytest.param(42, id="no record of a decision")]
)
def test_a_record_that_says_something_else_contradicts_the_slip(store, log, index):
    assert make_prover(store, log).judge(claims_at(index)).state is LogState.CONTRADICTED


@pytest.mark.parametrize("changes", [{"reference": "2222-2222-22"}, {"outcome": Outcome.NOT_ELIGIBLE}])
def test_the_same_service_with_another_answer_contradicts_the_slip(store, log, changes):
    index = log.append(make_record(**changes)).index
    assert make_prover(store, log).judge(claims_at(index)).state is LogState.CONTRADICTED


def judged_with(store, log, change):
    """What an outsider finds when the centre's answer was changed."""
    proof = make_prover(store, log, cosigned(log.checkpoint())).prove(claims_at(41))
    trust = LogTrust(tuple(map(parse_verifier, log.verifier_keys)), (WITNESS,), 1)
    return judge_proof(claims_at(41), change(proof), trust, NOW)


def test_an_invented_record_or_path_is_found(store, log):
    def other_leaf(proof):
        leaf = proof.leaves[0].model_copy(update={"leaf": proof.leaves[0].leaf.replace("eligibility", "something")})
        return proof.model_copy(update={"leaves": (leaf,)})

    def other_path(proof):
        leaf = proof.leaves[0].model_copy(update={"hashes": proof.leaves[0].hashes[1:]})
        return proof.model_copy(update={"leaves": (leaf,)})

    for change in (other_leaf, other_path, lambda proof: proof.model_copy(update={"leaves": ()})):
        assert judged_with(store, log, change).state is LogState.CONTRADICTED
    assert judged_with(store, log, lambda proof: proof).state is LogState.WITNESSED


def test_a_checkpoint_the_log_did_not_sign_says_nothing(store, log):
    with pytest.raises(CheckpointError):
        judged_with(
            store,
            log,
            lambda proof: proof.model_copy(update={"checkpoint": proof.checkpoint.replace("\n43\n", "\n44\n")}),
        )


def test_a_cosignature_that_is_wrong_does_not_count(store, log):
    def forge(proof):
        return proof.model_copy(
            update={"checkpoint": log.checkpoint() + cosigned(make_other(store)).splitlines(keepends=True)[-1]}
        )

    def make_other(store):
        return log.checkpoint().replace("\n43\n", "\n42\n")

    assert judged_with(store, log, forge).state is LogState.LOGGED
