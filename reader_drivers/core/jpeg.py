"""Where a JPEG ends inside padding. Pure. Source: ITU-T T.81 annex B.1.1 (markers and their segments)."""

JPEG_START = b"\xff\xd8"
_EOI = 0xD9
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD9)})  # TEM, RST0-7, SOI: markers without a segment


def find_jpeg_end(data: bytes) -> int | None:
    """Return the offset behind the end marker (FFD9) of the JPEG at the start of ``data``.

    Segments are stepped over by their length, so that an end marker inside one (a thumbnail) is not taken for the
    picture's; nothing is decided by padding, for a picture's own bytes may be 20 too.

    Returns:
        The length of the picture, or None when ``data`` is no JPEG or not all of it yet.
    """
    if not data.startswith(JPEG_START):
        return None
    at = 2
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            return None
        marker = data[at + 1]
        if marker == _EOI:
            return at + 2
        if marker in {0x00, 0xFF} or marker in _STANDALONE:  # stuffed byte, fill byte, no segment
            at += 1 if marker == 0xFF else 2
            continue
        if at + 4 > len(data):
            return None
        at += 2 + max(2, int.from_bytes(data[at + 2 : at + 4]))
