"""The Merkle tree of RFC 6962: hashes, roots, a compact range to append to, and where a proof's hashes lie.

Source: RFC 6962 section 2.1 (hashes, audit paths, consistency proofs). A *node* is the root of a complete subtree: node
``(height, index)`` covers leaves ``index * 2**height`` up to, not including, ``(index + 1) * 2**height``.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from backend.evidence.errors import TreeRangeError
from contracts.log_proof import HASH_BYTES, leaf_hash, node_hash

EMPTY_ROOT: Final = sha256(b"").digest()
"""MTH({}), RFC 6962 section 2.1."""

NodeAt = Callable[[int, int], bytes]
"""Gives the hash of node ``(height, index)``."""


@dataclass(frozen=True, slots=True)
class Node:
    """One complete subtree's root.

    Attributes:
        height: 0 for a leaf.
        index: Place among the nodes of that height.
        hash: 32 bytes.
    """

    height: int
    index: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class CompactRange:
    """As much of a tree as appending needs: the roots of its largest complete subtrees, left to right.

    Attributes:
        size: Leaves so far.
        peaks: One hash per bit set in ``size``, the largest subtree first.
    """

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if len(self.peaks) != self.size.bit_count():
            raise TreeRangeError(self.size)

    def append(self, hashed_leaf: bytes) -> tuple["CompactRange", tuple[Node, ...]]:
        """Return the range with one leaf more, and every node that this leaf completes, lowest first."""
        peaks, height, index, current = list(self.peaks), 0, self.size, hashed_leaf
        completed = [Node(0, index, current)]
        while index & 1:
            current = node_hash(peaks.pop(), current)
            height, index = height + 1, index >> 1
            completed.append(Node(height, index, current))
        return CompactRange(self.size + 1, (*peaks, current)), tuple(completed)

    @property
    def root(self) -> bytes:
        """The tree's root hash, RFC 6962's MTH."""
        return _fold(self.peaks)

    def encode(self) -> bytes:
        """Write the peaks one after another."""
        return b"".join(self.peaks)

    @classmethod
    def parse(cls, size: int, peaks: bytes) -> "CompactRange":
        """Read what :meth:`encode` wrote.

        Raises:
            TreeRangeError: The bytes do not fit the size.
        """
        if len(peaks) != size.bit_count() * HASH_BYTES:
            raise TreeRangeError(size)
        return cls(size, tuple(peaks[at : at + HASH_BYTES] for at in range(0, len(peaks), HASH_BYTES)))


class GrowingTree:
    """The same for who goes through a whole log and needs no nodes: many times as quick, being changed in place."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []

    def append(self, hashed_leaf: bytes) -> None:
        """Add one leaf."""
        peaks, rest, current = self._peaks, self.size, hashed_leaf
        while rest & 1:
            current = sha256(b"\x01" + peaks.pop() + current).digest()
            rest >>= 1
        peaks.append(current)
        self.size += 1

    @property
    def root(self) -> bytes:
        """The tree's root hash."""
        return _fold(self._peaks)


def _fold(peaks: Sequence[bytes]) -> bytes:
    """Join complete subtrees from the right, as MTH splits them from the left."""
    if not peaks:
        return EMPTY_ROOT
    root = peaks[-1]
    for peak in reversed(peaks[:-1]):
        root = node_hash(peak, root)
    return root


def tree_root(leaves: Iterable[bytes]) -> bytes:
    """Return MTH of leaf contents (not hashes)."""
    tree = CompactRange()
    for leaf in leaves:
        tree, _ = tree.append(leaf_hash(leaf))
    return tree.root


@dataclass(frozen=True, slots=True)
class Span:
    """Leaves ``start`` up to, not including, ``end``, as one step of MTH's splitting: their hash is one proof entry."""

    start: int
    end: int

    def split(self) -> int:
        """Return where MTH splits the span: the largest power of two smaller than its length, from its start."""
        return self.start + (1 << (self.end - self.start - 1).bit_length() - 1)


def span_nodes(span: Span) -> tuple[tuple[int, int], ...]:
    """Return height and index of the complete nodes a span consists of, largest first.

    The span must come from a split, so that it starts aligned.
    """
    nodes, start = [], span.start
    while start < span.end:
        height = (span.end - start).bit_length() - 1
        nodes.append((height, start >> height))
        start += 1 << height
    return tuple(nodes)


def span_hash(span: Span, node_at: NodeAt) -> bytes:
    """Return MTH of a span out of complete nodes."""
    return _fold([node_at(height, index) for height, index in span_nodes(span)])


def inclusion_spans(index: int, size: int) -> tuple[Span, ...]:
    """Return the spans whose hashes are PATH(index, D[size]), leaf's sibling first (RFC 6962 section 2.1.1).

    Raises:
        TreeRangeError: Not ``0 <= index < size``.
    """
    if not 0 <= index < size:
        raise TreeRangeError(size)
    siblings, span = [], Span(0, size)
    while span.end - span.start > 1:
        middle = span.split()
        left, right = Span(span.start, middle), Span(middle, span.end)
        span, sibling = (left, right) if index < middle else (right, left)
        siblings.append(sibling)
    return tuple(reversed(siblings))


def consistency_spans(first: int, second: int) -> tuple[Span, ...]:
    """Return the spans whose hashes are PROOF(first, D[second]) (RFC 6962 section 2.1.2). Empty when sizes are equal.

    Raises:
        TreeRangeError: Not ``0 < first <= second``.
    """
    if not 0 < first <= second:
        raise TreeRangeError(second)
    found, span, whole = [], Span(0, second), True
    while span.end != first:
        middle = span.split()
        left, right = Span(span.start, middle), Span(middle, span.end)
        if first <= middle:
            found.append(right)
            span = left
        else:
            found.append(left)
            span, whole = right, False
    if not whole:
        found.append(span)
    return tuple(reversed(found))
