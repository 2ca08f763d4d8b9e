"""A slip's picture as ESC/POS bytes: raster bands, blank paper fed instead of sent, a cut at the end. Pure.

Clauses are the command names of Epson's ESC/POS reference.
"""

from dataclasses import dataclass
from itertools import islice

from PIL import Image, ImageChops

INITIALIZE = b"\x1b@"  # ESC @
MOTION_UNITS = b"\x1dP\x00"  # GS P 0 y: one unit of ESC J is 1/y inch, a dot; models differ in their default
FEED = b"\x1bJ"  # ESC J n: feed n units
RASTER = b"\x1dv0\x00"  # GS v 0 m=0: raster picture, one dot a bit
RASTER_TALL = b"\x1dv0\x02"  # GS v 0 m=2: each bit two dots high
RASTER_DOUBLED = b"\x1dv0\x03"  # GS v 0 m=3: each bit a square of two by two dots
CUT = b"\x1dVB\x18"  # GS V 66 24: feed to the cutter and 24 units more, cut leaving one point
TEAR = FEED + b"\xa0"  # feed 160 units, 20 mm: from the head to the tear bar
END_QUERY = b"\x1dr\x01"  # GS r 1: answered in order, so its answer says that everything before it was carried out
CLEAR_BUFFER = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"  # DLE DC4 fn=8: clear all buffers, in real time
CLEAR_AFTER_ERROR = b"\x10\x05\x02"  # DLE ENQ 2: clear buffers, recover from an error; older than fn=8, never answered
AUTOMATIC_STATUS = b"\x1da\x0e"  # GS a 14: tell of every change of paper, error and line by itself

BAND_ROWS = 100
"""Taller rasters come out corrupted on some printers over USB; multiples of 48 and 96 on others."""
WORTH_SPLITTING_BYTES = 16
"""A raster's head has eight bytes; fewer and longer rasters print more evenly."""
LEAST_FED_ROWS = 2
"""Fewer blank rows are not worth stopping the raster for."""
TAIL_ROWS = 480
"""60 mm: the lower half of the largest code and what stands under it."""
PIECE_BYTES = 4096
LEAST_DOUBLED_PAIRS = 12
"""A band of fewer row pairs is not worth a raster of its own."""


@dataclass(frozen=True)
class SlipBytes:
    """One slip for a printer.

    Attributes:
        pieces: All but the end, a few kilobytes each. Between two pieces the printer may be asked how it is: a query
            within a raster would be taken for dots.
        tail: The last ``TAIL_ROWS`` of paper with the lower half of the code, the cut and the closing query. Until it
            is sent the slip cannot have come out whole.
        rows: Rows of dots down the paper.
    """

    pieces: tuple[bytes, ...]
    tail: bytes
    rows: int

    @property
    def size(self) -> int:
        """Bytes in all."""
        return sum(map(len, self.pieces)) + len(self.tail)

    @property
    def printed(self) -> bytes:
        """The slip without the closing query, for what never answers."""
        return b"".join(self.pieces) + self.tail.removesuffix(END_QUERY)


@dataclass(frozen=True)
class _Rows:
    """A picture's rows as bytes, black dots as ones, blank bytes at their right ends left away.

    Attributes:
        single: One row each.
        tall: For each pair of rows that are the same, that row; else None.
        doubled: For each pair of rows that is made of squares of two by two dots, it at half the width; else None.
    """

    single: list[bytes]
    tall: list[bytes | None]
    doubled: list[bytes | None]


def _split(dots: bytes, stride: int) -> list[bytes]:
    return [dots[start : start + stride] for start in range(0, len(dots), stride)]


