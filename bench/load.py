"""A cheap load generator: requests made beforehand, connections kept for a while, answers read by length."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import cast
from urllib.parse import urlsplit

import uvloop

_BEFORE_ANEW = 20
"""Requests on a connection before it is opened anew: else one worker may be left with most of the work."""
_HEAD_END = b"\r\n\r\n"


@dataclass
class Loaded:
    """What a run saw.

    Attributes:
        latencies_s: One an answer, in seconds.
        took_s: How long the run was.
        sample: The last answer's body.
    """

    latencies_s: list[float] = field(default_factory=list)
    took_s: float = 0.0
    sample: bytes = b""


def encode_post(url: str, body: bytes, headers: dict[str, str]) -> bytes:
    """Write one HTTP/1.1 POST."""
    parts = urlsplit(url)
    lines = [f"POST {parts.path} HTTP/1.1", f"Host: {parts.netloc}", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + _HEAD_END + body


def encode_get(url: str) -> bytes:
    """Write one HTTP/1.1 GET."""
    parts = urlsplit(url)
    return f"GET {parts.path}?{parts.query} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode()


def fire(url: str, requests: list[bytes], connections: int, duration_s: float) -> Loaded:
    """Send requests over so many connections, each the next as soon as its last was answered, for a while."""
    return uvloop.run(_fire(url, iter(requests), connections, duration_s))


async def _fire(url: str, waiting: Iterator[bytes], connections: int, duration_s: float) -> Loaded:
    loaded, parts, began = Loaded(), urlsplit(url), time.perf_counter()
    loop = asyncio.get_running_loop()

    def left() -> bool:
        return time.perf_counter() - began < duration_s

    async def one_after_another() -> None:
        while left():
            transport, line = await loop.create_connection(_Line, parts.hostname, parts.port)
            for request in islice(waiting, _BEFORE_ANEW):
                sent = time.perf_counter()
                loaded.sample = await line.ask(request)
                loaded.latencies_s.append(time.perf_counter() - sent)
                if not left():
                    break
            transport.close()

    await asyncio.gather(*(one_after_another() for _ in range(connections)))
    loaded.took_s = time.perf_counter() - began
    return loaded


class _Line(asyncio.Protocol):
    """One connection, one question at a time."""

    def __init__(self) -> None:
        self._got = bytearray()
        self._answer: asyncio.Future[bytes] | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own class is no subclass

    async def ask(self, request: bytes) -> bytes:
        """Send a request; return the answer's body."""
        self._answer = asyncio.get_running_loop().create_future()
        if self._transport is not None:
            self._transport.write(request)
        return await self._answer

    def data_received(self, data: bytes) -> None:
        self._got += data
        end = self._got.find(_HEAD_END)
        if end < 0 or self._answer is None:
            return
        head = bytes(self._got[:end]).lower()
        at = head.index(b"content-length: ") + 16
        whole = end + 4 + int(head[at:].split(b"\r\n", 1)[0])
        if len(self._got) < whole:
            return
        body = bytes(self._got[end + 4 : whole])
        del self._got[:whole]
        if head.startswith(b"http/1.1 20"):
            self._answer.set_result(body)
        else:
            self._answer.set_exception(SystemExit(f"answered {head.split(b' ', 2)[1].decode()}: {body.decode()[:300]}"))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(SystemExit(f"hung up: {exc}"))
