"""May this checkpoint be cosigned? Pure: what is known, what is asked, and the answer.

Source: C2SP tlog-witness, "add-checkpoint".
"""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from contracts.checkpoint import Checkpoint, parse_body
from contracts.log_proof import HASH_BYTES, ProofError, verify_consistency
from contracts.signed_note import CheckpointError, Note, NoteVerifier, decode_base64, parse_note

MOST_HASHES: Final = 63
"""Proof lines in one request at most (tlog-witness)."""
_OLD: Final = "old "


class Refusal(StrEnum):
    """Why a checkpoint is not cosigned."""

    FORM = "form"
    ORIGIN_UNKNOWN = "origin_unknown"
    SIGNATURE = "signature"
    OLD_SIZE_TOO_LARGE = "old_size_too_large"
    OLD_SIZE_STALE = "old_size_stale"
    OTHER_ROOT = "other_root"
    INCONSISTENT = "inconsistent"

    @property
    def shows_misbehaviour(self) -> bool:
        """Whether the log itself signed what cannot be true beside what it signed before."""
        return self in {Refusal.OTHER_ROOT, Refusal.INCONSISTENT}


@dataclass(frozen=True, slots=True)
class Submitted:
    """A checkpoint that someone would like cosigned.

    Attributes:
        old_size: The size it is said to grow from.
        proof: Consistency proof from there.
        note: The signed checkpoint.
    """

    old_size: int
    proof: tuple[bytes, ...]
    note: Note

    def encode(self) -> str:
        """Return the body of an ``add-checkpoint`` request."""
        hashes = "".join(f"{b64encode(one).decode('ascii')}\n" for one in self.proof)
        return f"{_OLD}{self.old_size}\n{hashes}\n{self.note.encode()}"


@dataclass(frozen=True, slots=True)
class Known:
    """The largest checkpoint this witness has cosigned of a log. A log never seen is of size 0."""

    size: int = 0
    root: bytes = b""


@dataclass(frozen=True, slots=True)
class Refused:
    """No cosignature.

    Attributes:
        reason: Why.
        known_size: The size this witness stands at, for whoever would send the right proof.
    """

    reason: Refusal
    known_size: int = 0


def parse_submission(text: str) -> Submitted:
    """Read an ``add-checkpoint`` body.

    Raises:
        CheckpointError: It is none.
    """
    head, divider, note = text.partition("\n\n")
    first, *hashes = head.split("\n")
    digits = first.removeprefix(_OLD)
    if not divider or not first.startswith(_OLD) or not _is_decimal(digits) or len(hashes) > MOST_HASHES:
        raise CheckpointError("form")
    proof = tuple(decode_base64(line) for line in hashes)
    if any(len(one) != HASH_BYTES for one in proof):
        raise CheckpointError("form")
    return Submitted(int(digits), proof, parse_note(note))


def judge(submitted: Submitted, keys: Sequence[NoteVerifier], known: Known) -> Checkpoint | Refused:
    """Return the checkpoint when it may be cosigned, else why not.

    Args:
        submitted: What came in.
        keys: The keys trusted for any log; a log's name is its keys' name.
        known: What this witness has cosigned of that log. It must still hold when the answer is written down.
    """
    try:
        point = parse_body(submitted.note.body)
    except CheckpointError:
        return Refused(Refusal.FORM)
    trusted = [key for key in keys if key.name == point.origin]
    if not trusted:
        return Refused(Refusal.ORIGIN_UNKNOWN)
    if not _is_signed(submitted.note, trusted):
        return Refused(Refusal.SIGNATURE)
    reason = _growth_refusal(submitted, point, known)
    return Refused(reason, known.size) if reason else point


def _growth_refusal(submitted: Submitted, point: Checkpoint, known: Known) -> Refusal | None:
    if submitted.old_size > point.size:
        return Refusal.OLD_SIZE_TOO_LARGE
    if submitted.old_size != known.size:
        return Refusal.OLD_SIZE_STALE
    if known.size == 0:
        return Refusal.INCONSISTENT if submitted.proof else None
    if point.size == known.size and point.root != known.root:
        return Refusal.OTHER_ROOT
    try:
        verify_consistency(known.size, point.size, known.root, point.root, submitted.proof)
    except ProofError:
        return Refusal.INCONSISTENT
    return None


def _is_signed(note: Note, keys: Sequence[NoteVerifier]) -> bool:
    try:
        return any(key.find_signature(note) for key in keys)
    except CheckpointError:
        return False


def _is_decimal(digits: str) -> bool:
    return digits.isascii() and digits.isdigit() and len(digits) <= 19 and str(int(digits)) == digits
