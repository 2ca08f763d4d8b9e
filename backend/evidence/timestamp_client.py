"""Asks a timestamping authority over HTTP (RFC 3161 section 3.4)."""

import time
from typing import Final

import requests

from backend.evidence.errors import TimestampError

TIMEOUT_S: Final = 10.0
_MOST_BYTES: Final = 64 * 1024
_HEADERS: Final = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}


def ask_authority(url: str, request: bytes, timeout_s: float = TIMEOUT_S) -> bytes:
    """Return an authority's reply, unchecked.

    Raises:
        TimestampError: There is none within the time, however slowly it trickles, or it is far too long.
    """
    until_s = time.monotonic() + timeout_s
    body = bytearray()
    try:
        with requests.post(
            url, data=request, headers=_HEADERS, timeout=timeout_s, allow_redirects=False, stream=True
        ) as reply:
            if reply.status_code != 200:
                raise TimestampError("bad_answer" if reply.status_code < 500 else "unreachable")
            for piece in reply.iter_content(1024):
                body += piece
                if len(body) > _MOST_BYTES:
                    raise TimestampError("bad_answer")
                if time.monotonic() > until_s:
                    raise TimestampError("unreachable")
    except requests.RequestException as error:
        raise TimestampError("unreachable") from error
    return bytes(body)
