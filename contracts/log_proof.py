"""The Merkle tree's hashes (RFC 6962 section 2.1), and checking its proofs as anyone outside would: from hashes alone.

Source: RFC 9162 sections 2.1.3.2 and 2.1.4.2, whose algorithms verify RFC 6962's proofs.
"""

from collections.abc import Sequence
from hashlib import sha256
from hmac import compare_digest
from typing import Final

HASH_BYTES: Final = 32


class ProofError(Exception):
    """A proof does not prove what it claims.

    Attributes:
        kind: ``"inclusion"`` or ``"consistency"``.
    """

    def __init__(self, kind: str) -> None:
        super().__init__(f"the {kind} proof does not hold")
        self.kind = kind


def leaf_hash(leaf: bytes) -> bytes:
    """Return ``SHA-256(0x00 || leaf)``."""
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return ``SHA-256(0x01 || left || right)``."""
    return sha256(b"\x01" + left + right).digest()


def verify_inclusion(index: int, size: int, hashed_leaf: bytes, proof: Sequence[bytes], root: bytes) -> None:
    """Check that a leaf is in the tree at ``index``.

    Args:
        index: Zero-based leaf index.
        size: The tree's size.
        hashed_leaf: The leaf's hash, 32 bytes.
        proof: Audit path, leaf's sibling first.
        root: The tree's root hash.

    Raises:
        ProofError: It is not, or the proof is not one.
    """
    if not 0 <= index < size:
        raise ProofError("inclusion")
    at, last, current = index, size - 1, hashed_leaf
    for sibling in proof:
        if last == 0:
            raise ProofError("inclusion")
        if at & 1 or at == last:
            current = node_hash(sibling, current)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            current = node_hash(current, sibling)
        at, last = at >> 1, last >> 1
    if last != 0 or not compare_digest(current, root):
        raise ProofError("inclusion")


def verify_consistency(first: int, second: int, first_root: bytes, second_root: bytes, proof: Sequence[bytes]) -> None:
    """Check that the tree of size ``second`` only adds to the tree of size ``first``.

    Args:
        first: The older size, at least 1.
        second: The newer size.
        first_root: The older root.
        second_root: The newer root.
        proof: Consistency proof; empty when the sizes are equal.

    Raises:
        ProofError: It does not, or the proof is not one.
    """
    if not 0 < first <= second:
        raise ProofError("consistency")
    if first == second:
        if proof or not compare_digest(first_root, second_root):
            raise ProofError("consistency")
        return
    path = list(proof) if first & (first - 1) else [first_root, *proof]
    if not proof:
        raise ProofError("consistency")
    old, new = _climb(first - 1, second - 1, path)
    if not (compare_digest(old, first_root) and compare_digest(new, second_root)):
        raise ProofError("consistency")


def _climb(at: int, last: int, path: Sequence[bytes]) -> tuple[bytes, bytes]:
    """Return the old and the new root that a consistency path leads to."""
    while at & 1:
        at, last = at >> 1, last >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise ProofError("consistency")
        if at & 1 or at == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        at, last = at >> 1, last >> 1
    if last != 0:
        raise ProofError("consistency")
    return old, new
