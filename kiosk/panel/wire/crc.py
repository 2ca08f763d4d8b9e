"""CRC-16/CCITT-FALSE: polynomial 0x1021, start 0xFFFF, neither reflected nor inverted; "123456789" gives 0x29B1."""

_NIBBLES = tuple(0x1021 * n for n in range(16))
"""Remainders of the sixteen values of a nibble. A table of 256 would be twice as fast and cost the panel 1 KB."""


def crc16(data: "bytes | bytearray | memoryview", start: int = 0xFFFF) -> int:
    """Return the check sum of ``data``, going on from ``start``."""
    crc = start
    for byte in data:
        crc = (crc << 4 & 0xFFFF) ^ _NIBBLES[crc >> 12 ^ byte >> 4]
        crc = (crc << 4 & 0xFFFF) ^ _NIBBLES[crc >> 12 ^ byte & 15]
    return crc
