"""Every kind of leaf that the centre writes is read by the verifier, and nothing else is."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from backend.evidence.errors import LeafError, VerificationError
from backend.evidence.extracts import encode_extract
from backend.evidence.leaf import encode_leaf
from backend.evidence.merkle import tree_root
from backend.evidence.records import parse_record
from backend.evidence.revocations import encode_revocation
from backend.evidence.verification import Checkpoint, Entry, verify_log
from contracts.extract import ExtractNotice
from contracts.log_proof import leaf_hash
from contracts.slip_messages import Revocation
from tests.support.evidence_decisions import make_decision

AT = make_decision(0).decided_at
NOTICE = ExtractNotice(
    service="disability_allowance", source="disability_register", officer="officer 1", facts_hash="0" * 64
)


def extract(reference: str = "7K3M-9QXA-2T", at: datetime = AT) -> bytes:
    return encode_extract(NOTICE, reference, "dev_aaaabbbbccccdddd", "tuayang_municipality", at)


def revocation(reference: str = "7K3M-9QXA-2T", at: datetime = AT) -> bytes:
    return encode_revocation(Revocation(reference=reference, revoked_at=at, reason="wrong person"))


def check(*leaves: bytes) -> int:
    entries = [Entry(index, leaf_hash(leaf), leaf) for index, leaf in enumerate(leaves)]
    whole = Checkpoint("log.example", len(leaves), tree_root(list(leaves)))
    return list(verify_log(entries, [whole]))[-1]


def test_a_log_of_every_kind_is_whole():
    assert check(encode_leaf(make_decision(0)), extract(), revocation(), encode_leaf(make_decision(1))) == 4


def test_a_reference_given_twice_and_a_backdated_record_are_found():
    with pytest.raises(VerificationError) as twice:
        check(extract(), extract())
    assert (twice.value.kind, twice.value.index) == ("twice", 1)
    with pytest.raises(VerificationError) as late:
        check(encode_leaf(make_decision(0)), revocation(at=AT - timedelta(days=1)))
    assert (late.value.kind, late.value.index) == ("time", 1)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"null",
        b'{"kind":"rumour","reference":"7K3M-9QXA-2T","version":1}',
        extract().replace(b'"version":1', b'"version":2'),
        json.dumps(json.loads(extract()), indent=1).encode(),
        extract(at=datetime(2026, 11, 24)),  # noqa: DTZ001  (without a zone on purpose)
        revocation().replace(b'"reference"', b'"referense"'),
    ],
)
def test_what_is_of_no_kind_known_or_not_canonical_is_no_record(content):
    with pytest.raises(LeafError):
        parse_record(content)


def test_a_record_s_time_is_aware():
    assert parse_record(revocation()).at.astimezone(UTC) == AT
    assert parse_record(revocation()).decision is None
