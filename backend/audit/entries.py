"""From a leaf to what an auditor reads and exports. Pure."""

import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from backend.audit.index import NO_TIME, Filed
from backend.audit.proving import Seal, SignedTree

COLUMNS: Final = (
    "leaf",
    "at",
    "kind",
    "agency",
    "device",
    "officer",
    "service",
    "outcome",
    "purpose",
    "reference",
    "proof",
    "checkpoint_size",
    "cosigners",
    "leaf_hash",
)


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One entry, read as far as it can be.

    Attributes:
        filed: As found.
        seal: What checking it came to.
        told: What the leaf says; empty when it cannot be read.
    """

    filed: Filed
    seal: Seal
    told: Mapping[str, Any]

    @property
    def kind(self) -> str:
        """``decision``, or what the leaf calls itself; empty when it cannot be read."""
        return str(self.told.get("kind", "decision")) if self.told else ""

    @property
    def has_time(self) -> bool:
        """Whether the leaf says when."""
        return self.filed.at != NO_TIME

    def say(self, field: str) -> str:
        """Return what the leaf says in a field, as text; empty when it says nothing."""
        said = self.told.get(field)
        return said if isinstance(said, str) else ""


def read_entry(filed: Filed, seal: Seal) -> AuditEntry:
    """Read an entry."""
    try:
        told = json.loads(filed.content or b"")
    except ValueError:
        told = None
    return AuditEntry(filed, seal, told if isinstance(told, dict) else {})


def entry_row(entry: AuditEntry) -> dict[str, object]:
    """Return an entry as a line of a table, by ``COLUMNS``."""
    tree, hashed = entry.seal.tree, entry.seal.hash
    return {
        "leaf": entry.filed.index,
        "at": entry.filed.at.isoformat() if entry.has_time else "",
        "kind": entry.kind,
        "agency": entry.filed.agency_id or "",
        "device": entry.filed.device_id or "",
        "officer": entry.say("officer"),
        "service": entry.say("service"),
        "outcome": entry.say("outcome"),
        "purpose": entry.say("purpose"),
        "reference": entry.filed.reference or "",
        "proof": entry.seal.state.value,
        "checkpoint_size": tree.point.size,
        "cosigners": " ".join(one.name for one in tree.cosigners),
        "leaf_hash": hashed.hex() if hashed else "",
    }


def entry_proof(entry: AuditEntry) -> dict[str, object]:
    """Return an entry with all that another needs to check it: leaf and path; the checkpoint is beside it."""
    content = entry.filed.content
    return {
        "leaf_index": entry.filed.index,
        "tree_size": entry.seal.tree.point.size,
        "proof": entry.seal.state.value,
        "leaf": content.decode("utf-8", "replace") if content is not None else None,
        "hashes": [b64encode(one).decode("ascii") for one in entry.seal.path],
    }


def checkpoint_notes(*trees: SignedTree | None) -> dict[str, str]:
    """Return checkpoints' notes by size, as text: what entries' ``tree_size`` refers to."""
    return {str(tree.point.size): tree.note for tree in trees if tree is not None}
