"""Exports on disk and the commands that write and verify them."""

import json
import shutil
import tracemalloc
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.evidence.bundle import encode_bundle, parse_bundle
from backend.evidence.cli import evidence
from backend.evidence.errors import LeafError, VerificationError
from backend.evidence.key_files import read_pseudonymiser
from backend.evidence.keys import load_or_create_keys
from backend.evidence.leaf import encode_leaf
from backend.evidence.log import EvidenceLog
from backend.evidence.merkle import tree_root
from backend.evidence.repeats import disk_repeats
from backend.evidence.slips import SlipSigner, slip_key_id
from backend.evidence.verification import Entry, RepeatsInMemory, verify_log
from contracts.checkpoint import Checkpoint
from contracts.decision import Outcome
from contracts.log_proof import leaf_hash
from contracts.slip import SlipClaims, TokenDecision
from tests.support.evidence_decisions import make_decision, make_decisions
from tests.support.evidence_logs import ORIGIN, make_log_store

BODY = b'{"question":1}'
COUNT = 520


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_a_bundle_reads_back(leaves):
    assert list(parse_bundle(encode_bundle(leaves))) == leaves


def test_the_form_of_a_bundle_and_what_is_none():
    assert encode_bundle([b"ab", b""]) == b"\x00\x02ab\x00\x00"
    assert list(parse_bundle(encode_bundle([bytes(0xFFFF)]))) == [bytes(0xFFFF)]
    for broken in (b"\x00", b"\x00\x02a"):
        with pytest.raises(LeafError):
            list(parse_bundle(broken))
    with pytest.raises(LeafError):
        encode_bundle([bytes(0x10000)])


def entries_of(leaves):
    return [Entry(index, leaf_hash(leaf), leaf) for index, leaf in enumerate(leaves)]


def test_a_gap_a_short_log_and_what_is_no_leaf_are_told_apart():
    leaves = make_decisions(5)
    whole = Checkpoint(ORIGIN, 5, tree_root(leaves))
    for entries, kind, index in (
        (entries_of(leaves)[1:], "gap", 0),
        (entries_of(leaves)[:4], "too_short", 4),
        (entries_of([*leaves[:4], b"{}"]), "leaf", 4),
    ):
        with pytest.raises(VerificationError) as caught:
            list(verify_log(entries, [whole]))
        assert (caught.value.kind, caught.value.index) == (kind, index)
    assert list(verify_log(entries_of(leaves), [whole, Checkpoint(ORIGIN, 0, tree_root([]))])) == [1, 2, 3, 4, 5]


@pytest.fixture
def centre(tmp_path, monkeypatch):
    """A centre's log on disk: its keys, and a slip and a question that are in it."""
    monkeypatch.setenv("BAIDIAO_CENTRE_STATE_DIR", str(tmp_path))
    keys = load_or_create_keys(tmp_path / "keys")
    store = make_log_store(f"sqlite:///{tmp_path / 'centre.sqlite3'}")
    log = EvidenceLog(store, ORIGIN, keys.checkpoint)
    log.append_all(make_decisions(COUNT - 1))
    asked = make_decision(COUNT).model_copy(
        update={"question_hash": read_pseudonymiser(tmp_path / "keys" / "pseudonym.key").question(BODY)}
    )
    log.append(encode_leaf(asked))
    log.close()
    store.close()
    (tmp_path / "question").write_bytes(BODY)
    return tmp_path, keys, log.verifier_key


def run(*arguments):
    return CliRunner().invoke(evidence, [str(one) for one in arguments])


def verify(centre, *arguments):
    folder, _, key = centre
    return run("verify", folder / "export", "--key", key, *arguments)


def test_an_export_verifies_with_its_key_alone(centre):
    folder, _, key = centre
    done = run("export", folder / "export")
    assert done.exit_code == 0
    assert key in done.output
    assert len((folder / "export/tile/0/000").read_bytes()) == 256 * 32
    assert (folder / "export/tile/entries/002.p/8").exists()
    checked = verify(centre)
    assert (checked.exit_code, checked.stdout) == (0, "the log of 520 leaves is what was signed\n")


def test_a_range_holds_no_other_leaves_and_verifies(centre):
    folder, *_ = centre
    run("export", folder / "export", "--from", 300, "--to", 310)
    assert [file.name for file in (folder / "export/tile/entries").iterdir()] == ["001"]
    assert verify(centre, "--from", 300, "--to", 310).exit_code == 0
    lacking = verify(centre)
    assert lacking.exit_code == 1
    assert "lacks the leaf or tile at 0" in lacking.output


