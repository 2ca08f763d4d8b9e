"""The log as files that a third party can check: checkpoint, hash tiles, and leaves in entry bundles.

Laid out as C2SP tlog-tiles serves them, below ``checkpoint``, ``tile/0/…`` and ``tile/entries/…``; timestamps below
``timestamp/``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import select

from backend.evidence.bundle import encode_bundle, parse_bundle
from backend.evidence.errors import VerificationError
from backend.evidence.models import EvidenceLeaf, EvidenceTimestamp
from backend.evidence.tile_path import FULL_WIDTH, TilePath, write_tile_path
from backend.evidence.timestamp import Stamp
from backend.evidence.verification import Entry
from backend.store import Store
from contracts.checkpoint import parse_body
from contracts.log_proof import HASH_BYTES, leaf_hash
from contracts.signed_note import parse_note

CHECKPOINT: Final = "checkpoint"
TIMESTAMPS: Final = "timestamp"
"""A folder: of each stamped checkpoint the note, named by its size, and beside it the reply (``.tsr``)."""


@dataclass(frozen=True, slots=True)
class LeafRange:
    """Leaves whose contents are wanted; of the others an export holds the hashes only."""

    start: int = 0
    end: int | None = None

    def holds(self, index: int) -> bool:
        """Whether a leaf is wanted."""
        return self.start <= index and (self.end is None or index < self.end)

    def holds_tile(self, tile: TilePath) -> bool:
        """Whether any leaf of a tile is wanted."""
        first = tile.index * FULL_WIDTH
        return first + tile.width > self.start and (self.end is None or first < self.end)


def write_export(store: Store, checkpoint: str, directory: Path, wanted: LeafRange) -> Iterator[int]:
    """Write the log up to a checkpoint into a directory.

    Args:
        store: The log's.
        checkpoint: The note; it says how far.
        directory: Made when missing.
        wanted: Whose contents are written.

    Yields:
        Leaves written so far, after each tile.
    """
    size = parse_body(parse_note(checkpoint).body).size
    directory.mkdir(parents=True, exist_ok=True)
    for tile in _tiles(size):
        first = tile.index * FULL_WIDTH
        columns = select(EvidenceLeaf.hash, EvidenceLeaf.content)
        place = EvidenceLeaf.index
        with store.reading() as session:
            rows = session.execute(columns.where(place >= first, place < first + tile.width).order_by(place)).all()
        _write(_hash_file(directory, tile), b"".join(row[0] for row in rows))
        if wanted.holds_tile(tile):
            _write(_entry_file(directory, tile), encode_bundle(row[1] for row in rows))
        yield first + tile.width
    _write_stamps(store, size, directory / TIMESTAMPS)
    _write(directory / CHECKPOINT, checkpoint.encode("utf-8"))


def read_export(directory: Path, size: int, wanted: LeafRange) -> Iterator[Entry]:
    """Read an export's entries.

    Raises:
        VerificationError: A tile or a bundle is missing or of another length.
        LeafError: A bundle is none.
    """
    for tile in _tiles(size):
        yield from _read_tile(directory, tile, wanted)


def read_leaves(directory: Path, size: int, wanted: LeafRange) -> Iterator[tuple[int, bytes]]:
    """Read leaves by themselves, each held against its hash; the hashes must have been verified.

    Raises:
        VerificationError: A tile or a bundle is missing, or a leaf is not the one whose hash is in the tree.
        LeafError: A bundle is none.
    """
    first, last = wanted.start // FULL_WIDTH, (size if wanted.end is None else wanted.end) // FULL_WIDTH
    for tile in _tiles(size, first, last + 1):
        for entry in _read_tile(directory, tile, wanted):
            if entry.content is None:
                continue
            if leaf_hash(entry.content) != entry.hash:
                raise VerificationError("content", entry.index)
            yield entry.index, entry.content


def _read_tile(directory: Path, tile: TilePath, wanted: LeafRange) -> Iterator[Entry]:
    first = tile.index * FULL_WIDTH
    hashes = _read(_hash_file(directory, tile), first)
    if len(hashes) != tile.width * HASH_BYTES:
        raise VerificationError("missing", first)
    leaves: list[bytes] | None = None
    if wanted.holds_tile(tile):
        leaves = list(parse_bundle(_read(_entry_file(directory, tile), first)))
        if len(leaves) != tile.width:
            raise VerificationError("missing", first)
    for place in range(tile.width):
        hashed = hashes[place * HASH_BYTES : (place + 1) * HASH_BYTES]
        is_wanted = leaves is not None and wanted.holds(first + place)
        yield Entry(first + place, hashed, leaves[place] if leaves is not None and is_wanted else None)


def read_stamps(directory: Path, size: int) -> Iterator[Stamp]:
    """Read an export's timestamps, the smallest checkpoint first; none in an export without them.

    Raises:
        VerificationError: A reply lacks its note.
    """
    folder = directory / TIMESTAMPS
    replies = folder.glob("*.tsr") if folder.is_dir() else ()
    for place in sorted(int(file.stem) for file in replies if file.stem.isascii() and file.stem.isdigit()):
        if place <= size:
            yield Stamp(place, _read(folder / str(place), place), _read(folder / f"{place}.tsr", place))


def _write_stamps(store: Store, size: int, folder: Path) -> None:
    columns = select(EvidenceTimestamp.size, EvidenceTimestamp.note, EvidenceTimestamp.reply)
    with store.reading() as session:
        for place, note, reply in session.execute(columns.where(EvidenceTimestamp.size <= size)).yield_per(1_000):
            _write(folder / str(place), note.encode("utf-8"))
            _write(folder / f"{place}.tsr", reply)


def _tiles(size: int, start: int = 0, end: int | None = None) -> Iterator[TilePath]:
    """Name the tiles of leaf hashes of a tree, from one's place to before another's."""
    full, rest = divmod(size, FULL_WIDTH)
    for index in range(start, full if end is None else min(full, end)):
        yield TilePath(0, index)
    if rest and start <= full and (end is None or full < end):
        yield TilePath(0, full, rest)


def _hash_file(directory: Path, tile: TilePath) -> Path:
    return directory / "tile" / write_tile_path(tile)


def _entry_file(directory: Path, tile: TilePath) -> Path:
    return directory / "tile" / write_tile_path(tile).replace("0/", "entries/", 1)


def _write(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)


def _read(file: Path, index: int) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError as error:
        raise VerificationError("missing", index) from error
