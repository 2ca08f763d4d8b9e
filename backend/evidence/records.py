"""Reads any leaf of the log: a decision, an extract that an officer made, a slip taken back. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from backend.evidence.acts import ActKind
from backend.evidence.errors import LeafError
from backend.evidence.leaf import DecisionLeaf, parse_leaf

_TIMES: Final[Mapping[str, str]] = {
    "extract": "made_at",
    "slip_revocation": "revoked_at",
    **dict.fromkeys(ActKind, "at"),
}
"""The kinds of leaves beside decisions, which name none, and where each has its time."""
_NAMES_SUBJECT: Final = 2
_VERSIONS: Final[Mapping[str, set[int]]] = {"extract": {1, _NAMES_SUBJECT}}
"""Of extracts, the second says whom they are about; of all others there is the first only."""


@dataclass(frozen=True, slots=True)
class Record:
    """What every leaf has.

    Attributes:
        at: When what it records happened, aware.
        identity: Differs from every other record's: a device's question is decided once for each service, a reference
            is given once.
        decision: The decision, when it is one.
        told: What any other leaf says.
    """

    at: datetime
    identity: str
    decision: DecisionLeaf | None
    told: Mapping[str, Any] = field(default_factory=dict)

    @property
    def pseudonym(self) -> str | None:
        """Whom it is about; None when about nobody."""
        return self.decision.pseudonym if self.decision else self.told.get("pseudonym")

    @property
    def agency_id(self) -> str | None:
        """Who asked; None when no agency did."""
        return self.decision.agency_id if self.decision else self.told.get("agency_id")


def parse_record(content: bytes) -> Record:
    """Read a leaf.

    Raises:
        LeafError: Of no kind known, of another version, or not in canonical form.
    """
    if b'"kind":' in content:  # in decisions nothing is called so; most leaves are spared a second reading
        try:
            told = json.loads(content)
        except ValueError as error:
            raise LeafError("not JSON") from error
        if isinstance(told, dict) and "kind" in told:
            return _parse_other(told, content)
    leaf = parse_leaf(content)
    return Record(leaf.decided_at, write_identity(leaf.device_id, leaf.question_hash, leaf.service), leaf)


def write_identity(device_id: str, question_hash: str, service: str) -> str:
    """Return a decision's identity."""
    return f"decision\n{device_id}\n{question_hash}\n{service}"


def _parse_other(told: Mapping[str, Any], content: bytes) -> Record:
    kind, reference = told["kind"], told.get("reference")
    if kind not in _TIMES or told.get("version") not in _VERSIONS.get(kind, {1}) or not isinstance(reference, str):
        raise LeafError("of no kind known")
    if kind == "extract" and ("pseudonym" in told and "key" in told) is not (told["version"] == _NAMES_SUBJECT):
        raise LeafError("of another version")
    if json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() != content:
        raise LeafError("not in canonical form")
    try:
        at = datetime.fromisoformat(told[_TIMES[kind]])
    except (KeyError, TypeError, ValueError) as error:
        raise LeafError("without its time") from error
    if at.tzinfo is None:
        raise LeafError("without its time")
    return Record(at, f"{kind}\n{reference}", None, told)