def _read_rows(image: Image.Image, *, doubling: bool) -> _Rows:
    dots = ImageChops.invert(image)
    rows = _split(dots.tobytes(), image.width // 8)
    trimmed = [row.rstrip(b"\0") for row in rows]
    if not doubling or image.width % 16 or image.height < 2:
        return _Rows(trimmed, [], [])
    pairs = image.height // 2
    half = dots.crop((0, 0, image.width, 2 * pairs)).resize((image.width // 2, pairs), Image.Resampling.NEAREST)
    again = _split(half.resize((image.width, pairs), Image.Resampling.NEAREST).tobytes(), image.width // 8)
    halves = _split(half.tobytes(), image.width // 16)
    tall = [trimmed[2 * at] if rows[2 * at] == rows[2 * at + 1] else None for at in range(pairs)]
    squares = [
        halves[at].rstrip(b"\0") if tall[at] is not None and rows[2 * at] == again[at] else None for at in range(pairs)
    ]
    return _Rows(trimmed, tall, squares)


@dataclass(frozen=True)
class _Command:
    """One command, and how far down the paper it leads."""

    data: bytes
    rows: int


def _feed(rows: int) -> list[_Command]:
    steps = [255] * (rows // 255) + ([rows % 255] if rows % 255 else [])
    return [_Command(FEED + bytes([step]), step) for step in steps]


def _raster(command: bytes, rows: list[bytes], dots_a_row: int = 1) -> list[_Command]:
    """Rows as rasters: ``GS v 0 m xL xH yL yH d1…dk``, x in bytes, y in rows.

    Each is as wide as its widest row (a narrower raster stands at the left margin), so a line of text that ends early
    begins a raster of its own when that saves more than ``WORTH_SPLITTING_BYTES``.
    """
    bands: list[list[bytes]] = []
    wide = 0
    for row in rows:
        joined = max(wide, len(row))
        waste = (joined - wide) * len(bands[-1]) + joined - len(row) if bands else 0
        if not bands or len(bands[-1]) == BAND_ROWS or waste > WORTH_SPLITTING_BYTES:
            bands.append([])
            joined = len(row)
        bands[-1].append(row)
        wide = joined
    return [_Command(_one_raster(command, band), len(band) * dots_a_row) for band in bands]


def _one_raster(command: bytes, band: list[bytes]) -> bytes:
    wide = max(1, *map(len, band))
    head = command + wide.to_bytes(2, "little") + len(band).to_bytes(2, "little")
    return head + b"".join(row.ljust(wide, b"\0") for row in band)


def _encode_rows(found: _Rows) -> list[_Command]:
    """Feed what is blank, send what is made of squares or of equal pairs of rows smaller, and the rest dot by dot."""
    commands: list[_Command] = []
    pending: list[bytes] = []
    at = 0
    while at < len(found.single):
        special = _special(found, at)
        if special:
            commands += _raster(RASTER, pending) + special
            pending = []
            at += sum(command.rows for command in special)
        else:
            pending.append(found.single[at])
            at += 1
    return commands + _raster(RASTER, pending)


def _special(found: _Rows, at: int) -> list[_Command]:
    """What begins at row ``at`` and needs not be sent dot by dot; nothing when it must."""
    blank = _blank_run(found.single, at)
    if blank >= LEAST_FED_ROWS:
        return _feed(blank)
    if squares := _paired_run(found.doubled, at):
        return _raster(RASTER_DOUBLED, squares, dots_a_row=2)
    return _raster(RASTER_TALL, _paired_run(found.tall, at), dots_a_row=2)


def _blank_run(rows: list[bytes], at: int) -> int:
    """How many rows from ``at`` are blank."""
    end = at
    while end < len(rows) and not rows[end]:
        end += 1
    return end - at


def _paired_run(pairs: list[bytes | None], at: int) -> list[bytes]:
    """What stands in ``pairs`` from row ``at`` to the next blank or missing one; nothing when they are too few."""
    start = at // 2
    if at % 2:
        return []
    run = []
    for row in islice(pairs, start, None):
        if not row:
            break
        run.append(row)
    return run if len(run) >= LEAST_DOUBLED_PAIRS else []


def _pieces(commands: list[_Command]) -> list[bytes]:
    pieces = [b""]
    for command in commands:
        if len(pieces[-1]) + len(command.data) > PIECE_BYTES:
            pieces.append(b"")
        pieces[-1] += command.data
    return pieces


def _tail_start(commands: list[_Command], rows: int) -> int:
    """The first command of the last ``TAIL_ROWS``; the last command of all when it alone is as long."""
    done = 0
    for at, command in enumerate(commands):
        if done >= rows - TAIL_ROWS:
            return at
        done += command.rows
    return len(commands) - 1


def encode_slip(image: Image.Image, *, cutter: bool = True, doubling: bool = True, dpi: int = 203) -> SlipBytes:
    """Encode a picture.

    Args:
        image: Mode ``1``, black burns, width a multiple of 8.
        cutter: The printer has one; else the paper is fed to where it is torn off.
        doubling: The printer knows GS v 0's m=2 and m=3; nearly all do.
        dpi: Dots an inch down the paper.
    """
    start = INITIALIZE + MOTION_UNITS + bytes([dpi])
    commands = [_Command(start, 0), *_encode_rows(_read_rows(image, doubling=doubling))]
    split = max(_tail_start(commands, image.height), 1)
    tail = b"".join(command.data for command in commands[split:])
    end = CUT if cutter else TEAR
    return SlipBytes(tuple(_pieces(commands[:split])), tail + end + END_QUERY, image.height)


def encode_scrap_cut(*, cutter: bool = True) -> bytes:
    """Cut off what hangs in the printer, and nothing else."""
    return INITIALIZE + (CUT if cutter else TEAR)
