"""One agency's HTTP server: aiohttp's low-level server, which costs least. Thin: routes, waits, misbehaves as told."""

import asyncio
import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from itertools import cycle
from typing import Final

from aiohttp import web

from backend.demo.control import CANNED, NONSENSE, Control, Failure, parse_control
from backend.demo.desk import EVENT_PATH, SOAP_PATH, Asked, Desk, encode_problem
from backend.demo.errors import AskedWronglyError
from backend.demo.papers import Papers
from backend.demo.posting import Postman
from backend.demo.reply import Reply
from backend.demo.soap import CONTENT_TYPE, write_wsdl
from backend.demo.view_file import ViewFile

_KEEPALIVE_S: Final = 300.0
FILE_PATH: Final = "/register.csv"
_NEVER_S: Final = 86_400.0
_DRIP_EVERY_S: Final = 0.25


class AgencyServer:
    """Serves one agency's desks, ``/healthz`` and ``/control``.

    Args:
        agency_id: Who this is.
        desks: What it answers, by path.
        wsdl: Template of the service description, for a SOAP agency.
        view: The register as a database and as a file (``/register.csv``), where it is shown so too.
        papers: Its certificate, where it speaks TLS.
    """

    def __init__(
        self,
        agency_id: str,
        desks: Mapping[str, Desk],
        wsdl: str | None = None,
        view: ViewFile | None = None,
        papers: Papers | None = None,
    ) -> None:
        self.control = Control()
        self._agency_id = agency_id
        self._desks = desks
        self._wsdl = wsdl
        self._view = view
        self._papers = papers
        self._nonsense = cycle(NONSENSE)
        self._postman = Postman()

    async def close(self) -> None:
        """Give up what is still to be posted."""
        await self._postman.close()

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        desk = self._desks.get(request.path)
        if desk is not None and request.method == "POST":
            reply = await self._ask(desk, request)
            self._postman.send(reply.callbacks)
            return await _hand_out(request, reply, self.control.failure)
        if self._view is not None and (request.method, request.path) == ("GET", FILE_PATH):
            return await _hand_out(request, await self._hand_over(self._view, request), self.control.failure)
        return _response(await self._serve_house(request, known=desk is not None))

    async def _ask(self, desk: Desk, request: web.BaseRequest) -> Reply:
        body, control = await request.read(), self.control
        asked = Asked(body, request.path, request.headers, control.failure)
        if request.path == EVENT_PATH:  # the demo's own switch works whatever the agency does
            return desk.answer(asked)
        return await self._misbehave(request, desk.out_of_order) or desk.answer(asked)

    async def _hand_over(self, view: ViewFile, request: web.BaseRequest) -> Reply:
        def out_of_order() -> Reply:
            return encode_problem(500, "internal", message="the register is out of order")

        failure = self.control.failure
        told = await self._misbehave(request, out_of_order)
        return told or Reply(200, "".join(view.lines(failure)).encode(), "text/csv")

    async def _misbehave(self, request: web.BaseRequest, out_of_order: Callable[[], Reply]) -> Reply | None:
        """Wait and fail as told; None when an answer is due."""
        control = self.control
        if control.latency_ms:
            await asyncio.sleep(control.latency_ms / 1000)
        match control.failure:
            case Failure.ERROR:
                return out_of_order()
            case Failure.GARBAGE:
                return next(self._nonsense)
            case Failure.HANG:
                await asyncio.sleep(_NEVER_S)  # ends when the caller goes away: the server cancels its handler
                return out_of_order()
            case Failure.CLOSE | Failure.BAD_TLS:  # who connects anew meets the certificate
                if request.transport is not None:
                    request.transport.abort()
                return Reply(200, b"")
            case _:
                return CANNED.get(control.failure)

    async def _serve_house(self, request: web.BaseRequest, *, known: bool) -> Reply:
        match request.method, request.path:
            case "GET", "/healthz":
                return Reply(200, f'{{"status": "ok", "agency": "{self._agency_id}"}}'.encode())
            case "GET", "/control":
                return Reply(200, self.control.model_dump_json().encode())
            case "PUT", "/control":
                return self._switch(await request.read())
            case "GET", _ if self._wsdl is not None and request.path == SOAP_PATH and request.query_string == "wsdl":
                return Reply(200, write_wsdl(self._wsdl, f"http://{request.host}{SOAP_PATH}"), CONTENT_TYPE)
        if known or request.path in {"/healthz", "/control"}:
            return encode_problem(405, "method_not_allowed")
        return encode_problem(404, "not_found")

    def _switch(self, body: bytes) -> Reply:
        try:
            self.control = parse_control(body, self.control)
        except AskedWronglyError as error:
            return encode_problem(400, error.code, error.field, error.explanation)
        if self._view is not None:
            self._view.show(self.control)
        if self._papers is not None:
            self._papers.show(good=self.control.failure is not Failure.BAD_TLS)
        return Reply(200, self.control.model_dump_json().encode())


async def _hand_out(request: web.BaseRequest, reply: Reply, failure: Failure) -> web.StreamResponse:
    """Send a reply, in whichever way the agency is told to."""
    if failure is Failure.WRONG_MEDIA:
        return _response(replace(reply, content_type="text/html"))
    if failure not in {Failure.CUT, Failure.DRIP}:
        return _response(reply)
    told = {"Content-Type": reply.content_type, "Content-Length": str(len(reply.body))}
    answer = web.StreamResponse(status=reply.status, headers={**reply.headers, **told})
    await answer.prepare(request)
    if failure is Failure.CUT:
        await answer.write(reply.body[: len(reply.body) // 2])
        if request.transport is not None:
            request.transport.close()
        return answer
    for place in range(len(reply.body)):
        await answer.write(reply.body[place : place + 1])
        await asyncio.sleep(_DRIP_EVERY_S)
    return answer


def _response(reply: Reply) -> web.Response:
    charset = None if reply.content_type == "application/octet-stream" else "utf-8"
    return web.Response(
        status=reply.status,
        body=reply.body,
        headers=dict(reply.headers),
        content_type=reply.content_type,
        charset=charset,
    )


async def start_server(
    server: AgencyServer, host: str, port: int, papers: Papers | None = None
) -> tuple[web.ServerRunner, int]:
    """Listen, by TLS where there are papers; return what to clean up and the port really taken.

    Raises:
        OSError: The port cannot be had.
    """
    web_server = web.Server(server.handle, handler_cancellation=True, access_log=None, keepalive_timeout=_KEEPALIVE_S)
    runner = web.ServerRunner(web_server, shutdown_timeout=0.5)
    await runner.setup()
    try:
        context = None if papers is None else papers.context
        await web.TCPSite(runner, host, port, ssl_context=context, backlog=1024).start()
    except BaseException:
        await runner.cleanup()
        raise
    return runner, int(runner.addresses[0][1])


async def wait_for_end(*, until_stdin_closes: bool) -> None:
    """Return at SIGTERM or SIGINT, or when standard input ends, which it does when whoever holds its pipe dies."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    if until_stdin_closes:
        reader = asyncio.StreamReader()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        waiting = asyncio.ensure_future(ended.wait())
        reading = asyncio.ensure_future(reader.read())
        _, left = await asyncio.wait({waiting, reading}, return_when=asyncio.FIRST_COMPLETED)
        for task in left:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
    else:
        await ended.wait()
