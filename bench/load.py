"""A cheap load generator: requests made beforehand, connections kept for a while, answers read by length."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from urllib.parse import urlsplit

import uvloop

_BEFORE_ANEW = 20
"""Requests on a connection before it is opened anew: else one worker may be left with most of the work."""


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
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def encode_get(url: str) -> bytes:
    """Write one HTTP/1.1 GET."""
    parts = urlsplit(url)
    return f"GET {parts.path}?{parts.query} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode()


def fire(url: str, requests: list[bytes], connections: int, duration_s: float) -> Loaded:
    """Send requests over so many connections, each the next as soon as its last was answered, for a while."""
    return uvloop.run(_fire(url, iter(requests), connections, duration_s))


async def _fire(url: str, waiting: Iterator[bytes], connections: int, duration_s: float) -> Loaded:
    loaded, parts, began = Loaded(), urlsplit(url), time.perf_counter()

    def left() -> bool:
        return time.perf_counter() - began < duration_s

    async def one_after_another() -> None:
        while left():
            reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
            for request in islice(waiting, _BEFORE_ANEW):
                sent = time.perf_counter()
                writer.write(request)
                loaded.sample = await _read_answer(reader)
                loaded.latencies_s.append(time.perf_counter() - sent)
                if not left():
                    break
            writer.close()

    await asyncio.gather(*(one_after_another() for _ in range(connections)))
    loaded.took_s = time.perf_counter() - began
    return loaded


async def _read_answer(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    at = head.lower().index(b"content-length: ") + 16
    body = await reader.readexactly(int(head[at:].split(b"\r\n", 1)[0]))
    if not head.startswith(b"HTTP/1.1 20"):
        raise SystemExit(f"answered {head.split(b' ', 2)[1].decode()}: {body.decode()[:300]}")
    return body
