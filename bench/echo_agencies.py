"""Agencies that cost next to nothing: each asks the real demo agency behind it once for a question, then repeats.

The demo agencies look people up and take processor time for it. What is measured here is the centre, on the same two
cores: so these repeat the real agency's bytes, after the time that it is to take.
"""

import asyncio
import json
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import cast

import uvloop

_HEAD_END = b"\r\n\r\n"
_PASSED_ON = {"content-type", "soapaction", "accept"}


@dataclass
class EchoAgency:
    """One agency's memory.

    Attributes:
        real_url: The demo agency behind it.
        latency_s: How long it takes to answer.
        learned: Whole answers by path and body.
    """

    real_url: str
    latency_s: float
    learned: dict[tuple[bytes, bytes], bytes] = field(default_factory=dict)

    def answer(self, path: bytes, head: bytes, body: bytes) -> bytes:
        """Return the whole HTTP answer to a question."""
        known = self.learned.get((path, body))
        if known is None:
            known = self.learned[path, body] = self._ask(path, head, body)
        return known

    def _ask(self, path: bytes, head: bytes, body: bytes) -> bytes:
        lines = (line.decode("latin-1").split(": ", 1) for line in head.split(b"\r\n")[1:])
        headers = {name: value for name, value in lines if name.lower() in _PASSED_ON}
        request = urllib.request.Request(self.real_url + path.decode(), body, headers)
        try:
            with urllib.request.urlopen(request, timeout=10) as reply:
                status, kind, content = reply.status, reply.headers["Content-Type"], reply.read()
        except urllib.error.HTTPError as error:
            with error:
                status, kind, content = error.code, error.headers["Content-Type"], error.read()
        top = f"HTTP/1.1 {status} Learned\r\nContent-Type: {kind}\r\nContent-Length: {len(content)}\r\n\r\n"
        return top.encode() + content


class _Line(asyncio.Protocol):
    """One kept connection, one question at a time, as HTTP/1.1 clients do it."""

    def __init__(self, agency: EchoAgency) -> None:
        self._agency = agency
        self._got = bytearray()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own class is no subclass

    def data_received(self, data: bytes) -> None:
        self._got += data
        end = self._got.find(_HEAD_END)
        if end < 0:
            return
        head = bytes(self._got[:end])
        at = head.lower().index(b"content-length: ") + 16
        whole = end + 4 + int(head[at:].split(b"\r\n", 1)[0])
        if len(self._got) < whole:
            return
        answer = self._agency.answer(head.split(b" ", 2)[1], head, bytes(self._got[end + 4 : whole]))
        del self._got[:whole]
        asyncio.get_running_loop().call_later(self._agency.latency_s, self._send, answer)

    def _send(self, answer: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(answer)


async def _serve(agencies: list[EchoAgency]) -> None:
    loop = asyncio.get_running_loop()
    servers = [await loop.create_server(lambda agency=agency: _Line(agency), "127.0.0.1", 0) for agency in agencies]
    print(json.dumps([server.sockets[0].getsockname()[1] for server in servers]), flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    # Called with a JSON list of [real_url, latency_s]; prints the list of ports, in order.
    uvloop.run(_serve([EchoAgency(url, latency_s) for url, latency_s in json.loads(sys.argv[1])]))
