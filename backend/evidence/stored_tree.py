"""Which nodes of the tree are stored, and reading many of them at once.

Leaves, and the roots of complete subtrees of every fourth height: any other node is hashed of at most eight of those. A
proof in a tree of ten million leaves takes some ninety rows, all of them asked for in one statement; those far above
the leaves, which many proofs share, are remembered.
"""

import json
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Connection,
    Integer,
    Select,
    String,
    any_,
    bindparam,
    cast,
    func,
    literal_column,
    select,
    union_all,
)
from sqlalchemy.engine import Dialect, make_url
from sqlalchemy.orm import InstrumentedAttribute

from backend.evidence.errors import TreeRangeError
from backend.evidence.models import EvidenceLeaf, EvidenceMidNode, EvidenceNode
from backend.evidence.node_cache import NodeCache, Place
from contracts.log_proof import node_hash

TILE_HEIGHT: Final = 8
"""C2SP tlog-tiles: a tile is 256 hashes wide."""
_STEP: Final = 4
"""Every how many heights nodes are stored."""
_SPACE: Final = literal_column("' '", String)


def is_in_tile(height: int) -> bool:
    """Whether nodes of this height are hashes of a tile above the leaves'."""
    return height > 0 and height % TILE_HEIGHT == 0


def is_in_mid(height: int) -> bool:
    """Whether nodes of this height are stored halfway between two tiles' levels."""
    return height % TILE_HEIGHT == _STEP


def read_nodes(connection: Connection, wanted: Iterable[Place], kept: NodeCache | None = None) -> dict[Place, bytes]:
    """Return the hashes of complete nodes.

    Args:
        connection: To the store.
        wanted: Which nodes.
        kept: Nodes that need not be read again; None where the store itself is to be seen.

    Raises:
        TreeRangeError: One of them is not in the store.
    """
    found: dict[Place, bytes] = {}
    bases: dict[Place, tuple[Place, ...]] = {}
    for place in wanted:
        known = kept.find(place) if kept is not None else None
        if known is None:
            bases[place] = tuple(_stored_below(place))
        else:
            found[place] = known
    stored = _read_stored(connection, {base for below in bases.values() for base in below})
    for place, below in bases.items():
        found[place] = _join([stored[base] for base in below])
        if kept is not None:
            kept.keep(place, found[place])
    return found


def _stored_below(place: Place) -> Iterable[Place]:
    """Name the nearest stored nodes that a node is hashed of; the node itself when it is stored."""
    height, index = place
    rest = height % _STEP
    return ((height - rest, at) for at in range(index << rest, (index + 1) << rest))


def _read_stored(connection: Connection, places: set[Place]) -> dict[Place, bytes]:
    found = _select(connection, places)
    lacking = places - found.keys()
    if not lacking:
        return found
    for height, index in lacking:
        if not is_in_mid(height):
            raise TreeRangeError(index << height)
    below = {
        place: [(place[0] - _STEP, at) for at in range(place[1] << _STEP, (place[1] + 1) << _STEP)] for place in lacking
    }
    rows = _select(connection, {one for row in below.values() for one in row})
    for place, row in below.items():
        if any(one not in rows for one in row):
            raise TreeRangeError(place[1] << place[0])
        found[place] = _join([rows[one] for one in row])
    return found


def _select(connection: Connection, places: Iterable[Place]) -> dict[Place, bytes]:
    by_height: defaultdict[int, list[int]] = defaultdict(list)
    for height, index in places:
        by_height[height].append(index)
    if not by_height:
        return {}
    heights = tuple(sorted(by_height))
    # A list is one parameter, whatever its length: the database gets the same text each time, and plans it once.
    if connection.dialect.name == "sqlite":
        told = connection.exec_driver_sql(_sqlite_text(heights), tuple(json.dumps(by_height[at]) for at in heights))
        rows = (row.split(" ") for row in (told.scalar_one() or "").split(","))
        return {(int(row[0]), int(row[1])): bytes.fromhex(row[2]) for row in rows if len(row) == 3}
    rows_there = connection.exec_driver_sql(_postgres_text(heights), {f"at_{at}": by_height[at] for at in heights})
    return {(height, index): found for height, index, found in rows_there}


@cache
def _sqlite_text(heights: tuple[int, ...]) -> str:
    """Write the statement once for each set of heights: there are few, and writing takes longer than reading.

    All nodes come as one row: the driver lets other threads run between two rows, and one of ninety would wait for
    them as often.
    """
    nodes = union_all(*(_select_height(height, is_sqlite=True) for height in heights)).subquery()
    place = cast(nodes.c.height, String) + _SPACE + cast(nodes.c.place, String) + _SPACE + func.hex(nodes.c.found)
    return str(select(func.group_concat(place)).compile(dialect=_dialect("sqlite")))


@cache
def _postgres_text(heights: tuple[int, ...]) -> str:
    """Write the statement once, likewise."""
    whole = union_all(*(_select_height(height, is_sqlite=False) for height in heights))
    return str(whole.compile(dialect=_dialect("postgresql+psycopg")))


def _dialect(name: str) -> Dialect:
    return make_url(f"{name}://").get_dialect()()


def _select_height(height: int, *, is_sqlite: bool) -> Select[Any, Any, Any]:
    said = literal_column(str(height), Integer).label("height")

    def is_wanted(column: InstrumentedAttribute[int]) -> ColumnElement[bool]:
        if is_sqlite:
            return column.in_(select(func.json_each(bindparam(f"at_{height}")).table_valued("value").c.value))
        return column == any_(bindparam(f"at_{height}", type_=ARRAY(BigInteger)))

    def pick(place: InstrumentedAttribute[int], found: InstrumentedAttribute[bytes]) -> Select[Any, Any, Any]:
        return select(said, place.label("place"), found.label("found")).where(is_wanted(place))

    if height == 0:
        return pick(EvidenceLeaf.index, EvidenceLeaf.hash)
    if is_in_tile(height):
        return pick(EvidenceNode.index, EvidenceNode.hash).where(
            EvidenceNode.level == literal_column(str(height // TILE_HEIGHT))
        )
    return pick(EvidenceMidNode.index, EvidenceMidNode.hash).where(
        EvidenceMidNode.height == literal_column(str(height))
    )


def _join(hashes: list[bytes]) -> bytes:
    while len(hashes) > 1:
        hashes = [node_hash(*pair) for pair in zip(hashes[::2], hashes[1::2], strict=True)]
    return hashes[0]
