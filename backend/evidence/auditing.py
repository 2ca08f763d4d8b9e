"""Verifies an export on disk: checkpoints and cosignatures by the keys the verifier trusts, then every leaf."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import cbor2
from cwt import COSE, COSEKey, CWTError

from backend.evidence.errors import TimestampError, VerificationError
from backend.evidence.export import CHECKPOINT, LeafRange, read_export, read_leaves, read_stamps
from backend.evidence.leaf import DecisionLeaf, Pseudonymiser, encode_told, salted_hash
from backend.evidence.records import parse_record
from backend.evidence.repeats import disk_repeats
from backend.evidence.timestamp import Authority
from backend.evidence.verification import verify_log
from contracts.checkpoint import Checkpoint, parse_body
from contracts.decision import Answer
from contracts.signed_note import CheckpointError, Note, NoteVerifier, parse_note
from contracts.slip import SlipClaims, parse_claims, parse_token_text


@dataclass(frozen=True, slots=True)
class Trust:
    """Whom the verifier believes.

    Attributes:
        logs: The log's checkpoint keys; one must have signed.
        witnesses: Witnesses' keys.
        quorum: Cosignatures wanted of them.
        authority: Whose timestamps are wanted; None when none are.
    """

    logs: tuple[NoteVerifier, ...]
    witnesses: tuple[NoteVerifier, ...] = ()
    quorum: int = 0
    authority: Authority | None = None

    def open(self, text: str) -> tuple[Note, Checkpoint]:
        """Read a checkpoint that the log signed.

        Raises:
            CheckpointError: It is none.
        """
        note = parse_note(text)
        point = parse_body(note.body)
        if not any(key.name == point.origin and key.find_signature(note) for key in self.logs):
            raise CheckpointError("signature")
        return note, point


def verify_export(directory: Path, trust: Trust, older: Sequence[str], wanted: LeafRange) -> Iterator[int]:
    """Verify an export.

    Args:
        directory: The export.
        trust: Whom to believe.
        older: Checkpoints of this log that the verifier kept, as texts.
        wanted: Leaves whose contents are checked too.

    Yields:
        Leaves verified so far.

    Raises:
        VerificationError: The log is not what was signed.
        CheckpointError: A checkpoint is not signed by a key trusted.
    """
    note, point = read_checkpoint(directory, trust)
    if sum(1 for key in trust.witnesses if key.find_signature(note)) < trust.quorum:
        raise VerificationError("witnesses", point.size)
    stamps = list(read_timestamps(directory, point.size, trust))
    points = [point, *(trust.open(text)[1] for text in older), *(stamped for stamped, _ in stamps)]
    times = {stamped.size: at for stamped, at in stamps}
    with disk_repeats() as repeats:
        yield from verify_log(read_export(directory, point.size, wanted), points, times, repeats)


def read_timestamps(directory: Path, size: int, trust: Trust) -> Iterator[tuple[Checkpoint, datetime]]:
    """Read the checkpoints that the authority stamped, and when, all signatures checked; nothing without an authority.

    Raises:
        VerificationError: A timestamp is not the authority's or not of its checkpoint, or there is none at all.
        CheckpointError: A checkpoint is not signed by a key trusted.
    """
    if trust.authority is None:
        return
    found = False
    for stamp in read_stamps(directory, size):
        try:
            at = trust.authority.check(stamp.reply, stamp.note)
        except TimestampError as error:
            raise VerificationError("timestamp", stamp.size) from error
        point = trust.open(stamp.note.decode("utf-8"))[1]
        if point.size != stamp.size:
            raise VerificationError("timestamp", stamp.size)
        found = True
        yield point, at
    if not found:
        raise VerificationError("untimed", size)


def read_checkpoint(directory: Path, trust: Trust) -> tuple[Note, Checkpoint]:
    """Read an export's checkpoint, the log's signature checked."""
    try:
        text = (directory / CHECKPOINT).read_text("utf-8")
    except (FileNotFoundError, UnicodeDecodeError) as error:
        raise VerificationError("missing", 0) from error
    return trust.open(text)


def verify_slip(directory: Path, size: int, token: str, keys: Sequence[Mapping[str, object]]) -> SlipClaims:
    """Check that a slip is signed and that the leaves it names say what it says. The export must have been verified.

    Raises:
        VerificationError: It is not, or they do not.
    """
    claims = _open_slip(token, keys)
    wanted = {decision.leaf_index: decision for decision in claims.decisions}
    for index, decision in sorted(wanted.items()):
        leaf = _find_decision(directory, size, index)
        if leaf is None or (leaf.service, leaf.outcome) != (decision.service, decision.outcome):
            raise VerificationError("slip", index)
    return claims


def find_question(directory: Path, size: int, body: bytes, keys: Sequence[Pseudonymiser]) -> tuple[int, ...]:
    """Return the leaves that a question, byte for byte as the device signed it, was answered by.

    Args:
        directory: The export.
        size: The log's.
        body: The question.
        keys: Of the periods in which it may have been asked.

    Raises:
        VerificationError: None.
    """
    hashes = {made for key in keys for made in (key.question(body), key.old_question(body))}
    return _find_leaves(directory, size, lambda leaf: leaf.question_hash in hashes)


def prove_question(directory: Path, size: int, body: bytes, salt: bytes) -> tuple[int, ...]:
    """Do as :func:`find_question`, with the question's salt in place of the centre's key."""
    hashed = salted_hash(salt, body)
    return _find_leaves(directory, size, lambda leaf: leaf.question_hash == hashed)


def prove_answer(directory: Path, size: int, answer: Answer, salts: Mapping[str, bytes]) -> tuple[int, ...]:
    """Return the leaves of an answer's decisions, given the salt of each service.

    Raises:
        VerificationError: A leaf does not say what was handed out, or a salt is missing.
    """
    places = []
    for decision in answer.decisions:
        salt = salts.get(decision.service)
        if salt is None:
            raise VerificationError("answer", decision.leaf.index)
        hashed = salted_hash(salt, encode_told(answer.reference, decision))
        leaf = _find_decision(directory, size, decision.leaf.index)
        if leaf is None or leaf.answer_hash != hashed:
            raise VerificationError("answer", decision.leaf.index)
        places.append(decision.leaf.index)
    return tuple(places)


def _find_decision(directory: Path, size: int, index: int) -> DecisionLeaf | None:
    """Return the decision at one place; None when there is another kind of leaf, or the log is not that long."""
    return next(
        (parse_record(leaf).decision for _, leaf in read_leaves(directory, size, LeafRange(index, index + 1))), None
    )


def _find_leaves(directory: Path, size: int, fits: Callable[[DecisionLeaf], bool]) -> tuple[int, ...]:
    found = []
    for index, content in read_leaves(directory, size, LeafRange()):
        leaf = parse_record(content).decision
        if leaf is not None and fits(leaf):
            found.append(index)
    if not found:
        raise VerificationError("question", size)
    return tuple(found)


def _open_slip(token: str, keys: Sequence[Mapping[str, object]]) -> SlipClaims:
    usable = [COSEKey.from_jwk({**key, "key_ops": ["verify"]}) for key in keys]
    try:
        return parse_claims(cbor2.loads(COSE.new().decode(parse_token_text(token), usable)))
    except (CWTError, ValueError) as error:
        raise VerificationError("slip", 0) from error
