"""Is an entry sealed? Checked as a verifier outside would: from its content, a path of hashes, a signed checkpoint."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Final

from backend.audit.index import Filed, read_row
from backend.evidence.errors import TreeRangeError
from backend.evidence.following import read_leaf
from backend.evidence.log import EvidenceLog
from backend.evidence.tree_reader import InclusionProof
from contracts.checkpoint import Checkpoint, parse_body
from contracts.log_proof import ProofError, leaf_hash, verify_consistency, verify_inclusion
from contracts.signed_note import CheckpointError, NoteVerifier, parse_note, parse_verifier
from contracts.slip_proof import Cosigner, find_cosigners

_TOGETHER: Final = 50


class SealState(StrEnum):
    """What checking an entry came to; all but the first three are findings for an auditor to act on."""

    WITNESSED = "witnessed"
    SEALED = "sealed"
    MISFILED = "misfiled"
    CHANGED = "changed"
    UNPROVEN = "unproven"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class SignedTree:
    """A checkpoint whose signature was checked.

    Attributes:
        note: As signed.
        point: What it says.
        cosigners: Witnesses whose cosignatures are right.
    """

    note: str
    point: Checkpoint
    cosigners: tuple[Cosigner, ...]


@dataclass(frozen=True, slots=True)
class LogStanding:
    """The log as a whole, at one moment.

    Attributes:
        newest: The newest checkpoint.
        witnessed: The newest that enough witnesses cosigned; None when there is none.
        consistent: Whether the newest only adds to the witnessed one.
    """

    newest: SignedTree
    witnessed: SignedTree | None
    consistent: bool

    def over(self, index: int) -> SignedTree:
        """Return the checkpoint that an entry is checked against: the witnessed one where that reaches it."""
        reaches = self.witnessed is not None and index < self.witnessed.point.size
        return self.witnessed if self.witnessed is not None and reaches else self.newest


@dataclass(frozen=True, slots=True)
class Seal:
    """What was found about one entry.

    Attributes:
        state: In one word.
        tree: The checkpoint it was checked against.
        hash: Of the content that is in the table; None when there is none.
        path: Audit path; empty when none could be made.
    """

    state: SealState
    tree: SignedTree
    hash: bytes | None
    path: tuple[bytes, ...]

    @property
    def holds(self) -> bool:
        """Whether the entry is what was logged."""
        return self.state in {SealState.WITNESSED, SealState.SEALED, SealState.MISFILED}


class EntryProver:
    """Checks entries.

    Args:
        log: Which log.
        find_witnessed: Gives the newest witnessed checkpoint; None when there is none.
        witnesses: Keys of the witnesses asked.
        quorum: How many of them must have cosigned.
    """

    def __init__(
        self,
        log: EvidenceLog,
        find_witnessed: Callable[[], str | None],
        witnesses: Collection[NoteVerifier],
        quorum: int,
    ) -> None:
        self._log = log
        self._find_witnessed = find_witnessed
        self._keys = tuple(parse_verifier(key) for key in log.verifier_keys)
        self._witnesses = tuple(witnesses)
        self._quorum = quorum

    def stand(self) -> LogStanding:
        """Look at the log as a whole.

        Raises:
            CheckpointError: A checkpoint is not signed by the log's key.
        """
        text = self._find_witnessed()
        witnessed = self._open(text) if text else None
        newest = self._open(self._log.checkpoint())
        if witnessed is None or len(witnessed.cosigners) < self._quorum:
            return LogStanding(newest, None, consistent=True)
        return LogStanding(newest, witnessed, self._is_consistent(witnessed.point, newest.point))

    def check(self, filed: Iterable[Filed], standing: LogStanding) -> Iterator[Seal]:
        """Yield what is found about each entry, in order."""
        waiting = iter(filed)
        while some := list(islice(waiting, _TOGETHER)):
            proofs = self._prove(some, standing)
            for one in some:
                yield _judge(one, standing.over(one.index), proofs.get(one.index), standing)

    def _open(self, text: str) -> SignedTree:
        note = parse_note(text)
        point = parse_body(note.body)
        if not any(key.name == point.origin and key.find_signature(note) for key in self._keys):
            raise CheckpointError("signature")
        return SignedTree(text, point, find_cosigners(note, self._witnesses))

    def _is_consistent(self, older: Checkpoint, newer: Checkpoint) -> bool:
        try:
            proof = self._log.consistency_proof(older.size, newer.size)
            verify_consistency(older.size, newer.size, older.root, newer.root, proof)
        except (TreeRangeError, ProofError):
            return False
        return True

    def _prove(self, filed: Sequence[Filed], standing: LogStanding) -> dict[int, InclusionProof]:
        by_size: dict[int, list[int]] = {}
        for one in filed:
            by_size.setdefault(standing.over(one.index).point.size, []).append(one.index)
        return {proof.index: proof for size, some in by_size.items() for proof in self._prove_within(some, size)}

    def _prove_within(self, indexes: Sequence[int], size: int) -> Sequence[InclusionProof]:
        try:
            return self._log.inclusion_proofs(indexes, size, anew=True)
        except TreeRangeError:  # rows of the tree are gone: find out whose
            if len(indexes) == 1:
                return ()
            return [proof for index in indexes for proof in self._prove_within((index,), size)]


def _judge(filed: Filed, tree: SignedTree, proof: InclusionProof | None, standing: LogStanding) -> Seal:
    path = proof.hashes if proof else ()
    if filed.content is None:
        return Seal(SealState.REMOVED, tree, None, path)
    hashed = leaf_hash(filed.content)
    if hashed != filed.hash:
        return Seal(SealState.CHANGED, tree, hashed, path)
    try:
        verify_inclusion(filed.index, tree.point.size, hashed, path, tree.point.root)
    except ProofError:
        return Seal(SealState.UNPROVEN, tree, hashed, path)
    if not _is_filed_right(filed):
        return Seal(SealState.MISFILED, tree, hashed, path)
    return Seal(SealState.WITNESSED if tree is standing.witnessed else SealState.SEALED, tree, hashed, path)


def _is_filed_right(filed: Filed) -> bool:
    row = read_row(read_leaf(filed.index, filed.content or b""))
    told = (row["at"], row["reference"], row["agency_id"], row["device_id"])
    return told == (filed.at, filed.reference, filed.agency_id, filed.device_id)
