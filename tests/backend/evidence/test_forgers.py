"""Forgers with the database in their hands, and the log's own key: each is found, by the verifier or by a witness."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from backend.evidence.errors import WitnessError
from backend.evidence.leaf import encode_leaf
from backend.evidence.merkle import CompactRange
from backend.evidence.models import EvidenceLeaf
from backend.evidence.witness.judgement import Submitted
from contracts.checkpoint import parse_body
from contracts.log_proof import leaf_hash
from contracts.signed_note import parse_note
from tests.support.evidence_decisions import make_decision, make_decisions
from tests.support.evidence_forgers import COUNT, PLACE, forged_leaf, leaves_with
from tests.support.evidence_logs import make_log, make_log_store


def test_an_honest_log_is_sound_for_verifier_and_witness(scene):
    assert scene.verify(older=[scene.kept]) == ("sound", COUNT)
    scene.log.append(encode_leaf(make_decision(COUNT)))
    witnessed = scene.witness(COUNT)
    assert scene.verify(older=[scene.kept], quorum=1, checkpoint=witnessed) == ("sound", COUNT + 1)


def test_a_changed_leaf_is_found_by_the_verifier(scene):
    scene.forger.change_content(PLACE, encode_leaf(make_decision(9_999)))
    assert scene.verify() == ("content", PLACE)


def test_a_changed_leaf_with_its_hash_is_found_by_the_verifier(scene):
    forged = forged_leaf()
    scene.forger.change_content(PLACE, forged)
    with scene.store.transaction() as session:
        changed = update(EvidenceLeaf).where(EvidenceLeaf.index == PLACE).values(hash=leaf_hash(forged))
        session.execute(changed)
    assert scene.verify() == ("root", COUNT)


@pytest.mark.parametrize(
    "change",
    [
        lambda leaves: leaves.__setitem__(
            PLACE, encode_leaf(make_decision(PLACE).model_copy(update={"device_id": "x"}))
        ),
        lambda leaves: (leaves.pop(PLACE), leaves.append(encode_leaf(make_decision(COUNT)))),
        lambda leaves: leaves.insert(10, leaves.pop(11)),
    ],
    ids=["changed", "dropped", "reordered"],
)
def test_another_history_with_all_its_hashes_is_found_by_the_witness_and_by_any_kept_checkpoint(scene, change):
    scene.forger.rebuild(leaves_with(change))
    assert scene.verify() == ("sound", COUNT)  # nobody alone can tell: hence witnesses
    assert scene.verify(older=[scene.kept]) == ("root", COUNT)
    assert scene.ask_witness() == "refused"
    assert scene.verify(quorum=1) == ("witnesses", COUNT)


def test_a_dropped_end_is_found_by_the_witness_and_by_any_kept_checkpoint(scene):
    scene.forger.rebuild(make_decisions(COUNT - 1))
    assert scene.ask_witness() == "refused"
    assert scene.verify(older=[scene.kept]) == ("too_short", COUNT - 1)


def test_a_fork_shown_to_some_is_found_when_a_checkpoint_is_compared(scene):
    fork = make_log_store(f"sqlite:///{scene.folder / 'fork.sqlite3'}")
    other = make_log(fork)
    other.append_all([*make_decisions(COUNT), encode_leaf(make_decision(7_000))])
    scene.log.append(encode_leaf(make_decision(COUNT)))
    scene.witness(COUNT)
    note = parse_note(other.checkpoint())
    with pytest.raises(WitnessError):
        scene.house.ask(scene.house.policy(1).witnesses[0], Submitted(COUNT + 1, (), note))
    assert scene.verify(older=[other.checkpoint()]) == ("root", COUNT + 1)
    other.close()
    fork.close()


def test_a_backdated_leaf_is_found_by_the_verifier(scene):
    earlier = make_decision(COUNT).model_copy(update={"decided_at": make_decision(0).decided_at})
    scene.log.append(encode_leaf(earlier))
    assert scene.verify() == ("time", COUNT)


def test_a_little_disorder_is_no_forgery(scene):
    late = make_decision(COUNT).model_copy(
        update={"decided_at": make_decision(COUNT - 1).decided_at - timedelta(seconds=119)}
    )
    scene.log.append(encode_leaf(late))
    assert scene.verify() == ("sound", COUNT + 1)


def test_a_replayed_leaf_is_found_by_the_verifier(scene):
    scene.log.append(make_decisions(COUNT)[-1])
    assert scene.verify() == ("twice", COUNT)


def test_an_older_checkpoint_shown_again_is_refused_by_the_witness(scene):
    scene.log.append(encode_leaf(make_decision(COUNT)))
    scene.witness(COUNT)
    tree = CompactRange()
    for leaf in make_decisions(COUNT):
        tree, _ = tree.append(leaf_hash(leaf))
    assert parse_body(parse_note(scene.kept).body).root == tree.root
    with pytest.raises(WitnessError):
        scene.house.ask(scene.house.policy(1).witnesses[0], Submitted(COUNT, (), parse_note(scene.kept)))
