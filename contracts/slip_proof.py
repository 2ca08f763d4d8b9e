"""Does the log say what a slip says? Decided from the centre's answer and the keys trusted alone. Pure.

The slip's signature says that the centre issued it. This says more: that the record stands in a log which the centre
cannot change without its witnesses seeing it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from contracts.checkpoint import Checkpoint, parse_body
from contracts.log_proof import ProofError, leaf_hash, verify_inclusion
from contracts.message import Words
from contracts.signed_note import CheckpointError, Note, NoteVerifier, cosigned_at_s, decode_base64, parse_note
from contracts.slip import SlipClaims, TokenDecision
from contracts.slip_messages import ProvenLeaf, SlipProof

PATIENCE: Final = timedelta(minutes=10)
"""How long a slip may be a promise: the log gives a record its place before the slip is printed."""


class LogState(StrEnum):
    """Where the slip's records stand."""

    WITNESSED = "witnessed"
    LOGGED = "logged"
    PROMISED = "promised"
    MISSING = "missing"
    CONTRADICTED = "contradicted"


STATE_WORDS: Final = {
    LogState.WITNESSED: Words(
        th="ผลนี้อยู่ในบันทึกที่แก้ย้อนหลังไม่ได้ และมีพยานลงนามรับรองแล้ว",
        en="This result stands in a log that cannot be changed afterwards, and witnesses have countersigned it.",
    ),
    LogState.LOGGED: Words(
        th="ผลนี้อยู่ในบันทึกที่ศูนย์ลงนามแล้ว ยังไม่มีพยานลงนามครบ",
        en="This result stands in the log that the centre signed. Not enough witnesses have countersigned it yet.",
    ),
    LogState.PROMISED: Words(
        th="ศูนย์ให้คำมั่นว่าผลนี้จะอยู่ในบันทึก โปรดตรวจอีกครั้งในอีกสักครู่",
        en="The centre has promised to put this result into its log. Please check again in a few minutes.",
    ),
    LogState.MISSING: Words(
        th="ผลนี้ไม่อยู่ในบันทึกทั้งที่ควรอยู่แล้ว โปรดเก็บใบนี้ไว้และแจ้งผู้ตรวจสอบ",
        en="This result should be in the log by now and is not. Please keep the slip and tell the auditor.",
    ),
    LogState.CONTRADICTED: Words(
        th="บันทึกไม่ตรงกับใบนี้ โปรดเก็บใบนี้ไว้และแจ้งผู้ตรวจสอบ",
        en="The log contradicts this slip. Please keep the slip and tell the auditor.",
    ),
}


@dataclass(frozen=True, slots=True)
class LogTrust:
    """Whom the verifier believes.

    Attributes:
        logs: The log's keys; one must have signed.
        witnesses: Witnesses' keys.
        quorum: How many of them must have cosigned for a result to be witnessed.
    """

    logs: tuple[NoteVerifier, ...]
    witnesses: tuple[NoteVerifier, ...] = ()
    quorum: int = 1


@dataclass(frozen=True, slots=True)
class Cosigner:
    """A witness whose cosignature is right.

    Attributes:
        name: As its key says.
        at: When it cosigned, UTC.
    """

    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class LogFinding:
    """What was found.

    Attributes:
        state: In one word.
        places: The slip's records, zero-based.
        size: Records in the checkpoint.
        cosigners: Witnesses whose cosignatures are right.
    """

    state: LogState
    places: tuple[int, ...]
    size: int
    cosigners: tuple[Cosigner, ...]

    @property
    def words(self) -> Words:
        """The finding for who holds the slip."""
        return STATE_WORDS[self.state]


def judge_proof(claims: SlipClaims, proof: SlipProof, trust: LogTrust, now: datetime) -> LogFinding:
    """Check the centre's answer about a slip whose signature is good.

    Args:
        claims: What the slip says.
        proof: The answer.
        trust: Whom to believe.
        now: Aware; a slip is not a promise for ever.

    Raises:
        CheckpointError: The checkpoint is none, or not signed by a key of the log's: nothing can be said.
    """
    note = parse_note(proof.checkpoint)
    point = parse_body(note.body)
    if not any(key.name == point.origin and key.find_signature(note) for key in trust.logs):
        raise CheckpointError("signature")
    cosigners = find_cosigners(note, trust.witnesses)
    state = _find_state(claims, proof, point, now)
    if state is LogState.LOGGED and len(cosigners) >= max(1, trust.quorum):
        state = LogState.WITNESSED
    return LogFinding(state, tuple(sorted(one.leaf_index for one in claims.decisions)), point.size, cosigners)


def _find_state(claims: SlipClaims, proof: SlipProof, point: Checkpoint, now: datetime) -> LogState:
    if any(one.leaf_index >= point.size for one in claims.decisions):
        return LogState.PROMISED if now - claims.issued_at <= PATIENCE else LogState.MISSING
    leaves = {leaf.leaf_index: leaf for leaf in proof.leaves}
    for decision in claims.decisions:
        leaf = leaves.get(decision.leaf_index)
        if leaf is None or not _holds(leaf, point) or not _says(leaf.leaf, decision, claims.reference):
            return LogState.CONTRADICTED
    return LogState.LOGGED


def _holds(leaf: ProvenLeaf, point: Checkpoint) -> bool:
    try:
        path = [decode_base64(one) for one in leaf.hashes]
        verify_inclusion(leaf.leaf_index, point.size, leaf_hash(leaf.leaf.encode()), path, point.root)
    except (ProofError, CheckpointError):
        return False
    return True


def _says(leaf: str, decision: TokenDecision, reference: str) -> bool:
    """Whether a record says what the slip says. Records of version 1 have no reference."""
    try:
        said = json.loads(leaf)
        return (said["service"], said["outcome"], said.get("reference") or reference) == (
            decision.service,
            decision.outcome.value,
            reference,
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return False


def find_cosigners(note: Note, witnesses: Sequence[NoteVerifier]) -> tuple[Cosigner, ...]:
    """Return the witnesses among these whose cosignatures under a checkpoint are right."""
    found = []
    for key in witnesses:
        try:
            signature = key.find_signature(note)
            at = datetime.fromtimestamp(cosigned_at_s(signature.value), UTC) if signature else None
        except (CheckpointError, OverflowError, ValueError, OSError):
            continue
        if at is not None:
            found.append(Cosigner(key.name, at))
    return tuple(found)
