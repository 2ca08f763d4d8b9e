"""Reads the stored tree: hashes of nodes, proofs and tiles. Only rows that never change, so any snapshot will do."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from sqlalchemy import Connection, select

from backend.evidence.errors import TreeRangeError
from backend.evidence.merkle import Span, consistency_spans, inclusion_spans, span_hash, span_nodes
from backend.evidence.models import EvidenceLeaf, EvidenceNode
from backend.evidence.node_cache import NodeCache
from backend.evidence.stored_tree import TILE_HEIGHT, read_nodes

TILE_WIDTH: Final = 1 << TILE_HEIGHT


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """That a leaf is in the tree.

    Attributes:
        index: Leaf index.
        size: The tree's size.
        leaf_hash: 32 bytes.
        hashes: Audit path, leaf's sibling first.
    """

    index: int
    size: int
    leaf_hash: bytes
    hashes: tuple[bytes, ...]


class TreeReader:
    """The tree as far as ``size``.

    Args:
        connection: To the store.
        size: Leaves that surely are in the store.
        kept: Nodes that need not be read again; None where the store itself is to be seen.
    """

    def __init__(self, connection: Connection, size: int, kept: NodeCache | None = None) -> None:
        self._connection = connection
        self._size = size
        self._kept = kept

    def inclusion(self, index: int) -> InclusionProof:
        """Return the proof that leaf ``index`` is in this tree.

        Raises:
            TreeRangeError: No such leaf.
        """
        return self.inclusions((index,))[0]

    def inclusions(self, indexes: Sequence[int]) -> tuple[InclusionProof, ...]:
        """Return the proofs of many leaves, out of one reading.

        Raises:
            TreeRangeError: No such leaf.
        """
        wanted = [(Span(index, index + 1), *inclusion_spans(index, self._size)) for index in indexes]
        hashes = iter(self._hashes([span for spans in wanted for span in spans]))
        read = [tuple(islice(hashes, len(spans))) for spans in wanted]
        return tuple(
            InclusionProof(index, self._size, leaf, tuple(path))
            for index, (leaf, *path) in zip(indexes, read, strict=True)
        )

    def consistency(self, first: int) -> tuple[bytes, ...]:
        """Return the proof that this tree only adds to the one of size ``first``.

        Raises:
            TreeRangeError: ``first`` is 0 or larger than this tree.
        """
        return tuple(self._hashes(consistency_spans(first, self._size)))

    def tile(self, level: int, index: int, width: int) -> bytes:
        """Return a tile's hashes one after another.

        Args:
            level: 0 for leaf hashes; each level up stands for 256 hashes below.
            index: Tile's place in its level.
            width: Hashes wanted, 1 to 256.

        Raises:
            TreeRangeError: The tree has not grown that far.
        """
        start = index * TILE_WIDTH
        available = self._size >> (TILE_HEIGHT * level)
        if not 1 <= width <= TILE_WIDTH or start + width > available:
            raise TreeRangeError(self._size)
        return b"".join(self._row(level, start, width))

    def _hashes(self, spans: Sequence[Span]) -> list[bytes]:
        """Return the spans' hashes, out of one reading."""
        places = (place for span in spans for place in span_nodes(span))
        nodes = read_nodes(self._connection, places, self._kept)
        return [span_hash(span, lambda height, index: nodes[height, index]) for span in spans]

    def _row(self, level: int, start: int, count: int) -> Sequence[bytes]:
        """Return ``count`` neighbouring hashes of a level."""
        if level == 0:
            place, wanted = EvidenceLeaf.index, select(EvidenceLeaf.hash)
        else:
            place, wanted = EvidenceNode.index, select(EvidenceNode.hash).where(EvidenceNode.level == level)
        found = self._connection.scalars(wanted.where(place >= start, place < start + count).order_by(place)).all()
        if len(found) != count:
            raise TreeRangeError(self._size)
        return found
