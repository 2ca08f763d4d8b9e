"""A follower of the log written from docs/evidence.md alone: it shares no line with the project it watches.

It trusts one verifier key. It keeps the newest checkpoint it believed and every leaf hash it has seen, and believes a
newer one only when the tiles give its root and the older tree is the beginning of the newer.
"""

import json
from base64 import b64decode
from dataclasses import dataclass, field
from hashlib import sha256
from urllib.error import HTTPError
from urllib.request import urlopen

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

TILE = 256


class DistrustError(Exception):
    """The log is not what it says."""


def node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def root_of(hashes: list[bytes]) -> bytes:
    """RFC 6962 section 2.1, of leaf hashes: split at the largest power of two below the number."""
    if not hashes:
        return sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return node(root_of(hashes[:split]), root_of(hashes[split:]))


def inclusion_holds(index, size, leaf, path, root) -> bool:
    """RFC 9162 section 2.1.3.2."""
    if index >= size:
        return False
    fn, sn, r = index, size - 1, leaf
    for p in path:
        if sn == 0:
            return False
        if fn % 2 or fn == sn:
            r = node(p, r)
            while fn % 2 == 0 and fn:
                fn, sn = fn // 2, sn // 2
        else:
            r = node(r, p)
        fn, sn = fn // 2, sn // 2
    return sn == 0 and r == root


def consistency_holds(first, second, first_root, second_root, path) -> bool:
    """RFC 9162 section 2.1.4.2."""
    if first == second:
        return not path and first_root == second_root
    if not path:
        return False
    if first & (first - 1) == 0:
        path = [first_root, *path]
    fn, sn = first - 1, second - 1
    while fn % 2:
        fn, sn = fn // 2, sn // 2
    fr = sr = path[0]
    for c in path[1:]:
        if sn == 0:
            return False
        if fn % 2 or fn == sn:
            fr, sr = node(c, fr), node(c, sr)
            while fn % 2 == 0 and fn:
                fn, sn = fn // 2, sn // 2
        else:
            sr = node(sr, c)
        fn, sn = fn // 2, sn // 2
    return fr == first_root and sr == second_root and sn == 0


def tile_path(level: int, index: int, width: int) -> str:
    digits = f"{index:03d}"
    digits = digits.rjust(-(-len(digits) // 3) * 3, "0")
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    path = "/".join([str(level), *("x" + group for group in groups[:-1]), groups[-1]])
    return path if width == TILE else f"{path}.p/{width}"


@dataclass
class TileClient:
    """Follows one log.

    Attributes:
        url: The centre's.
        key: The log's verifier key.
    """

    url: str
    key: str
    size: int = 0
    root: bytes = field(default_factory=lambda: root_of([]))
    hashes: list[bytes] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)

    def follow(self) -> int:
        """Go on to the present checkpoint; returns its size."""
        size, root = self.read_checkpoint(self._get("/log/checkpoint").decode())
        if size < self.size:
            raise DistrustError("the log has shrunk")
        hashes = self._leaf_hashes(size)
        if root_of(hashes) != root:
            raise DistrustError("the tiles do not give the root")
        if hashes[: self.size] != self.hashes:
            raise DistrustError("what was there has changed")
        if self.size:
            told = json.loads(self._get(f"/log/proof/consistency?first={self.size}&second={size}"))
            path = [b64decode(one) for one in told["hashes"]]
            if not consistency_holds(self.size, size, self.root, root, path):
                raise DistrustError("the consistency proof does not hold")
        self.size, self.root, self.hashes = size, root, hashes
        return size

    def read_checkpoint(self, text: str) -> tuple[int, bytes]:
        """Read a signed note; only a signature by the key given counts."""
        body, _, lines = text.partition("\n\n")
        body += "\n"
        name, key_id, encoded = self.key.split("+", 2)
        raw = b64decode(encoded)
        if raw[:1] != b"\x01" or sha256(name.encode() + b"\n" + raw).digest()[:4].hex() != key_id:
            raise DistrustError("not a log's key")
        origin, size, root = body.splitlines()
        for line in lines.splitlines():
            dash, signer, signature = line.split(" ")
            value = b64decode(signature)
            if dash == "\N{EM DASH}" and signer == name and value[:4].hex() == key_id and origin == name:
                try:
                    Ed25519PublicKey.from_public_bytes(raw[1:]).verify(value[4:], body.encode())
                except InvalidSignature:
                    raise DistrustError("the signature is wrong") from None
                return int(size), b64decode(root)
        raise DistrustError("not signed by the log")

    def check_leaf(self, index: int, leaf: bytes) -> None:
        """Check that a leaf, got elsewhere, stands at its place: by the tiles and by an inclusion proof."""
        hashed = sha256(b"\x00" + leaf).digest()
        if self.hashes[index] != hashed:
            raise DistrustError("another leaf stands there")
        told = json.loads(self._get(f"/log/proof/inclusion?index={index}&size={self.size}"))
        path = [b64decode(one) for one in told["hashes"]]
        if not inclusion_holds(index, self.size, hashed, path, self.root):
            raise DistrustError("the inclusion proof does not hold")

    def check_upper_tiles(self) -> int:
        """Check that every full tile's root is the hash in the tile above it; returns how many levels there are."""
        below, level = self.hashes, 0
        while len(below) >= TILE:
            level += 1
            above = self._level(level, len(below) // TILE)
            for index, hashed in enumerate(above):
                if root_of(below[index * TILE : (index + 1) * TILE]) != hashed:
                    raise DistrustError("a tile is not of the tiles below it")
            below = above
        return level

    def _leaf_hashes(self, size: int) -> list[bytes]:
        """Fetch what is new: full tiles once, the last one as far as it goes."""
        kept = self.hashes[: len(self.hashes) // TILE * TILE]
        return kept + self._level(0, size, len(kept) // TILE)

    def _level(self, level: int, count: int, start: int = 0) -> list[bytes]:
        found: list[bytes] = []
        for index in range(start, -(-count // TILE)):
            width = min(TILE, count - index * TILE)
            raw = self._get(f"/log/tile/{tile_path(level, index, width)}")
            if len(raw) != 32 * width:
                raise DistrustError("a tile of another width")
            found += [raw[at : at + 32] for at in range(0, len(raw), 32)]
        return found

    def _get(self, path: str) -> bytes:
        self.fetched.append(path)
        try:
            with urlopen(self.url + path, timeout=10) as reply:  # an URL of the test's own
                return bytes(reply.read())
        except HTTPError as error:
            raise DistrustError(f"{path}: {error.code}") from error


def read_bundle(raw: bytes) -> list[bytes]:
    """Read an export's entry bundle."""
    leaves, at = [], 0
    while at < len(raw):
        length = int.from_bytes(raw[at : at + 2], "big")
        leaves.append(raw[at + 2 : at + 2 + length])
        at += 2 + length
    return leaves
