"""Consistent overhead byte stuffing (Cheshire and Baker, 1999): a packet without zeros, at most one byte in 254 longer.

The host uses the library ``cobs``, which does the same; tests hold the two against each other.
"""


def stuff(data: "bytes | bytearray") -> bytes:
    """Return ``data`` without zero bytes; the delimiter is not appended."""
    out = bytearray(1)
    code_at = 0
    for byte in data:
        if len(out) - code_at == 255:  # a full run stands for 254 bytes and no zero
            out[code_at] = 255
            code_at = len(out)
            out.append(0)
        if byte:
            out.append(byte)
        else:
            out[code_at] = len(out) - code_at
            code_at = len(out)
            out.append(0)
    out[code_at] = len(out) - code_at
    return bytes(out)


def unstuff(packet: "bytes | bytearray") -> "bytes | None":
    """Return what was stuffed, or None when ``packet`` (without delimiter) cannot have been made by :func:`stuff`."""
    out = bytearray()
    at = 0
    end = len(packet)
    if end == 0:
        return None
    while at < end:
        code = packet[at]
        until = at + code
        if code == 0 or until > end:
            return None
        for n in range(at + 1, until):
            if packet[n] == 0:
                return None
            out.append(packet[n])
        at = until
        if code < 255 and at < end:
            out.append(0)
    return bytes(out)
