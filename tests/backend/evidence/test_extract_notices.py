"""An officer's extract is logged before it is printed, and only where a law still wants paper."""

import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from backend.evidence.extracts import encode_extract, load_paper_laws
from backend.evidence.models import EvidenceLeaf
from contracts.extract import EXTRACT_PATH, ExtractNotice, ExtractReceipt, hash_facts
from tests.support.printer_extracts import FACTS

NOTICE = {
    "service": "disability_allowance",
    "source": "disability_register",
    "officer": "นางสาวสมหญิง ตัวอย่าง",
    "facts_hash": hash_facts(FACTS, bytes(16)),
}


def test_a_notice_is_logged_and_answered_with_a_receipt(whole):
    device = whole.enrol()
    answer = device.post(EXTRACT_PATH, NOTICE)
    assert answer.status_code == 201
    receipt = ExtractReceipt.model_validate(answer.get_json())
    assert receipt.law == load_paper_laws()["disability_allowance"]
    with whole.store.reading() as session:
        content = session.scalar(select(EvidenceLeaf.content).where(EvidenceLeaf.index == receipt.leaf.index))
    leaf = json.loads(content)
    assert (leaf["kind"], leaf["reference"], leaf["officer"]) == ("extract", receipt.reference, NOTICE["officer"])
    assert leaf["facts_hash"] == NOTICE["facts_hash"]
    assert "เคลื่อนไหว".encode() not in content


def test_where_no_law_wants_paper_nobody_makes_any(whole):
    refused = whole.enrol().post(EXTRACT_PATH, NOTICE | {"service": "old_age_allowance"})
    assert refused.get_json()["code"] == "mandate_missing"
    assert whole.client().get("/log/checkpoint").text.splitlines()[1] == "0"


@pytest.mark.parametrize("change", [{"officer": ""}, {"facts_hash": "x"}, {"service": "Disability"}])
def test_a_notice_that_does_not_fit_is_refused(whole, change):
    assert whole.enrol().post(EXTRACT_PATH, NOTICE | change).get_json()["code"] == "bad_request"


def test_a_stranger_is_refused(whole):
    assert whole.client().post(EXTRACT_PATH, json=NOTICE).get_json()["code"] == "signature_missing"


def test_the_hash_depends_on_every_fact_and_on_the_salt():
    assert hash_facts(FACTS, bytes(16)) != hash_facts(FACTS[:1], bytes(16))
    assert hash_facts(FACTS, bytes(16)) != hash_facts(FACTS, b"\x01" * 16)


def test_the_leaf_is_canonical():
    made_at = datetime(2026, 11, 24, 8, tzinfo=UTC)
    leaf = encode_extract(ExtractNotice.model_validate(NOTICE), "7K3M-Q9XA-2T", "dev_x", "agency", made_at)
    assert json.dumps(json.loads(leaf), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() == leaf
