"""Decisions on nobody, one a second, for logs that are looked at as a whole."""

from datetime import timedelta
from hashlib import sha256

from backend.evidence.leaf import DecisionLeaf, encode_leaf
from tests.support.evidence_logs import make_leaf


def make_decision(number: int) -> DecisionLeaf:
    """Return the ``number``-th decision: later than the one before, on another question."""
    first = make_leaf()
    asked = sha256(b"%d" % number).hexdigest()
    later = first.decided_at + timedelta(seconds=number)
    return first.model_copy(update={"decided_at": later, "question_hash": asked})


def make_decisions(count: int) -> list[bytes]:
    """Return so many decisions' leaves."""
    return [encode_leaf(make_decision(number)) for number in range(count)]
