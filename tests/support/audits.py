"""A log with entries that an auditor may look for, and the desk he looks at."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from backend.audit.building import build_audit
from backend.audit.desk import AuditDesk
from backend.audit.models import AuditPlace
from backend.evidence.acts import ActKind, encode_act
from backend.evidence.leaf import DecisionLeaf, encode_leaf
from backend.evidence.log import EvidenceLog
from backend.evidence.witness_list import WitnessEntry, WitnessPolicy
from backend.store import Store
from contracts.message import Words
from contracts.slip_reference import write_reference
from tests.support.evidence_logs import make_log_store, make_present_leaf
from tests.support.slip_proofs import WITNESS

FIRST_AT = datetime(2026, 11, 20, 16, 30, tzinfo=UTC)
TOWN, REGISTRY = "tuayang_municipality", "civil_registry"
NAMES = {
    TOWN: Words(th="เทศบาลตำบลตัวอย่าง", en="Municipality of Tuayang"),
    REGISTRY: Words(th="กรมการปกครอง", en="Department of Provincial Administration"),
}
SERVICES = {"old_age_allowance": Words(th="เบี้ยยังชีพผู้สูงอายุ", en="Old-age allowance")}


def make_audit_store(url: str) -> Store:
    store = make_log_store(url)
    AuditPlace.metadata.create_all(store.engine)
    return store


def decision(number: int, **changes: object) -> DecisionLeaf:
    """Return the ``number``-th decision: an hour after the one before."""
    leaf = make_present_leaf()
    own = {
        "decided_at": FIRST_AT + timedelta(hours=number),
        "reference": reference(number),
        "question_hash": f"{number:064x}",
    }
    return leaf.model_copy(update=own | changes)


def reference(number: int) -> str:
    return write_reference(((number + 31_415) << 20).to_bytes(7))


def fill(log: EvidenceLog, count: int, **changes: object) -> None:
    """Append so many decisions, and an act of the centre's own."""
    log.append_all([encode_leaf(decision(number, **changes)) for number in range(count)])
    log.append(encode_act(ActKind.KEY_ROTATED, "2222-2222-22", FIRST_AT + timedelta(days=30), key="0a1b2c3d"))


def make_desk(store: Store, log: EvidenceLog, find_witnessed: Callable[[], str | None] = lambda: None) -> AuditDesk:
    policy = WitnessPolicy((WitnessEntry(WITNESS, "http://w1.example"),), 1)
    return build_audit(store, log, policy, find_witnessed, lambda: NAMES, SERVICES)
