"""A slip's picture as ESC/POS bytes: raster bands, blank paper fed instead of sent, a cut at the end. Pure.

Clauses are the command names of Epson's ESC/POS reference.
"""

from dataclasses import dataclass
from itertools import islice

from PIL import Image, ImageChops

INITIALIZE = b"\x1b@"  # ESC @
MOTION_UNITS = (
    b"\x1dP\x00\xcb"  # GS P 0 203: one unit of ESC J is one dot; models differ in their default (203, 360, 406)
)
FEED = b"\x1bJ"  # ESC J n: feed n units
RASTER = b"\x1dv0\x00"  # GS v 0 m=0: raster picture, one dot a bit
RASTER_TALL = b"\x1dv0\x02"  # GS v 0 m=2: each bit two dots high
RASTER_DOUBLED = b"\x1dv0\x03"  # GS v 0 m=3: each bit a square of two by two dots
CUT = b"\x1dVB\x18"  # GS V 66 24: feed to the cutter and 24 units more, cut leaving one point
TEAR = FEED + b"\xa0"  # feed 160 units, 20 mm: from the head to the tear bar
END_QUERY = b"\x1dr\x01"  # GS r 1: answered in order, so its answer says that everything before it was carried out
CLEAR_BUFFER = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"  # DLE DC4 fn=8: clear all buffers, in real time
CLEARED = b"\x37\x25\x00"  # the answer to it

BAND_ROWS = 100
"""Taller rasters come out corrupted on some printers over USB; multiples of 48 and 96 on others."""
WORTH_SPLITTING_BYTES = 16
"""A raster's head has eight bytes; fewer and longer rasters print more evenly."""
LEAST_FED_ROWS = 2
"""Fewer blank rows are not worth stopping the raster for."""
LEAST_DOUBLED_PAIRS = 12
"""A band of fewer row pairs is not worth a raster of its own."""


@dataclass(frozen=True)
class SlipBytes:
    """One slip for a printer.

    Attributes:
        body: Everything that burns dots.
        tail: The cut and the closing query. Until these are sent the slip cannot have come out whole.
        rows: Rows of dots down the paper.
    """

    body: bytes
    tail: bytes
    rows: int

    @property
    def printed(self) -> bytes:
        """The slip without the closing query, for what never answers."""
        return self.body + self.tail.removesuffix(END_QUERY)


def _feed(rows: int) -> bytes:
    whole, rest = divmod(rows, 255)
    return (FEED + b"\xff") * whole + (FEED + bytes([rest]) if rest else b"")


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


def _raster(command: bytes, rows: list[bytes]) -> bytes:
    """Rows as rasters: ``GS v 0 m xL xH yL yH d1…dk``, x in bytes, y in rows.

    Each is as wide as its widest row (a narrower raster stands at the left margin), so a line of text that ends early
    begins a raster of its own when that saves more than ``WORTH_SPLITTING_BYTES``.
    """
    data = b""
    band: list[bytes] = []
    wide = 0
    for row in rows:
        joined = max(wide, len(row))
        waste = (joined - wide) * len(band) + joined - len(row)
        if len(band) == BAND_ROWS or (band and waste > WORTH_SPLITTING_BYTES):
            data += _one_raster(command, band, wide)
            band, wide, joined = [], 0, len(row)
        band.append(row)
        wide = joined
    return data + _one_raster(command, band, wide) if band else data


def _one_raster(command: bytes, band: list[bytes], wide: int) -> bytes:
    wide = max(wide, 1)
    head = command + wide.to_bytes(2, "little") + len(band).to_bytes(2, "little")
    return head + b"".join(row.ljust(wide, b"\0") for row in band)


def _encode_rows(found: _Rows) -> bytes:
    """Feed what is blank, send what is made of squares or of equal pairs of rows smaller, and the rest dot by dot."""
    data = b""
    pending: list[bytes] = []
    at = 0
    while at < len(found.single):
        blank = _blank_run(found.single, at)
        squares = _paired_run(found.doubled, at)
        tall = _paired_run(found.tall, at)
        if blank >= LEAST_FED_ROWS:
            special, rows = _feed(blank), blank
        elif squares:
            special, rows = _raster(RASTER_DOUBLED, squares), 2 * len(squares)
        elif tall:
            special, rows = _raster(RASTER_TALL, tall), 2 * len(tall)
        else:
            pending.append(found.single[at])
            at += 1
            continue
        data += _raster(RASTER, pending) + special
        pending, at = [], at + rows
    return data + _raster(RASTER, pending)


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


def encode_slip(
    image: Image.Image, *, cut_first: bool = False, cutter: bool = True, doubling: bool = True
) -> SlipBytes:
    """Encode a picture.

    Args:
        image: Mode ``1``, black burns, width a multiple of 8.
        cut_first: Cut before printing, because the beginning of a slip that was given up may still hang in the printer.
        cutter: The printer has one; else the paper is fed to where it is torn off.
        doubling: The printer knows GS v 0's m=2 and m=3; nearly all do.
    """
    end = CUT if cutter else TEAR
    start = INITIALIZE + (end if cut_first else b"") + MOTION_UNITS
    rows = _read_rows(image, doubling=doubling)
    return SlipBytes(start + _encode_rows(rows), end + END_QUERY, image.height)
