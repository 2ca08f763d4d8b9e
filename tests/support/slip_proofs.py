"""A slip whose records really stand in a log, and the log's witness."""

from datetime import timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from backend.evidence.leaf import DecisionLeaf, encode_leaf
from backend.evidence.slip_proofs import SlipProver
from contracts.decision import Outcome
from contracts.signed_note import NoteVerifier, SignatureType, cosign_note, parse_note
from contracts.slip import TokenDecision
from tests.support.evidence_logs import make_present_leaf
from tests.support.slip_tokens import NOW, REFERENCE, claims

WITNESS_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32, 64)))
WITNESS = NoteVerifier("witness.example/w1", WITNESS_KEY.public_key(), SignatureType.COSIGNATURE)
AT_S = int(NOW.timestamp())


def make_record(**changes):
    """A decision on which the tests' slip was issued."""
    said = {"outcome": Outcome.ELIGIBLE, "reference": REFERENCE, "decided_at": NOW}
    return encode_leaf(DecisionLeaf.model_validate(make_present_leaf().model_dump() | said | changes))


def claims_at(index, **changes):
    decision = TokenDecision(service="old_age_allowance", outcome=Outcome.ELIGIBLE, amount_baht=700, leaf_index=index)
    return claims(**({"decisions": (decision,)} | changes))


def cosigned(checkpoint):
    """The checkpoint with the witness's line."""
    note = parse_note(checkpoint)
    return checkpoint + cosign_note(note.body, WITNESS.name, WITNESS_KEY, AT_S).line()


def make_prover(store, log, witnessed=None, now=NOW + timedelta(minutes=1)):
    return SlipProver(store, log, lambda: witnessed, (WITNESS,), 1, lambda: now)
