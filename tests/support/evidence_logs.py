"""A log over a fresh store, and decisions to put into it."""

from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from backend.evidence.leaf import DecisionLeaf, LeafSource
from backend.evidence.log import EvidenceLog
from backend.evidence.models import EvidenceHead, EvidenceLeaf, EvidenceMidNode, EvidenceNode, EvidenceTimestamp
from backend.store import Store
from contracts.decision import AskState, NotKnownCause, Outcome, RuleVersion

ORIGIN = "centre.baidiao.example"
LOG_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def make_log_store(url: str) -> Store:
    """Open a store and make the log's tables in it."""
    store = Store(url)
    tables = [
        model.__table__ for model in (EvidenceHead, EvidenceLeaf, EvidenceNode, EvidenceMidNode, EvidenceTimestamp)
    ]
    EvidenceHead.metadata.create_all(store.engine, tables=tables)
    return store


def make_log(store: Store) -> EvidenceLog:
    """Open a log under the tests' key."""
    return EvidenceLog(store, ORIGIN, LOG_KEY)


def make_log_with(store: Store, key: Ed25519PrivateKey) -> EvidenceLog:
    """Open a log under a key of one's own."""
    return EvidenceLog(store, ORIGIN, key)


def make_leaf() -> DecisionLeaf:
    """Return a decision on nobody, in the log's first form."""
    return DecisionLeaf(
        version=1,
        decided_at=datetime(2026, 11, 23, 3, 4, 5, tzinfo=UTC),
        service="old_age_allowance",
        outcome=Outcome.UNDECIDED,
        rule=RuleVersion(table="old_age_allowance", version="2560.1", effective_from="2016-10-01"),
        device_id="dev_0123456789abcdef",
        agency_id="civil_registry",
        pseudonym="ab" * 32,
        sources=(LeafSource(agency_id="revenue", state=AskState.NOT_KNOWN, cause=NotKnownCause.TIMEOUT),),
        question_hash="cd" * 32,
    )


def make_second_leaf() -> DecisionLeaf:
    """Return the same decision in the log's second form."""
    added = {"version": 2, "purpose": "eligibility", "reference": "7K3M-9QXV-2A", "reasons": ("income.not_known",)}
    return DecisionLeaf.model_validate(make_leaf().model_dump() | added)


def make_present_leaf() -> DecisionLeaf:
    """Return the same decision in the form that is written now."""
    times = {"out_ms": 0, "in_ms": 1500}
    added = {
        "version": 3,
        "officer": "no-17",
        "mandates": [{"id": 3, "version": "2017-01-01"}],
        "key": "0a1b2c3d",
        "answer_hash": "ef" * 32,
        "sources": [source.model_dump() | times for source in make_leaf().sources],
    }
    return DecisionLeaf.model_validate(make_second_leaf().model_dump() | added)
