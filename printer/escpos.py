"""A slip's picture as ESC/POS bytes: raster bands, blank paper fed instead of sent, a cut at the end. Pure.

Clauses are the command names of Epson's ESC/POS reference.
"""

from dataclasses import dataclass
from itertools import groupby

from PIL import Image, ImageChops

INITIALIZE = b"\x1b@"  # ESC @
MOTION_UNITS = (
    b"\x1dP\x00\xcb"  # GS P 0 203: one unit of ESC J is one dot; models differ in their default (203, 360, 406)
)
FEED = b"\x1bJ"  # ESC J n: feed n units
RASTER = b"\x1dv0\x00"  # GS v 0 m=0: raster picture, one dot a bit
CUT = b"\x1dVB\x18"  # GS V 66 24: feed to the cutter and 24 units more, cut leaving one point
END_QUERY = b"\x1dr\x01"  # GS r 1: answered in order, so its answer says that everything before it was carried out
CLEAR_BUFFER = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"  # DLE DC4 fn=8: clear all buffers, in real time
CLEARED = b"\x37\x25\x00"  # the answer to it

BAND_ROWS = 100
"""Taller rasters come out corrupted on some printers over USB; multiples of 48 and 96 on others."""
LEAST_FED_ROWS = 8
"""Fewer blank rows cost less to send than to interrupt the raster for."""


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


def _bands(rows: list[bytes]) -> bytes:
    """Rows as rasters of at most ``BAND_ROWS``: ``GS v 0 m xL xH yL yH d1…dk``, x in bytes, y in dots."""
    bands = (rows[start : start + BAND_ROWS] for start in range(0, len(rows), BAND_ROWS))
    return b"".join(
        RASTER + len(band[0]).to_bytes(2, "little") + len(band).to_bytes(2, "little") + b"".join(band) for band in bands
    )


def _encode_rows(rows: list[bytes]) -> bytes:
    data = b""
    pending: list[bytes] = []
    for blank, run in groupby(rows, key=lambda row: not any(row)):
        same = list(run)
        if blank and len(same) >= LEAST_FED_ROWS:
            data += _bands(pending) + _feed(len(same))
            pending = []
        else:
            pending += same
    return data + _bands(pending)


def encode_slip(image: Image.Image, *, cut_first: bool = False) -> SlipBytes:
    """Encode a picture.

    Args:
        image: Mode ``1``, black burns, width a multiple of 8.
        cut_first: Cut before printing, because the beginning of a slip that was given up may still hang in the printer.
    """
    stride = image.width // 8
    dots = ImageChops.invert(image).tobytes()
    rows = [dots[start : start + stride] for start in range(0, len(dots), stride)]
    start = INITIALIZE + (CUT if cut_first else b"") + MOTION_UNITS
    return SlipBytes(start + _encode_rows(rows), CUT + END_QUERY, image.height)
