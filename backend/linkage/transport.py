"""HTTP to the agencies over kept connections: small answers only, no redirects, no compression, no cookies."""

import asyncio
import socket
import ssl
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from aiohappyeyeballs import start_connection

from backend.linkage.http_line import AnswerError, HttpLine, LostLineError, encode_request
from backend.linkage.ports import HttpCall, NotKnown
from contracts.decision import NotKnownCause

MAX_CONNECTIONS_PER_AGENCY: Final = 128
CONNECTION_KEPT_S: Final = 20
_NEXT_ADDRESS_S: Final = 0.25
"""RFC 8305 section 8: the Connection Attempt Delay."""
_BUSY: Final = frozenset({408, 429, 503})
_PORTS: Final = {"http": 80, "https": 443}
_BASE_HEADERS: Final[Mapping[str, str]] = {"Accept-Encoding": "identity", "User-Agent": "baidiao-centre"}
_Line = HttpLine[NotKnown]


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
    if isinstance(error, AnswerError):
        return NotKnown(NotKnownCause.BAD_ANSWER, retryable=error.detail == "cut_short", detail=error.detail)
    if isinstance(error, ssl.SSLError):
        return NotKnown(NotKnownCause.UNREACHABLE, retryable=False, detail=detail)
    if isinstance(error, OSError):
        return NotKnown(NotKnownCause.UNREACHABLE, retryable=True, detail=detail)
    return NotKnown(NotKnownCause.BAD_ANSWER, retryable=False, detail=detail)


@dataclass(slots=True)
class _Agency:
    """The connections to one address under one set of certificates.

    Attributes:
        idle: Those kept, the last used at the end.
        free: How many more may be in use.
    """

    idle: deque[_Line] = field(default_factory=deque)
    free: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MAX_CONNECTIONS_PER_AGENCY))


@dataclass(frozen=True, slots=True)
class _Place:
    host: str
    port: int
    tls: ssl.SSLContext | None


class HttpTransport:
    """The real transport. Lives on one event loop; opens a connection where none is free."""

    def __init__(self) -> None:
        self._agencies: dict[_Place, _Agency] = {}
        self._sending: set[asyncio.Task[Any]] = set()
        self._usual_tls: ssl.SSLContext | None = None

    async def send(self, call: HttpCall, deadline_s: float) -> bytes | NotKnown:
        """Send ``call`` and return the answer's body, or why there is none. Never raises for a fault of the peer."""
        task = asyncio.current_task()
        if task is not None:
            self._sending.add(task)
        try:
            async with asyncio.timeout(deadline_s):
                try:
                    return await self._exchange(call)
                except LostLineError:
                    # An idle connection that the peer closed just as we used it. Questions only read, so once more.
                    return await self._exchange(call)
        except (TimeoutError, OSError, AnswerError, ValueError) as error:
            return classify_failure(error)
        finally:
            if task is not None:
                self._sending.discard(task)

    async def aclose(self) -> None:
        """Break off what is being asked, and close every connection."""
        broken_off = tuple(self._sending)
        for task in broken_off:
            task.cancel()
        await asyncio.gather(*broken_off, return_exceptions=True)
        for agency in self._agencies.values():
            while agency.idle:
                agency.idle.pop().close()
        self._agencies.clear()
        await asyncio.sleep(0)  # the loop hangs up on its next turn

    async def _exchange(self, call: HttpCall) -> bytes | NotKnown:
        parts = urlsplit(call.url)
        place, request = self._place(parts, call), _encode(parts, call)
        agency = self._agencies.setdefault(place, _Agency())
        async with agency.free:
            line = _take(agency) or await _open(place)
            answer = await line.exchange(request, partial(_judge, call), call.most_bytes)
            if line.is_open:
                line.idle_since_s = asyncio.get_running_loop().time()
                agency.idle.append(line)
        return answer.body if answer.refusal is None else answer.refusal

    def _place(self, parts: SplitResult, call: HttpCall) -> _Place:
        if parts.scheme not in _PORTS or not parts.hostname or parts.username is not None:
            raise ValueError("no address to send to")
        tls = None
        if parts.scheme == "https":
            self._usual_tls = self._usual_tls or ssl.create_default_context()
            tls = call.tls or self._usual_tls
        return _Place(parts.hostname, parts.port or _PORTS[parts.scheme], tls)


def _take(agency: _Agency) -> _Line | None:
    """Return a kept connection that is still good, the last used first; hang up those kept for too long."""
    too_old_s = asyncio.get_running_loop().time() - CONNECTION_KEPT_S
    while agency.idle and agency.idle[0].idle_since_s < too_old_s:
        agency.idle.popleft().close()
    while agency.idle:
        line = agency.idle.pop()
        if line.is_open:
            return line
    return None


async def _open(place: _Place) -> _Line:
    loop = asyncio.get_running_loop()
    addresses = await loop.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
    # A host may have addresses that lead nowhere, of IPv6 above all: the others are tried without waiting for them.
    connected = await start_connection(addresses, happy_eyeballs_delay=_NEXT_ADDRESS_S, interleave=1)
    name = place.host if place.tls else None
    _transport, line = await loop.create_connection(_Line, sock=connected, ssl=place.tls, server_hostname=name)
    return line


def _encode(parts: SplitResult, call: HttpCall) -> bytes:
    headers = {"Host": parts.netloc, **_BASE_HEADERS, "Accept": _accept(call.accepts), **call.headers}
    if call.method == "POST":
        headers["Content-Type"] = call.content_type
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return encode_request(call.method, target, headers, call.body)


@cache
def _accept(media: frozenset[str]) -> str:
    return ", ".join(sorted(media))


def _judge(call: HttpCall, status: int, headers: Mapping[str, str]) -> NotKnown | None:
    """Return why an answer is none, by its status and headers."""
    told = call.inspect(status, headers) if call.inspect else None
    if told is not None:
        return told
    if status != 200 and status not in call.fault_statuses:
        return classify_status(status)
    media = headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if media not in call.accepts:
        return NotKnown(NotKnownCause.BAD_ANSWER, retryable=False, detail="content_type")
    if headers.get("Content-Encoding", "identity") != "identity":
        return NotKnown(NotKnownCause.BAD_ANSWER, retryable=False, detail="content_encoding")
    return None
