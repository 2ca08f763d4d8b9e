"""The requests that an adapter would never send: spoilt, slow, or by another method."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Final

import aiohttp
from yarl import URL

from backend.linkage.ports import MAX_ANSWER_BYTES, HttpCall, NotKnown
from backend.linkage.transport import HttpTransport

_PIECES: Final = 8


@dataclass(frozen=True, slots=True)
class Seen:
    """What came back. The body is kept for looking at, never for telling."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Recorder:
    """A transport that remembers the last call as it really went out, proofs and TLS included."""

    def __init__(self) -> None:
        self._inner = HttpTransport()
        self.last: HttpCall | None = None

    async def send(self, call: HttpCall, deadline_s: float) -> bytes | NotKnown:
        """Send (see ``Transport``)."""
        self.last = call
        return await self._inner.send(call, deadline_s)

    async def aclose(self) -> None:
        """Close every connection."""
        await self._inner.aclose()


async def exchange(
    call: HttpCall,
    deadline_s: float,
    *,
    method: str = "",
    drip_s: float = 0.0,
    without: frozenset[str] = frozenset(),
) -> Seen | None:
    """Send a call on a connection of its own; None when nothing came within the deadline, or the line broke.

    Args:
        call: What to send.
        deadline_s: Seconds to wait.
        method: Instead of the call's own.
        drip_s: Over how many seconds the body is let out, piece by piece.
        without: Headers, in small letters, that are left out.
    """
    headers = {name: value for name, value in call.headers.items() if name.lower() not in without}
    if call.content_type:
        headers |= {"Content-Type": call.content_type, "Content-Length": str(len(call.body))}
    data = _drip(call.body, drip_s) if drip_s and call.body else call.body or None
    session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False)
    try:
        async with asyncio.timeout(deadline_s), session:
            url = URL(call.url, encoded=True)
            verb = method or call.method
            async with session.request(
                verb, url, data=data, headers=headers, allow_redirects=False, ssl=call.tls or True
            ) as answer:
                return Seen(answer.status, dict(answer.headers), await answer.content.read(MAX_ANSWER_BYTES))
    except (TimeoutError, OSError, aiohttp.ClientError, ValueError):
        return None


async def _drip(body: bytes, over_s: float) -> AsyncIterator[bytes]:
    size = max(1, -(-len(body) // _PIECES))
    for start in range(0, len(body), size):
        await asyncio.sleep(over_s / _PIECES)
        yield body[start : start + size]
