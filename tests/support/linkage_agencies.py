"""An agency on a real socket that behaves as badly as it is told to, and a subject to ask it about."""

import asyncio
import gzip
import json
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web

from contracts.card import Birth, Name
from contracts.decision import CardEvidence, Subject

Behaviour = Callable[[web.Request], Awaitable[web.StreamResponse]]
NUMBER = "3550100123457"


def subject(number: str = NUMBER) -> Subject:
    name = Name(prefix="นาง", first="บุญเรือน", last="แสงทองดี")
    card = CardEvidence(
        name_th=name, birth=Birth(year=1953), request_number="55010312143/03121437", chip_serial="0100000000000001"
    )
    return Subject(citizen_number=number, card=card)


def says(answer: object, *, delay_s: float = 0.0, status: int = 200) -> Behaviour:
    """Answer JSON."""
    return sends(json.dumps(answer).encode(), delay_s=delay_s, status=status)


def sends(
    body: bytes, media: str = "application/json", *, delay_s: float = 0.0, status: int = 200, **headers: str
) -> Behaviour:
    """Answer these bytes."""

    async def behave(_request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(delay_s)
        sent = {"Content-Type": media, **{name.replace("_", "-"): value for name, value in headers.items()}}
        return web.Response(body=body, status=status, headers=sent)

    return behave


async def hangs(_request: web.Request) -> web.StreamResponse:
    """Never answer."""
    await asyncio.sleep(3600)
    raise AssertionError


async def drops(request: web.Request) -> web.StreamResponse:
    """Close the connection without a word."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def closes_mid_body(request: web.Request) -> web.StreamResponse:
    """Promise 1000 bytes, send a few, hang up."""
    response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b'{"found": ')
    assert request.transport is not None
    request.transport.close()
    return response


async def endless(request: web.Request) -> web.StreamResponse:
    """Send without a length and without an end, until the other side has had enough."""
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(request)
    for _ in range(4096):
        await response.write(b" " * 8192)
    return response


def gzip_bomb() -> Behaviour:
    """A few kilobytes that unfold into eight megabytes."""
    return sends(gzip.compress(b" " * 8_000_000), Content_Encoding="gzip")


def misbehaviours() -> dict[str, Behaviour]:
    """Every way of yielding no facts, by name."""
    return {
        "garbage": sends(b"\x00\xff<<<not json>>>"),
        "empty": sends(b""),
        "deep": sends(b"[" * 60_000),
        "nan": sends(b'{"found": NaN}'),
        "huge_number": sends(b'{"found": true, "n": ' + b"9" * 60_000 + b"}"),
        "array": says([1, 2, 3]),
        "text_found": says({"found": "true"}),
        "oversized": sends(b'{"found": true, "x": "' + b"x" * 70_000 + b'"}'),
        "endless": endless,
        "html": sends(b"<html>hello</html>", "text/html"),
        "gzip_bomb": gzip_bomb(),
        "redirecting": sends(b"", status=302, Location="http://127.0.0.1:1/elsewhere"),
        "closing_mid_body": closes_mid_body,
        "dropping": drops,
        "status_500": says({"found": True}, status=500),
        "status_503": says({"found": True}, status=503),
        "status_404": says({"found": True}, status=404),
        "status_204": sends(b"", status=204),
        "hanging": hangs,
    }


@dataclass
class AgencyServer:
    """A small HTTP server in a thread. Set ``behaviour`` at any time; look at ``seen`` afterwards."""

    behaviour: Behaviour = field(default_factory=lambda: says({"found": False}))
    seen: list[dict[str, Any]] = field(default_factory=list)
    connections: set[object] = field(default_factory=set)
    base_url: str = ""

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        started = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(started,), daemon=True)
        self._thread.start()
        assert started.wait(5)
        return self

    def __exit__(self, *_exc: object) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def _run(self, started: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._start())
        started.set()
        self._loop.run_forever()
        self._loop.close()

    async def _start(self) -> None:
        app = web.Application(client_max_size=1_000_000)
        app.router.add_route("*", "/{rest:.*}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        self.base_url = f"http://127.0.0.1:{port}"

    async def _stop(self) -> None:
        await self._runner.cleanup()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        self.connections.add(request.transport)
        headers = dict(request.headers)
        self.seen.append({"method": request.method, "path": request.path_qs, "body": body, "headers": headers})
        return await self.behaviour(request)
