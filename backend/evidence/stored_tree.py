"""Which nodes of the tree are stored, and reading many of them at once.

Leaves, and the roots of complete subtrees of every fourth height: any other node is hashed of at most eight of those. A
proof in a tree of ten million leaves takes some ninety rows, all of them asked for in one statement.
"""

import json
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from typing import Any, Final

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Select, any_, bindparam, func, literal, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

from backend.evidence.errors import TreeRangeError
from backend.evidence.models import EvidenceLeaf, EvidenceMidNode, EvidenceNode
from contracts.log_proof import node_hash

TILE_HEIGHT: Final = 8
"""C2SP tlog-tiles: a tile is 256 hashes wide."""
_STEP: Final = 4
"""Every how many heights nodes are stored."""

Place = tuple[int, int]
"""A node's height and index."""


def is_in_tile(height: int) -> bool:
    """Whether nodes of this height are hashes of a tile above the leaves'."""
    return height > 0 and height % TILE_HEIGHT == 0


def is_in_mid(height: int) -> bool:
    """Whether nodes of this height are stored halfway between two tiles' levels."""
    return height % TILE_HEIGHT == _STEP


def read_nodes(session: Session, wanted: Iterable[Place]) -> dict[Place, bytes]:
    """Return the hashes of complete nodes.

    Raises:
        TreeRangeError: One of them is not in the store.
    """
    places = set(wanted)
    bases = {place: tuple(_stored_below(place)) for place in places}
    stored = _read_stored(session, {base for below in bases.values() for base in below})
    return {place: _join([stored[base] for base in bases[place]]) for place in places}


def _stored_below(place: Place) -> Iterable[Place]:
    """Name the nearest stored nodes that a node is hashed of; the node itself when it is stored."""
    height, index = place
    rest = height % _STEP
    return ((height - rest, at) for at in range(index << rest, (index + 1) << rest))


def _read_stored(session: Session, places: set[Place]) -> dict[Place, bytes]:
    found = _select(session, places)
    lacking = places - found.keys()
    if not lacking:
        return found
    for height, index in lacking:
        if not is_in_mid(height):
            raise TreeRangeError(index << height)
    below = {
        place: [(place[0] - _STEP, at) for at in range(place[1] << _STEP, (place[1] + 1) << _STEP)] for place in lacking
    }
    rows = _select(session, {one for row in below.values() for one in row})
    for place, row in below.items():
        if any(one not in rows for one in row):
            raise TreeRangeError(place[1] << place[0])
        found[place] = _join([rows[one] for one in row])
    return found


def _select(session: Session, places: Iterable[Place]) -> dict[Place, bytes]:
    by_height: defaultdict[int, list[int]] = defaultdict(list)
    for height, index in places:
        by_height[height].append(index)
    if not by_height:
        return {}
    heights, is_sqlite = tuple(sorted(by_height)), session.get_bind().dialect.name == "sqlite"
    # A list is one parameter, whatever its length: the database gets the same text each time, and plans it once.
    lists = {f"at_{at}": json.dumps(by_height[at]) if is_sqlite else by_height[at] for at in heights}
    rows = session.execute(_statement(heights, is_sqlite=is_sqlite), lists).all()
    return {(height, index): found for height, index, found in rows}


@cache
def _statement(heights: tuple[int, ...], *, is_sqlite: bool) -> Any:
    """Build the statement once for each set of heights: there are few, and building takes longer than reading."""
    return union_all(*(_select_height(height, is_sqlite=is_sqlite) for height in heights))


def _select_height(height: int, *, is_sqlite: bool) -> Select[int, int, bytes]:
    said = literal(height, literal_execute=True).label("height")

    def is_wanted(column: InstrumentedAttribute[int]) -> ColumnElement[bool]:
        if is_sqlite:
            return column.in_(select(func.json_each(bindparam(f"at_{height}")).table_valued("value").c.value))
        return column == any_(bindparam(f"at_{height}", type_=ARRAY(BigInteger)))

    if height == 0:
        return select(said, EvidenceLeaf.index, EvidenceLeaf.hash).where(is_wanted(EvidenceLeaf.index))
    if is_in_tile(height):
        level = EvidenceNode.level == height // TILE_HEIGHT
        return select(said, EvidenceNode.index, EvidenceNode.hash).where(level, is_wanted(EvidenceNode.index))
    mid = EvidenceMidNode.height == height
    return select(said, EvidenceMidNode.index, EvidenceMidNode.hash).where(mid, is_wanted(EvidenceMidNode.index))


def _join(hashes: list[bytes]) -> bytes:
    while len(hashes) > 1:
        hashes = [node_hash(*pair) for pair in zip(hashes[::2], hashes[1::2], strict=True)]
    return hashes[0]
