"""What a witness cosigns and what it refuses, in the core and over HTTP."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from backend.evidence.merkle import CompactRange, consistency_spans, span_hash, tree_root
from backend.evidence.witness.http import create_witness_app
from backend.evidence.witness.judgement import Known, Refusal, Refused, Submitted, judge, parse_submission
from backend.evidence.witness.record import Misbehaviour, Witness
from backend.store import Store
from contracts.checkpoint import Checkpoint, sign_checkpoint
from contracts.log_proof import leaf_hash
from contracts.signed_note import CheckpointError, Note, parse_note, parse_signatures
from tests.support.evidence_logs import LOG_KEY, ORIGIN
from tests.support.evidence_witnesses import LOG_VERIFIER, START, WitnessHouse

LEAVES = [b"leaf %d" % number for number in range(40)]
FORKED = [*LEAVES[:10], b"forged", *LEAVES[11:]]


def note_of(leaves, key=LOG_KEY, origin=ORIGIN):
    return parse_note(sign_checkpoint(Checkpoint(origin, len(leaves), tree_root(leaves)), key))


def submitted(old, leaves, of=None, **signed):
    tree = of or leaves
    nodes = {}
    grown = CompactRange()
    for leaf in tree:
        grown, completed = grown.append(leaf_hash(leaf))
        nodes |= {(node.height, node.index): node.hash for node in completed}
    spans = consistency_spans(old, len(tree)) if old else ()
    proof = tuple(span_hash(span, lambda height, index: nodes[height, index]) for span in spans)
    return Submitted(old, proof, note_of(leaves, **signed))


def known(size, leaves=LEAVES):
    return Known(size, tree_root(leaves[:size]))


@pytest.mark.parametrize("old", [0, 1, 7, 8, 31, 32, 39, 40])
def test_a_log_that_only_grew_is_cosigned(old):
    point = judge(submitted(old, LEAVES), [LOG_VERIFIER], known(old) if old else Known())
    assert (point.size, point.root) == (40, tree_root(LEAVES))


@pytest.mark.parametrize(
    ("wanted", "before", "reason"),
    [
        (submitted(0, LEAVES, key=Ed25519PrivateKey.from_private_bytes(bytes(32))), Known(), Refusal.SIGNATURE),
        (submitted(0, LEAVES, origin="other.example"), Known(), Refusal.ORIGIN_UNKNOWN),
        (Submitted(0, (), Note("no checkpoint\n", note_of(LEAVES).signatures)), Known(), Refusal.FORM),
        (Submitted(41, (), note_of(LEAVES)), known(40), Refusal.OLD_SIZE_TOO_LARGE),
        (submitted(20, LEAVES), known(30), Refusal.OLD_SIZE_STALE),
        (submitted(20, LEAVES), Known(), Refusal.OLD_SIZE_STALE),
        (Submitted(20, (), note_of(LEAVES[:20])), known(40), Refusal.OLD_SIZE_STALE),
        (Submitted(40, (), note_of(FORKED)), known(40), Refusal.OTHER_ROOT),
        (submitted(20, FORKED), known(20), Refusal.INCONSISTENT),
        (submitted(20, FORKED, of=LEAVES), known(20), Refusal.INCONSISTENT),
        (Submitted(20, (), note_of(LEAVES)), known(20), Refusal.INCONSISTENT),
        (Submitted(0, (bytes(32),), note_of(LEAVES)), Known(), Refusal.INCONSISTENT),
    ],
)
def test_everything_else_is_refused_with_its_reason(wanted, before, reason):
    verdict = judge(wanted, [LOG_VERIFIER], before)
    assert isinstance(verdict, Refused)
    assert verdict.reason is reason


def test_a_request_reads_back():
    wanted = submitted(20, LEAVES)
    assert wanted.encode().startswith("old 20\n")
    assert parse_submission(wanted.encode()) == wanted


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("old 20", "old 020"),
        lambda text: text.replace("old 20", "old -1"),
        lambda text: text.replace("old 20", "old  20"),
        lambda text: text.replace("old 20\n", ""),
        lambda text: text.replace("old 20\n", "old 20\nAAAA\n"),
        lambda text: text.replace("old 20\n", "old 20\n" + text.splitlines(keepends=True)[1] * 63),
        lambda text: text.replace("\n\n", "\n"),
        lambda text: "",
    ],
)
def test_what_is_no_request(change):
    with pytest.raises(CheckpointError):
        parse_submission(change(submitted(20, LEAVES).encode()))


@pytest.fixture
def house(tmp_path):
    house = WitnessHouse(tmp_path, ("w1",))
    yield house
    house.close()


@pytest.fixture
def client(house):
    return create_witness_app(house.witnesses["w1"], house.verifier("w1").encode(), house.clock).test_client()


def post(client, wanted):
    return client.post("/add-checkpoint", data=wanted.encode())


def test_over_http_a_good_checkpoint_is_cosigned(client, house):
    reply = post(client, submitted(0, LEAVES[:20]))
    assert reply.status_code == 200
    note = note_of(LEAVES[:20])
    assert house.verifier("w1").find_signature(Note(note.body, parse_signatures(reply.text)))
    assert post(client, submitted(20, LEAVES)).status_code == 200
    assert client.get("/verifier-key").text.strip() == house.verifier("w1").encode()


@pytest.mark.parametrize(
    ("wanted", "status", "said"),
    [
        (submitted(10, LEAVES), 409, "20\n"),
        (Submitted(20, (), note_of(FORKED[:20])), 409, "20\n"),
        (submitted(20, FORKED), 422, "inconsistent\n"),
        (Submitted(41, (), note_of(LEAVES)), 400, "old_size_too_large\n"),
        (submitted(0, LEAVES, origin="other.example"), 404, "origin_unknown\n"),
        (submitted(0, LEAVES, key=Ed25519PrivateKey.from_private_bytes(bytes(32))), 403, "signature\n"),
    ],
)
def test_refusals_have_the_specifications_status(client, wanted, status, said):
    assert post(client, submitted(0, LEAVES[:20])).status_code == 200
    reply = post(client, wanted)
    assert (reply.status_code, reply.text) == (status, said)
    assert (reply.content_type == "text/x.tlog.size") == (status == 409)


@pytest.mark.parametrize("body", [b"", b"\xff", b"old 0\n\nx\n"])
def test_nonsense_is_a_bad_request(client, body):
    assert client.post("/add-checkpoint", data=body).status_code == 400


def test_a_contradiction_is_kept_as_proof(house, client):
    post(client, submitted(0, LEAVES[:20]))
    post(client, submitted(20, FORKED))
    with house.stores["w1"].reading() as session:
        kept = session.scalars(select(Misbehaviour)).one()
    assert parse_note(kept.before) == note_of(LEAVES[:20])
    assert parse_submission(kept.submitted).note == note_of(FORKED)


def test_on_either_database_what_was_cosigned_is_remembered_and_never_forgotten(store_url):
    store, key = Store(store_url), LOG_KEY
    Witness(store, "w", key, [LOG_VERIFIER]).add_checkpoint(submitted(0, LEAVES), START)
    again = Witness(store, "w", key, [LOG_VERIFIER])
    refused = again.add_checkpoint(submitted(0, LEAVES[:20]), START)
    assert refused == Refused(Refusal.OLD_SIZE_STALE, 40)
    store.close()