def test_a_damaged_export_and_another_key_are_refused(centre):
    folder, *_ = centre
    run("export", folder / "export")
    tile = folder / "export/tile/entries/001"
    tile.write_bytes(tile.read_bytes().replace(b"undecided", b"eligible!", 1))
    assert "leaf 256 is not the one whose hash is in the tree" in verify(centre).output
    other = EvidenceLog(None, ORIGIN, load_or_create_keys(folder / "other").checkpoint).verifier_key
    assert run("verify", folder / "export", "--key", other).exit_code == 1
    shutil.rmtree(folder / "export/tile/0")
    assert verify(centre).exit_code == 1


def test_a_kept_checkpoint_is_checked_too(centre):
    folder, *_ = centre
    run("export", folder / "export")
    assert verify(centre, "--checkpoint", folder / "export/checkpoint").exit_code == 0


def test_a_leaf_that_was_not_in_the_verified_range_is_held_against_the_tree_when_it_is_looked_up(centre):
    folder, keys, _ = centre
    run("export", folder / "export")
    token, key_set = slip(keys, Outcome.ELIGIBLE, 400)
    (folder / "keys.json").write_text(json.dumps(key_set))
    bundle = folder / "export/tile/entries/001"
    leaves = list(parse_bundle(bundle.read_bytes()))
    leaves[400 - 256] = leaves[400 - 256].replace(b"undecided", b"eligible")
    bundle.write_bytes(encode_bundle(leaves))
    told = verify(centre, "--from", 0, "--to", 10, "--slip", token, "--slip-keys", folder / "keys.json")
    assert told.exit_code == 1
    assert "leaf 400 is not the one whose hash is in the tree" in told.output


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 100), max_size=20))
def test_repetitions_are_found_on_disk_as_in_memory(numbers):
    memory = RepeatsInMemory()
    with disk_repeats() as disk:
        for index, number in enumerate(numbers):
            for repeats in (memory, disk):
                repeats.add(sha256(b"%d" % number).digest(), index)
        assert disk.find() == memory.find()


def test_what_is_kept_on_disk_is_not_kept_in_memory():
    count = 100_000
    tracemalloc.start()
    try:
        with disk_repeats() as disk:
            for index in range(count):
                disk.add(sha256(b"%d" % index).digest(), index)
            assert disk.find() is None
            disk.add(sha256(b"77").digest(), count)
            assert disk.find() == count
            peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 40 * count, "a set of them takes more than twice as much"


def slip(keys, outcome, index):
    signer = SlipSigner(keys.slip, slip_key_id(keys.slip.public_key()), ORIGIN)
    decision = TokenDecision(service="old_age_allowance", outcome=outcome, amount_baht=None, leaf_index=index)
    claims = SlipClaims(
        issuer=ORIGIN,
        reference="7K3M-9QXV-2A",
        issued_at=datetime(2026, 11, 23, 3, 0, tzinfo=UTC),
        expires_at=datetime(2026, 11, 24, 3, 0, tzinfo=UTC),
        holder_number="3-XXXX-XXXXX-45-7",
        holder_initials="บ.ส.",
        decisions=(decision,),
    )
    return signer.sign(claims), signer.key_set()


def test_a_slip_is_looked_up_and_one_the_log_contradicts_is_refused(centre):
    folder, keys, _ = centre
    run("export", folder / "export")
    for outcome, index, code in ((Outcome.UNDECIDED, 400, 0), (Outcome.ELIGIBLE, 400, 1), (Outcome.UNDECIDED, 520, 1)):
        token, key_set = slip(keys, outcome, index)
        (folder / "keys.json").write_text(json.dumps(key_set))
        assert verify(centre, "--slip", token, "--slip-keys", folder / "keys.json").exit_code == code
    token, _ = slip(load_or_create_keys(folder / "other"), Outcome.UNDECIDED, 400)
    assert verify(centre, "--slip", token, "--slip-keys", folder / "keys.json").exit_code == 1
    assert verify(centre, "--slip", token).exit_code == 2


def test_a_question_is_found_by_whoever_holds_the_key_and_no_other_question_is(centre):
    folder, *_ = centre
    run("export", folder / "export")
    key = ("--question-key", folder / "keys/pseudonym.key")
    assert "leaves 519" in verify(centre, "--question", folder / "question", *key).output
    (folder / "question").write_bytes(BODY + b" ")
    assert "no leaf is about this question" in verify(centre, "--question", folder / "question", *key).output
