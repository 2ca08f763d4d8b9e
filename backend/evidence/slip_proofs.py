"""Gives whoever holds a slip the proof that the log says what it says.

A record is given out to the holder of its slip alone, who must show the whole signed code. It names nobody, but tells
more than a stranger need know.
"""

from base64 import b64encode
from collections.abc import Callable, Collection
from datetime import datetime

from sqlalchemy import select

from backend.evidence.log import EvidenceLog
from backend.evidence.models import EvidenceLeaf
from backend.evidence.tree_reader import InclusionProof
from backend.store import Store
from contracts.checkpoint import parse_body
from contracts.signed_note import NoteVerifier, parse_note, parse_verifier
from contracts.slip import SlipClaims
from contracts.slip_messages import ProvenLeaf, SlipProof
from contracts.slip_proof import LogFinding, LogTrust, judge_proof


class SlipProver:
    """Finds the records a slip names and proves that they stand in the log.

    Args:
        store: The log's.
        log: Whose checkpoints.
        find_witnessed: Gives the newest witnessed checkpoint; None when there is none.
        witnesses: Keys of the witnesses asked.
        quorum: Cosignatures wanted of them.
        now: The clock, aware UTC.
    """

    def __init__(
        self,
        store: Store,
        log: EvidenceLog,
        find_witnessed: Callable[[], str | None],
        witnesses: Collection[NoteVerifier],
        quorum: int,
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._log = log
        self._find_witnessed = find_witnessed
        logs = tuple(parse_verifier(key) for key in log.verifier_keys)
        self._trust = LogTrust(logs, tuple(witnesses), quorum)
        self._now = now

    def prove(self, claims: SlipClaims) -> SlipProof:
        """Prove the records of a slip whose signature has been checked."""
        wanted = sorted({one.leaf_index for one in claims.decisions if one.leaf_index >= 0})
        checkpoint = self._find_checkpoint(wanted)
        size = parse_body(parse_note(checkpoint).body).size
        held = [index for index in wanted if index < size]
        contents = self._read(held)
        proofs = self._log.inclusion_proofs(held, size)
        leaves = tuple(_told(proof, contents[proof.index]) for proof in proofs)
        return SlipProof(checkpoint=checkpoint, leaves=leaves)

    def judge(self, claims: SlipClaims) -> LogFinding:
        """Say where the slip's records stand, as a verifier outside would find it."""
        return judge_proof(claims, self.prove(claims), self._trust, self._now())

    def _find_checkpoint(self, wanted: list[int]) -> str:
        """Return the witnessed checkpoint when it holds all that is wanted, otherwise the newest."""
        witnessed = self._find_witnessed()
        if witnessed is not None and parse_body(parse_note(witnessed).body).size > max(wanted, default=0):
            return witnessed
        return self._log.checkpoint()

    def _read(self, places: list[int]) -> dict[int, bytes]:
        query = select(EvidenceLeaf.index, EvidenceLeaf.content).where(EvidenceLeaf.index.in_(places))
        with self._store.reading() as session:
            return dict(session.execute(query).all())


def _told(proof: InclusionProof, content: bytes) -> ProvenLeaf:
    hashes = tuple(b64encode(one).decode("ascii") for one in proof.hashes)
    return ProvenLeaf(leaf_index=proof.index, leaf=content.decode(), hashes=hashes)
