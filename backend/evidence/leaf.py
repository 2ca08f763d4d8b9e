"""What the log says about a decision: who decided what by which rule, and never what the agencies said.

Encoded as canonical JSON (keys sorted, no spaces, UTF-8; all numbers are integers), so that anyone can hash it again.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from hmac import digest as hmac_digest
from typing import Any, Final, Literal, Self

from pydantic import AwareDatetime, Field, ValidationError, model_validator

from backend.evidence.errors import LeafError
from contracts.citizen_number import CitizenNumber
from contracts.decision import (
    AgencyId,
    AskState,
    Decision,
    NotKnownCause,
    OfficerId,
    Outcome,
    RuleVersion,
    ServiceId,
    SourceOutcome,
)
from contracts.message import Message
from contracts.subject import SubjectKind

VERSION: Final = 3
"""Of leaves written now. Older ones lack what :data:`_SINCE` names for later versions, and are read for ever."""
_SINCE: Final[Mapping[str, int]] = {
    "purpose": 2,
    "reference": 2,
    "reasons": 2,
    "officer": 3,
    "mandates": 3,
    "key": 3,
    "answer_hash": 3,
}
_MAY_BE_NONE: Final = frozenset({"officer"})
_TIMES_SINCE: Final = 3
_TIMES: Final = ("out_ms", "in_ms")
_PSEUDONYM: Final = b"baidiao/pseudonym/1\x00"
_KINDS_SIGNS: Final = {SubjectKind.PERSON: b"", SubjectKind.PUPIL: b"", SubjectKind.COMPANY: b"juristic/"}
"""What stands before a number: nothing before a person's, as ever; a G code tells itself by its letter."""
_QUESTION: Final = b"baidiao/question/1\x00"
_KEY_ID: Final = b"baidiao/key/1\x00"
_QUESTION_SALT: Final = b"baidiao/salt/question/1\x00"
_ANSWER_SALT: Final = b"baidiao/salt/answer/1\x00"
SALT_BYTES: Final = 16


class LeafSource(Message):
    """Whether one agency answered, and when.

    Attributes:
        out_ms: When it was asked, in milliseconds since the asking began; None when it was not, and before version 3.
        in_ms: When its answer came or was given up, likewise.
    """

    agency_id: AgencyId
    state: AskState
    cause: NotKnownCause | None = None
    out_ms: int | None = Field(default=None, ge=0)
    in_ms: int | None = Field(default=None, ge=0)


class LeafMandate(Message):
    """A mandate that permitted the question.

    Attributes:
        id: Of the mandate at the centre.
        version: Its first day, ``YYYY-MM-DD``.
    """

    id: int
    version: str


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
        question_hash: Salted hash of the question, hexadecimal: ties the leaf to the device's signed request. Keyed
            before version 3.
        purpose: What the question was asked for. Since version 2, as are the two that follow; None before.
        reference: Printed on the slip.
        reasons: Codes, in the answer's order.
        officer: The asking officer's number at his agency; None when the citizen asked. Since version 3, as are those
            that follow.
        mandates: What permitted the question.
        key: Id of the key of pseudonym and salts.
        answer_hash: Salted hash of the decision as it was handed out, hexadecimal.
    """

    version: Literal[1, 2, 3] = VERSION
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
    officer: OfficerId | None = None
    mandates: tuple[LeafMandate, ...] | None = None
    key: str | None = None
    answer_hash: str | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        for name, since in _SINCE.items():
            missing = getattr(self, name) is None
            if missing and self.version >= since and name not in _MAY_BE_NONE:
                raise ValueError("a field of this version is missing")
            if not missing and self.version < since:
                raise ValueError("fields of another version")
        return self


_NAMES: Final = sorted(DecisionLeaf.model_fields)
_write: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True, repr=False)
class Pseudonymiser:
    """Hashes under a secret key of the centre: the numbers are few enough to try them all against an unkeyed hash.

    Salts are derived from the key, so that none need be kept: whoever has the key can hand out the salt of one question
    or answer, and once the key is destroyed nobody can.

    Attributes:
        key: At least 32 random bytes.
        id: Names the key in leaves, 8 hexadecimal digits; follows from it.
    """

    key: bytes
    id: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", sha256(_KEY_ID + self.key).hexdigest()[:8])

    def number(self, number: CitizenNumber) -> str:
        """Return the person's pseudonym: HMAC-SHA-256, 64 hexadecimal digits."""
        return self._keyed(_PSEUDONYM + number.digits.encode("ascii")).hex()

    def subject(self, kind: SubjectKind, number: str) -> str:
        """Return the pseudonym of any subject. A company's digits may be some person's too: here they differ."""
        sign = _KINDS_SIGNS[kind]
        return self._keyed(_PSEUDONYM + sign + number.encode("ascii")).hex()

    def old_question(self, body: bytes) -> str:
        """Return the hash of a question's body as leaves before version 3 have it, 64 hexadecimal digits."""
        return self._keyed(_QUESTION + body).hex()

    def question(self, body: bytes) -> str:
        """Return the salted hash of a question's body, 64 hexadecimal digits."""
        return salted_hash(self.question_salt(body), body)

    def question_salt(self, body: bytes) -> bytes:
        """Return the salt that a question's body is hashed with."""
        return self._keyed(_QUESTION_SALT + sha256(body).digest())[:SALT_BYTES]

    def answer_salt(self, reference: str, service: str) -> bytes:
        """Return the salt that one decision of an answer is hashed with."""
        return self._keyed(_ANSWER_SALT + f"{reference}\x00{service}".encode())[:SALT_BYTES]

    def _keyed(self, content: bytes) -> bytes:
        return hmac_digest(self.key, content, "sha256")


