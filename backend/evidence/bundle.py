"""Entry bundles: up to 256 leaves, each behind its length.

Source: C2SP tlog-tiles, "Log entries": big-endian uint16 length, then the entry.
"""

from collections.abc import Iterable, Iterator

from backend.evidence.errors import LeafError

_LENGTH_BYTES = 2
LONGEST_LEAF = 0xFFFF
"""Bytes; what a bundle's length field can say."""


def encode_bundle(leaves: Iterable[bytes]) -> bytes:
    """Write leaves as a bundle.

    Raises:
        LeafError: A leaf is too long for one.
    """
    return b"".join(_prefixed(leaf) for leaf in leaves)


def parse_bundle(bundle: bytes) -> Iterator[bytes]:
    """Read a bundle's leaves.

    Raises:
        LeafError: It ends within a leaf.
    """
    at = 0
    while at < len(bundle):
        start = at + _LENGTH_BYTES
        at = start + int.from_bytes(bundle[at:start], "big")
        if start > len(bundle) or at > len(bundle):
            raise LeafError("a bundle ends within a leaf")
        yield bundle[start:at]


def _prefixed(leaf: bytes) -> bytes:
    if len(leaf) > LONGEST_LEAF:
        raise LeafError("too long for a bundle")
    return len(leaf).to_bytes(_LENGTH_BYTES, "big") + leaf
