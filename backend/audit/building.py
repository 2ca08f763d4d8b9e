"""Builds the room's parts over the log's."""

from collections.abc import Callable, Mapping

from backend.audit.desk import AuditDesk
from backend.audit.index import AuditIndex
from backend.audit.proving import EntryProver
from backend.evidence.log import EvidenceLog
from backend.evidence.witness_list import WitnessPolicy
from backend.store import Store
from contracts.message import Words


def build_audit(
    store: Store,
    log: EvidenceLog,
    policy: WitnessPolicy | None,
    find_witnessed: Callable[[], str | None],
    agencies: Callable[[], Mapping[str, Words]],
    services: Mapping[str, Words],
) -> AuditDesk:
    """Build the desk.

    Args:
        store: The log's.
        log: Whose entries.
        policy: Which witnesses are asked; None for none.
        find_witnessed: Gives the newest checkpoint they cosigned; None when there is none.
        agencies: Names by id.
        services: Names by id.
    """
    keys = tuple(entry.verifier for entry in policy.witnesses) if policy else ()
    prover = EntryProver(log, find_witnessed, keys, policy.quorum if policy else 1)
    return AuditDesk(AuditIndex(store), prover, agencies, services)
