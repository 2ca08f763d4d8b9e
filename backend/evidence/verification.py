"""Checks a whole log, leaf by leaf, as anyone outside can: pure, and in one pass over any number of leaves.

What each check finds: a *changed*, *dropped* or *reordered* leaf no longer gives the root that was signed; a *fork*, or
a log *set back*, does not give the root of a checkpoint that somebody kept or a witness cosigned; a *backdated* leaf
stands among later ones; a *replayed* one stands twice.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from types import MappingProxyType
from typing import Final, Protocol

from backend.evidence.errors import LeafError, VerificationError
from backend.evidence.leaf_shapes import LeafShapes
from backend.evidence.merkle import GrowingTree
from contracts.checkpoint import Checkpoint
from contracts.log_proof import leaf_hash

DISORDER: Final = timedelta(seconds=120)
"""Leaves are placed when they are durable, a little after the decision: so far may times run backwards."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One place in the log.

    Attributes:
        index: Zero-based.
        hash: The leaf's hash.
        content: The leaf; None where only hashes were handed over.
    """

    index: int
    hash: bytes
    content: bytes | None


class Repeats(Protocol):
    """Finds what is the same among any number of leaves' identities."""

    def add(self, identity: bytes, index: int) -> None:
        """Note the 32 bytes that stand for one leaf."""
        ...

    def find(self) -> int | None:
        """Return the first leaf that repeats an earlier one; None when none does."""
        ...


class RepeatsInMemory:
    """For logs of which a set of identities fits into memory."""

    def __init__(self) -> None:
        self._seen: set[bytes] = set()
        self._first: int | None = None

    def add(self, identity: bytes, index: int) -> None:
        """Note one leaf's."""
        if identity in self._seen and self._first is None:
            self._first = index
        self._seen.add(identity)

    def find(self) -> int | None:
        """Return the first repetition's index."""
        return self._first


def verify_log(
    entries: Iterable[Entry],
    points: Sequence[Checkpoint],
    stamped: Mapping[int, datetime] = MappingProxyType({}),
    repeats: Repeats | None = None,
) -> Iterator[int]:
    """Check that the entries are the log that each of the checkpoints was signed for.

    Args:
        entries: From the first to the last, none left out.
        points: Checkpoints whose signatures have been checked, the largest being of the whole.
        stamped: When an authority saw the trees of some sizes; no leaf of them may be of a later time.
        repeats: Where leaves' identities are gathered; None: in memory.

    Yields:
        The number of leaves checked so far, after each.

    Raises:
        VerificationError: They are not. ``index`` says where it showed.
    """
    wanted: dict[int, set[bytes]] = {}
    for point in points:
        wanted.setdefault(point.size, set()).add(point.root)
    tree, story = GrowingTree(), _Story(repeats or RepeatsInMemory())
    _check_roots(tree, wanted)
    for entry in entries:
        if entry.index != tree.size:
            raise VerificationError("gap", tree.size)
        if entry.content is not None:
            if leaf_hash(entry.content) != entry.hash:
                raise VerificationError("content", entry.index)
            story.read(entry.index, entry.content)
        tree.append(entry.hash)
        _check_roots(tree, wanted)
        if tree.size in stamped:
            story.check_before(stamped[tree.size], tree.size)
        yield tree.size
    if wanted:
        raise VerificationError("too_short", tree.size)
    story.end()


def _check_roots(tree: GrowingTree, wanted: dict[int, set[bytes]]) -> None:
    roots = wanted.pop(tree.size, None)
    if roots is not None and roots != {tree.root}:
        raise VerificationError("root", tree.size)


class _Story:
    """What leaves must be beside each other."""

    def __init__(self, repeats: Repeats) -> None:
        self._latest: datetime | None = None
        self._repeats = repeats
        self._shapes = LeafShapes()

    def check_before(self, at: datetime, size: int) -> None:
        if self._latest is not None and self._latest > at + DISORDER:
            raise VerificationError("ahead", size)

    def read(self, index: int, content: bytes) -> None:
        try:
            at, identity = self._shapes.read(content)
        except LeafError as error:
            raise VerificationError("leaf", index) from error
        if self._latest is None or at > self._latest:
            self._latest = at
        elif at < self._latest - DISORDER:
            raise VerificationError("time", index)
        self._repeats.add(sha256(identity.encode()).digest(), index)

    def end(self) -> None:
        twice = self._repeats.find()
        if twice is not None:
            raise VerificationError("twice", twice)
