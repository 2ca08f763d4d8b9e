"""HTTP to the agencies over one aiohttp session: small answers only, no redirects, no compression, no cookies."""

import asyncio
from collections.abc import Mapping
from typing import Final

import aiohttp
from yarl import URL

from backend.linkage.ports import HttpCall, NotKnown
from contracts.decision import NotKnownCause

MAX_CONNECTIONS_PER_AGENCY: Final = 128
CONNECTION_KEPT_S: Final = 20
_BUSY: Final = frozenset({408, 429, 503})
_LOST: Final = (aiohttp.ServerDisconnectedError, ConnectionResetError, BrokenPipeError)
_BASE_HEADERS: Final[Mapping[str, str]] = {"Accept-Encoding": "identity", "User-Agent": "baidiao-centre"}


def classify_status(status: int) -> NotKnown:
    """Say what an HTTP status other than 200 means (RFC 9110 section 15)."""
    detail = f"status_{status}"
    if status in _BUSY:
        return NotKnown(NotKnownCause.OVERLOADED, retryable=True, detail=detail)
    if status in {502, 504}:
        return NotKnown(NotKnownCause.UNREACHABLE, retryable=True, detail=detail)
    return NotKnown(NotKnownCause.BAD_ANSWER, retryable=status >= 500, detail=detail)


def classify_failure(error: Exception) -> NotKnown:
    """Say what a failed exchange means: which cause, and whether asking again may help.

    Names of exception classes alone are kept: their messages may quote the peer.
    """
    detail = type(error).__name__
    if isinstance(error, TimeoutError):
        return NotKnown(NotKnownCause.TIMEOUT, retryable=True, detail="deadline")
    if isinstance(error, aiohttp.ClientSSLError | aiohttp.InvalidURL):
        return NotKnown(NotKnownCause.UNREACHABLE, retryable=False, detail=detail)
    if isinstance(error, aiohttp.ClientPayloadError):
        return NotKnown(NotKnownCause.BAD_ANSWER, retryable=True, detail=detail)
    if isinstance(error, aiohttp.ClientConnectionError | OSError):
        return NotKnown(NotKnownCause.UNREACHABLE, retryable=True, detail=detail)
    return NotKnown(NotKnownCause.BAD_ANSWER, retryable=False, detail=detail)


class AiohttpTransport:
    """The real transport. Lives on one event loop; its session opens at the first call."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    async def send(self, call: HttpCall, deadline_s: float) -> bytes | NotKnown:
        """Send ``call`` and return the answer's body, or why there is none. Never raises for a fault of the peer."""
        try:
            async with asyncio.timeout(deadline_s):
                try:
                    return await self._exchange(call)
                except _LOST:
                    # An idle connection that the peer closed just as we used it. Questions only read, so once more.
                    return await self._exchange(call)
        except (TimeoutError, OSError, aiohttp.ClientError, aiohttp.http.HttpProcessingError, ValueError) as error:
            return classify_failure(error)

    async def _exchange(self, call: HttpCall) -> bytes | NotKnown:
        headers = {**_BASE_HEADERS, "Accept": ", ".join(sorted(call.accepts)), **call.headers}
        if call.method == "POST":
            headers["Content-Type"] = call.content_type
        request = self._opened().request(
            call.method,
            URL(call.url, encoded=True),
            data=call.body or None,
            headers=headers,
            allow_redirects=False,
            ssl=call.tls or True,
        )
        async with request as response:
            told = call.inspect(response.status, response.headers) if call.inspect else None
            if told is not None:
                return told
            if response.status != 200 and response.status not in call.fault_statuses:
                return classify_status(response.status)
            refusal = _refuse(response, call)
            if refusal is not None:
                return NotKnown(NotKnownCause.BAD_ANSWER, retryable=False, detail=refusal)
            body = await _read_limited(response.content, call.most_bytes)
        if body is None:
            return NotKnown(NotKnownCause.BAD_ANSWER, retryable=False, detail="too_large")
        return body

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(
                limit=0,
                limit_per_host=MAX_CONNECTIONS_PER_AGENCY,
                keepalive_timeout=CONNECTION_KEPT_S,
                ttl_dns_cache=60,
            )
            self._session = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=None),  # the deadline covers all of it
                auto_decompress=False,  # a small compressed answer may unfold into a huge one
            )
        return self._session

    async def aclose(self) -> None:
        """Close every connection."""
        if self._session is not None:
            await self._session.close()
            self._session = None


def _refuse(response: aiohttp.ClientResponse, call: HttpCall) -> str | None:
    if response.content_type not in call.accepts:
        return "content_type"
    if response.headers.get("Content-Encoding", "identity") != "identity":
        return "content_encoding"
    if (response.content_length or 0) > call.most_bytes:
        return "too_large"
    return None


async def _read_limited(content: aiohttp.StreamReader, most: int) -> bytes | None:
    body = bytearray()
    async for chunk in content.iter_any():
        body += chunk
        if len(body) > most:
            return None
    return bytes(body)
