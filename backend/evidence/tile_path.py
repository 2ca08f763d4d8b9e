"""Paths of tiles: ``<level>/x001/x234/067`` and ``….p/<width>`` for one not yet full.

Source: C2SP tlog-tiles, "Merkle Tree". A level is 0-63; an index is split into groups of three digits, all but the last
with an ``x`` before them.
"""

import re
from dataclasses import dataclass
from typing import Final

FULL_WIDTH: Final = 256
_PATH: Final = re.compile(
    r"(?P<level>0|[1-9][0-9]?)/(?P<index>(?:x[0-9]{3}/)*[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
)
_HIGHEST_LEVEL: Final = 63
_LONGEST: Final = 64


@dataclass(frozen=True, slots=True)
class TilePath:
    """Which tile.

    Attributes:
        level: Tile level.
        index: Tile's place in its level.
        width: Hashes in it, 256 when full.
    """

    level: int
    index: int
    width: int = FULL_WIDTH

    @property
    def is_full(self) -> bool:
        """Whether the tile can never change its content."""
        return self.width == FULL_WIDTH


def find_tile_path(path: str) -> TilePath | None:
    """Read the part of a URL's path behind ``tile/``; None when it is no tile's one and only path."""
    match = _PATH.fullmatch(path) if len(path) <= _LONGEST else None
    if match is None:
        return None
    index = int(re.sub("[x/]", "", match["index"]))
    width = int(match["width"]) if match["width"] else FULL_WIDTH
    tile = TilePath(int(match["level"]), index, width)
    is_own_path = write_tile_path(tile) == path
    return tile if is_own_path and tile.level <= _HIGHEST_LEVEL else None


def write_tile_path(tile: TilePath) -> str:
    """Return a tile's path."""
    index, groups = tile.index, [f"{tile.index % 1000:03d}"]
    while index := index // 1000:
        groups.insert(0, f"x{index % 1000:03d}")
    suffix = "" if tile.is_full else f".p/{tile.width}"
    return f"{tile.level}/{'/'.join(groups)}{suffix}"
