"""What the log says about a decision: who decided what by which rule, and never what the agencies said.

Encoded as canonical JSON (keys sorted, no spaces, UTF-8; all numbers are integers), so that anyone can hash it again.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from hmac import new as new_hmac
from typing import Final, Literal, Self

from pydantic import AwareDatetime, ValidationError, model_validator

from backend.evidence.errors import LeafError
from contracts.citizen_number import CitizenNumber
from contracts.decision import AgencyId, AskState, NotKnownCause, Outcome, RuleVersion, ServiceId, SourceOutcome
from contracts.message import Message

VERSION: Final = 2
"""Of leaves written now. Those of version 1 lack what :data:`_SINCE_2` names, and are read for ever."""
_SINCE_2: Final = ("purpose", "reference", "reasons")
_PSEUDONYM: Final = b"baidiao/pseudonym/1\x00"
_QUESTION: Final = b"baidiao/question/1\x00"


class LeafSource(Message):
    """Whether one agency answered."""

    agency_id: AgencyId
    state: AskState
    cause: NotKnownCause | None = None


class DecisionLeaf(Message):
    """One decision as the log keeps it.

    Attributes:
        version: Of this form.
        decided_at: UTC.
        service: Which service.
        outcome: The answer.
        rule: The table's version.
        device_id: The asking device.
        agency_id: The agency the device asks for.
        pseudonym: Keyed hash of the citizen's number, hexadecimal.
        sources: Agencies asked and whether they answered.
        question_hash: Keyed hash of the question, hexadecimal: ties the leaf to the device's signed request.
        purpose: What the question was asked for. Since version 2, as are the two that follow; None before.
        reference: Printed on the slip.
        reasons: Codes, in the answer's order.
    """

    version: Literal[1, 2] = VERSION
    decided_at: AwareDatetime
    service: ServiceId
    outcome: Outcome
    rule: RuleVersion
    device_id: str
    agency_id: str
    pseudonym: str
    sources: tuple[LeafSource, ...]
    question_hash: str
    purpose: str | None = None
    reference: str | None = None
    reasons: tuple[str, ...] | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if any((getattr(self, name) is None) is not (self.version == 1) for name in _SINCE_2):
            raise ValueError("fields of another version")
        return self


@dataclass(frozen=True, slots=True, repr=False)
class Pseudonymiser:
    """Hashes under the centre's secret key: the numbers are few enough to try them all against an unkeyed hash.

    Attributes:
        key: At least 32 random bytes.
    """

    key: bytes

    def number(self, number: CitizenNumber) -> str:
        """Return the person's pseudonym: HMAC-SHA-256, 64 hexadecimal digits."""
        return new_hmac(self.key, _PSEUDONYM + number.digits.encode("ascii"), sha256).hexdigest()

    def question(self, body: bytes) -> str:
        """Return the keyed hash of a question's body, 64 hexadecimal digits."""
        return new_hmac(self.key, _QUESTION + body, sha256).hexdigest()


def leaf_sources(sources: tuple[SourceOutcome, ...]) -> tuple[LeafSource, ...]:
    """Return the sources as a leaf keeps them, by agency id, without names."""
    kept = [LeafSource(agency_id=one.agency_id, state=one.state, cause=one.cause) for one in sources]
    return tuple(sorted(kept, key=lambda source: source.agency_id))


def encode_leaf(leaf: DecisionLeaf) -> bytes:
    """Return the leaf's canonical bytes."""
    content = leaf.model_dump(mode="json", exclude=set(_SINCE_2) if leaf.version == 1 else None)
    content["decided_at"] = _utc_text(leaf.decided_at)
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8")


def parse_leaf(content: bytes) -> DecisionLeaf:
    """Read a leaf.

    Raises:
        LeafError: Not a leaf of a version known here, or not in canonical form.
    """
    try:
        leaf = DecisionLeaf.model_validate_json(content)
    except ValidationError as error:
        raise LeafError("not a decision's leaf") from error
    if encode_leaf(leaf) != content:
        raise LeafError("not in canonical form")
    return leaf


def _utc_text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
