"""Remembers nodes of the tree. A complete node never changes, so what is remembered is never old."""

from typing import Final

Place = tuple[int, int]
"""A node's height and index."""

_MOST: Final = 1 << 14
"""Nodes in a generation: some 3 MB, and two generations are kept."""


class NodeCache:
    """The nodes that were wanted lately, within a bound. Any number of threads may share it.

    Two generations: what is found in the older one moves to the younger; when that is full, the older is forgotten.
    There is no lock: two threads may at worst both remember the same, or forget a little early.

    Args:
        least_height: Lower nodes are too many for any two proofs to share them, and are not remembered.
        most: Nodes in a generation.
    """

    def __init__(self, least_height: int, most: int = _MOST) -> None:
        self._least_height = least_height
        self._most = most
        self._young: dict[Place, bytes] = {}
        self._old: dict[Place, bytes] = {}

    def __len__(self) -> int:
        return len(self._young) + len(self._old)

    def find(self, place: Place) -> bytes | None:
        """Return a node's hash, or None when it is not remembered."""
        found = self._young.get(place)
        if found is None and (found := self._old.get(place)) is not None:
            self.keep(place, found)
        return found

    def keep(self, place: Place, found: bytes) -> None:
        """Remember a complete node's hash."""
        if place[0] < self._least_height:
            return
        if len(self._young) >= self._most:
            self._old, self._young = self._young, {}
        self._young[place] = found