def salted_hash(salt: bytes, content: bytes) -> str:
    """Return SHA-256 of salt and content, hexadecimal."""
    return sha256(salt + content).hexdigest()


def encode_told(reference: str, decision: Decision) -> bytes:
    """Return the bytes of a decision that ``answer_hash`` is of: canonical JSON, without its place in the log."""
    told = {"reference": reference, "decision": decision.model_dump(mode="json", exclude={"leaf"})}
    return _canonical(told)


def leaf_sources(
    sources: tuple[SourceOutcome, ...], times: Mapping[str, tuple[int, int]] | None = None
) -> tuple[LeafSource, ...]:
    """Return the sources as a leaf keeps them, by agency id, without names.

    Args:
        sources: Who was asked.
        times: Agency id → when it was asked and when its answer came, in milliseconds since the asking began.
    """
    known = times or {}
    kept = []
    for one in sources:
        out_ms, in_ms = known.get(one.agency_id, (None, None))
        kept.append(LeafSource(agency_id=one.agency_id, state=one.state, cause=one.cause, out_ms=out_ms, in_ms=in_ms))
    return tuple(sorted(kept, key=lambda source: source.agency_id))


def encode_leaf(leaf: DecisionLeaf) -> bytes:
    """Return the leaf's canonical bytes."""
    later = {name for name, since in _SINCE.items() if since > leaf.version}
    content = leaf.model_dump(mode="json", exclude=later or None)
    if leaf.version < _TIMES_SINCE:
        content["sources"] = [_without_times(source) for source in content["sources"]]
    content["decided_at"] = _utc_text(leaf.decided_at)
    return _canonical(content)


class LeafWriter:
    """Writes the leaves of one question, in the present form: what they share is encoded once.

    Gives the same bytes as :func:`encode_leaf`, without building a leaf for each.

    Args:
        decided_at: Aware.
        sources: As :func:`leaf_sources` gives them.
        shared: Every other field that is the same in all of them, ready for JSON.
    """

    def __init__(self, decided_at: datetime, sources: tuple[LeafSource, ...], **shared: str | None) -> None:
        given: dict[str, Any] = {"version": VERSION, "decided_at": _utc_text(decided_at), **shared}
        given["sources"] = [source.model_dump(mode="json") for source in sources]
        self._shared = {name: _write(value) for name, value in given.items()}

    def write(self, rule: RuleVersion, mandates: Sequence[LeafMandate], **own: str | list[str]) -> bytes:
        """Return one leaf's bytes.

        Args:
            rule: The table's version.
            mandates: What permitted the question.
            own: The fields that neither the arguments above nor the shared ones name.
        """
        given: dict[str, Any] = {
            "rule": rule.model_dump(mode="json"),
            "mandates": [{"id": one.id, "version": one.version} for one in mandates],
            **own,
        }
        parts = self._shared | {name: _write(value) for name, value in given.items()}
        return ("{" + ",".join([f'"{name}":{parts[name]}' for name in _NAMES]) + "}").encode()


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


def _without_times(source: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in source.items() if name not in _TIMES}


def _canonical(content: Mapping[str, Any]) -> bytes:
    return _write(content).encode()
