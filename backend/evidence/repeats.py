"""Finds leaves that stand twice in a log of any length: identities go to disk, sorted roughly, and are compared there.

A set of them in memory would take a gigabyte for ten million leaves; this takes a few megabytes, and on disk 24 bytes
a leaf.
"""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO, Final

_KEY_BYTES: Final = 16
_ROW_BYTES: Final = _KEY_BYTES + 8


class DiskRepeats:
    """Identities in files, one for each first byte: what is the same lies in the same file.

    Args:
        folder: Where to make them.
        stack: Closes them.
    """

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder = folder
        self._stack = stack
        self._files: dict[int, BinaryIO] = {}

    def add(self, identity: bytes, index: int) -> None:
        """Note one leaf's."""
        first = identity[0]
        file = self._files.get(first)
        if file is None:
            file = self._files[first] = self._stack.enter_context((self._folder / str(first)).open("w+b"))
        file.write(identity[:_KEY_BYTES] + index.to_bytes(8, "big"))

    def find(self) -> int | None:
        """Return the first leaf that repeats an earlier one; None when none does."""
        found = (self._find_in(file) for file in self._files.values())
        return min((index for index in found if index is not None), default=None)

    @staticmethod
    def _find_in(file: BinaryIO) -> int | None:
        file.seek(0)
        raw = file.read()
        rows = sorted(raw[at : at + _ROW_BYTES] for at in range(0, len(raw), _ROW_BYTES))
        twice = (two[_KEY_BYTES:] for one, two in pairwise(rows) if one[:_KEY_BYTES] == two[:_KEY_BYTES])
        return min((int.from_bytes(index, "big") for index in twice), default=None)


@contextmanager
def disk_repeats() -> Iterator[DiskRepeats]:
    """Open one in a temporary folder, which goes afterwards."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="baidiao-verify-")))
        yield DiskRepeats(folder, stack)
