"""Leaves of a log that has seen years of decisions: all different, a second's worth of the seed figure in a second."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import count

from backend.evidence.leaf import DecisionLeaf, LeafMandate, LeafSource, encode_leaf
from backend.evidence.records import parse_record
from contracts.decision import AskState, Outcome, RuleVersion

_BEGIN = datetime(2020, 1, 1, tzinfo=UTC)
_APART = timedelta(milliseconds=14)
_AGENCIES = ("civil_registry", "comptroller_general", "disability_register", "revenue", "treasury")
_MARKS = ("2020-01-01T00:00:00.000000Z", "a" * 64, "b" * 64, "c" * 64, "0000-0000-00")


def _template() -> bytes:
    """Return a leaf as the centre writes it, of which what differs is replaced."""
    moment, pseudonym, question, answer, reference = _MARKS
    leaf = DecisionLeaf(
        decided_at=datetime.fromisoformat(moment),
        service="old_age_allowance",
        outcome=Outcome.ELIGIBLE,
        rule=RuleVersion(table="old_age_allowance", version="2560.1", effective_from="2016-10-01"),
        device_id="dev_0123456789abcdef",
        agency_id="tuayang_municipality",
        pseudonym=pseudonym,
        question_hash=question,
        answer_hash=answer,
        reference=reference,
        purpose="eligibility",
        reasons=("age.old_enough", "pension.none"),
        mandates=(LeafMandate(id=3, version="2017-01-01"),),
        key="0a1b2c3d",
        sources=tuple(LeafSource(agency_id=one, state=AskState.ANSWERED, out_ms=1, in_ms=24) for one in _AGENCIES),
    )
    return encode_leaf(leaf)


def invent_leaves(start: int, end: int | None = None) -> Iterator[bytes]:
    """Make up the leaves of places ``start`` up to, not including, ``end``."""
    parts = _template().decode().replace("%", "%%")
    for mark, place in zip(_MARKS, ("moment", "pseudonym", "question", "answer", "reference"), strict=True):
        parts = parts.replace(mark, f"%({place})s")
    for number in count(start) if end is None else range(start, end):
        asked = sha256(b"%d" % number).hexdigest()
        at = (_BEGIN + _APART * number).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        digits = f"{number:010d}"
        yield (
            parts
            % {
                "moment": at,
                "pseudonym": asked[::-1],
                "question": asked,
                "answer": asked[32:] + asked[:32],
                "reference": f"{digits[:4]}-{digits[4:8]}-{digits[8:]}",
            }
        ).encode()


parse_record(next(invent_leaves(0)))  # a leaf that is none would measure nothing
