"""Puts the centre's side of witnessing together."""

import os
import secrets
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from backend.evidence.errors import WitnessListError
from backend.evidence.lease import Lease
from backend.evidence.log import EvidenceLog
from backend.evidence.slip_proofs import SlipProver
from backend.evidence.witness_client import ask_witness
from backend.evidence.witness_list import WitnessPolicy, parse_witness_list
from backend.evidence.witnessing import DUTY, TERM, Witnessing
from backend.store import Store


def load_witnesses(file: Path | None, quorum: int) -> WitnessPolicy | None:
    """Read the list of witnesses; None when the centre has none.

    Raises:
        WitnessListError: The file cannot be read or used.
    """
    if file is None:
        return None
    try:
        text = file.read_text("utf-8")
    except OSError as error:
        raise WitnessListError(f"{file} cannot be read") from error
    return parse_witness_list(text, quorum)


def build_witnessing(
    policy: WitnessPolicy | None, store: Store, log: EvidenceLog, now: Callable[[], datetime]
) -> Witnessing | None:
    """Build this process's part in witnessing; None when there is no policy."""
    if policy is None:
        return None
    lease = Lease(store, DUTY, f"{os.getpid()}-{secrets.token_hex(8)}", TERM)
    return Witnessing(store, log, policy, ask_witness, lease, now)


def build_prover(
    policy: WitnessPolicy | None,
    store: Store,
    log: EvidenceLog,
    witnessing: Witnessing | None,
    now: Callable[[], datetime],
) -> SlipProver:
    """Build the prover of slips: by witnessed checkpoints where there are witnesses."""
    keys = tuple(entry.verifier for entry in policy.witnesses) if policy else ()
    find_witnessed = witnessing.checkpoint if witnessing else lambda: None
    return SlipProver(store, log, find_witnessed, keys, policy.quorum if policy else 1, now)
