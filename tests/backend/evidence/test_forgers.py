"""Forgers with the database in their hands, and the log's own key: each is found, by the verifier or by a witness."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, update

from backend.evidence.auditing import Trust, verify_export
from backend.evidence.errors import VerificationError, WitnessError
from backend.evidence.export import LeafRange, write_export
from backend.evidence.leaf import encode_leaf
from backend.evidence.merkle import CompactRange
from backend.evidence.models import EvidenceHead, EvidenceLeaf, EvidenceMidNode, EvidenceNode
from backend.evidence.witness.judgement import Submitted
from contracts.checkpoint import parse_body
from contracts.decision import Outcome
from contracts.log_proof import leaf_hash
from contracts.signed_note import Note, parse_note
from tests.support.evidence_decisions import make_decision, make_decisions
from tests.support.evidence_logs import make_log, make_log_store
from tests.support.evidence_witnesses import LOG_VERIFIER, WitnessHouse

COUNT = 300
PLACE = 200


class Forger:
    """Somebody who may write to the database and holds the checkpoint key."""

    def __init__(self, store, log):
        self.store, self.log = store, log

    def change_content(self, index, content):
        with self.store.transaction() as session:
            session.execute(update(EvidenceLeaf).where(EvidenceLeaf.index == index).values(content=content))

    def rebuild(self, leaves):
        """Write another history, with every hash as it must be."""
        with self.store.transaction() as session:
            for model in (EvidenceLeaf, EvidenceNode, EvidenceMidNode, EvidenceHead):
                session.execute(delete(model))
        self.log.append_all(leaves)


@pytest.fixture
def scene(store_url, tmp_path):
    store = make_log_store(store_url)
    log = make_log(store)
    log.append_all(make_decisions(COUNT))
    house = WitnessHouse(tmp_path, ("w1",))
    scene = Scene(store, log, house, tmp_path)
    yield scene
    log.close()
    store.close()
    house.close()


class Scene:
    def __init__(self, store, log, house, folder):
        self.store, self.log, self.house, self.folder = store, log, house, folder
        self.forger = Forger(store, log)
        self.kept = log.checkpoint()  # what a citizen's or an auditor's copy says
        self.witness(0)

    def witness(self, old):
        """Have the present checkpoint cosigned."""
        note = parse_note(self.log.checkpoint())
        size = parse_body(note.body).size
        proof = self.log.consistency_proof(old, size) if 0 < old <= size else ()
        line = self.house.ask(self.house.policy(1).witnesses[0], Submitted(old, proof, note))
        return Note(note.body, (*note.signatures, line)).encode()

    def verify(self, *, older=(), quorum=0, checkpoint=None):
        """Export and verify, as an auditor with the log's key; returns the finding."""
        export = self.folder / "export"
        for _ in write_export(self.store, checkpoint or self.log.checkpoint(), export, LeafRange()):
            pass
        trust = Trust((LOG_VERIFIER,), (self.house.verifier("w1"),), quorum)
        try:
            *_, last = verify_export(export, trust, older, LeafRange())
        except VerificationError as error:
            return error.kind, error.index
        return "sound", last

    def ask_witness(self):
        with pytest.raises(WitnessError) as caught:
            self.witness(COUNT)
        return caught.value.reason


def forged_leaf():
    """The decision at the forged place, the other way round."""
    return encode_leaf(make_decision(PLACE).model_copy(update={"outcome": Outcome.ELIGIBLE}))


def leaves_with(change):
    leaves = make_decisions(COUNT)
    change(leaves)
    return leaves


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
