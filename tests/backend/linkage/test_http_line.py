"""What comes over a connection is read as RFC 9112 says or not at all, in whatever pieces it comes."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.linkage.http_line import HEAD_MOST, Answer, AnswerError, HttpLine, LostLineError, encode_request
from backend.linkage.ports import HttpCall, NotKnown
from backend.linkage.transport import HttpTransport
from contracts.decision import NotKnownCause

BODY = b'{"found": true}'
GOOD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 15\r\n\r\n" + BODY
CHUNKED = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    b'8\r\n{"found"\r\n7;x=y\r\n: true}\r\n0\r\nX-After: 1\r\n\r\n'
)
UNTIL_THE_END = b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n" + BODY
ANNOUNCED = b"HTTP/1.1 103 Early Hints\r\nContent-Type: text/html\r\n\r\n" + GOOD
ABSENT = b"HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


@dataclass
class RawAgency:
    """Says what it is told to, piece by piece, whatever it is asked."""

    pieces: Sequence[bytes] = (GOOD,)
    hangs_up: bool = False
    asked: list[bytes] = field(default_factory=list)
    connections: int = 0
    port: int = 0
    heard: asyncio.Event = field(default_factory=asyncio.Event)
    talks: list["asyncio.Task[None] | None"] = field(default_factory=list)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.talks.append(asyncio.current_task())
        while head := await self._read(reader):
            self.asked.append(head)
            self.heard.set()
            for piece in self.pieces:
                writer.write(piece)
                await asyncio.sleep(0)
            if self.hangs_up:
                break
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    async def _read(self, reader: asyncio.StreamReader) -> bytes:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            at = head.lower().find(b"content-length: ")
            return head + (await reader.readexactly(int(head[at + 16 :].split(b"\r\n")[0])) if at > 0 else b"")
        except (asyncio.IncompleteReadError, ConnectionError):
            return b""

    def call(self, path: str = "/v1/person", most_bytes: int = 1_000) -> HttpCall:
        url = f"http://127.0.0.1:{self.port}{path}"
        return HttpCall(url, b"{}", "application/json", frozenset({"application/json"}), {}, most_bytes=most_bytes)


@asynccontextmanager
async def running(agency: RawAgency) -> AsyncIterator[HttpTransport]:
    server = await asyncio.start_server(agency.talk, "127.0.0.1", 0)
    agency.port = server.sockets[0].getsockname()[1]
    transport = HttpTransport()
    try:
        yield transport
    finally:
        await transport.aclose()
        server.close()
        await asyncio.gather(*(talk for talk in agency.talks if talk))
        await server.wait_closed()


def ask(agency: RawAgency, times: int = 1, most_bytes: int = 1_000, deadline_s: float = 5.0) -> list[bytes | NotKnown]:
    async def run() -> list[bytes | NotKnown]:
        async with running(agency) as transport:
            return [await transport.send(agency.call(most_bytes=most_bytes), deadline_s) for _ in range(times)]

    return asyncio.run(run())


@pytest.mark.parametrize("answer", [GOOD, CHUNKED, ANNOUNCED], ids=["length", "chunks", "announced"])
def test_what_has_an_end_is_read_to_it_and_the_connection_kept(answer: bytes) -> None:
    agency = RawAgency((answer,))
    assert ask(agency, times=3) == [BODY] * 3
    assert agency.connections == 1


def test_what_ends_with_the_connection_is_read_and_the_next_question_opens_another() -> None:
    agency = RawAgency((UNTIL_THE_END,), hangs_up=True)
    assert ask(agency, times=2) == [BODY] * 2
    assert agency.connections == 2


@pytest.mark.parametrize(
    "answer",
    [
        GOOD.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"),
        GOOD.replace(b"HTTP/1.1", b"HTTP/1.0"),
        GOOD + b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    ],
    ids=["close", "older", "more"],
)
def test_a_connection_that_says_so_or_says_more_is_not_used_again(answer: bytes) -> None:
    agency = RawAgency((answer,))
    assert ask(agency, times=2) == [BODY] * 2
    assert agency.connections == 2


def test_a_status_is_enough_and_its_connection_is_kept_when_all_has_come() -> None:
    agency = RawAgency((ABSENT,))
    told = NotKnown(NotKnownCause.BAD_ANSWER, retryable=False, detail="status_404")
    assert ask(agency, times=2) == [told, told]
    assert agency.connections == 1


def test_a_kept_connection_that_ended_meanwhile_is_replaced() -> None:
    agency = RawAgency((GOOD,), hangs_up=True)  # it promised to keep it
    assert ask(agency, times=3) == [BODY] * 3
    assert agency.connections == 3


@pytest.mark.parametrize(
    ("answer", "detail"),
    [
        (b"SSH-2.0-OpenSSH_9.2\r\n", "not_http"),
        (GOOD.replace(b"200", b"2oo"), "not_http"),
        (GOOD.replace(b": 15", b": -15"), "not_http"),
        (GOOD.replace(b"\r\n\r\n", b"\r\nContent-Length: 14\r\n\r\n"), "not_http"),
        (CHUNKED.replace(b"\r\n\r\n8", b"\r\nContent-Length: 15\r\n\r\n8"), "not_http"),
        (CHUNKED.replace(b"\r\n8\r\n", b"\r\nxyz\r\n"), "not_http"),
        (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n\x81\x00", "status_101"),
        (GOOD[:-1], "cut_short"),
        (CHUNKED[:-9], "cut_short"),
        (GOOD[:30], "cut_short"),
        (b"HTTP/1.1 200 OK\r\n" + b"X-Long: " + b"x" * HEAD_MOST + b"\r\n", "too_large"),
        (GOOD.replace(b": 15", b": 1001"), "too_large"),
        (UNTIL_THE_END + b" " * 1_000, "too_large"),
        (CHUNKED.replace(b"0\r\nX-After: 1\r\n\r\n", b"400\r\n" + b" " * 1024), "too_large"),
    ],
)
def test_what_is_no_answer_is_told_and_never_used_again(answer: bytes, detail: str) -> None:
    agency = RawAgency((answer,), hangs_up=True)
    (told,) = ask(agency)
    retryable = detail == "cut_short"
    assert told == NotKnown(NotKnownCause.BAD_ANSWER, retryable=retryable, detail=detail)
    assert agency.connections == 1


def test_nothing_said_is_asked_once_more_and_then_unreachable() -> None:
    agency = RawAgency((), hangs_up=True)
    assert ask(agency) == [NotKnown(NotKnownCause.UNREACHABLE, retryable=True, detail="LostLineError")]
    assert agency.connections == 2


@given(cuts=st.lists(st.integers(1, len(CHUNKED) - 1), max_size=6), chosen=st.sampled_from([GOOD, CHUNKED, ANNOUNCED]))
def test_pieces_make_no_difference(cuts: list[int], chosen: bytes) -> None:
    at = [0, *sorted(cut for cut in cuts if cut < len(chosen)), len(chosen)]
    assert exchange([chosen[a:b] for a, b in pairwise(at)]) == Answer(None, BODY)


@given(noise=st.binary(min_size=1, max_size=300), head=st.sampled_from([b"", b"HTTP/1.1 ", b"HTTP/1.1 200 OK\r\n"]))
def test_noise_ends_in_words(noise: bytes, head: bytes) -> None:
    with suppress(AnswerError):
        assert exchange([head + noise]).refusal is None


class _Written(asyncio.Transport):
    """A transport that leads nowhere."""

    def __init__(self) -> None:
        super().__init__()
        self.closing = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        pass

    def is_closing(self) -> bool:
        return self.closing

    def abort(self) -> None:
        self.closing = True


def exchange(pieces: Sequence[bytes], judge: Callable[..., None] = lambda *_told: None) -> Answer[None]:
    async def run() -> Answer[None]:
        line: HttpLine[None] = HttpLine()
        line.connection_made(_Written())
        going = asyncio.ensure_future(line.exchange(b"", judge, 1_000))
        await asyncio.sleep(0)
        for piece in pieces:
            line.data_received(piece)
        line.connection_lost(None)
        return await going

    return asyncio.run(run())


def test_a_fault_in_judging_is_raised_as_it_is() -> None:
    def judge(_status: int, _headers: object) -> None:
        raise LookupError("ours")

    with pytest.raises(LookupError, match="ours"):
        exchange([GOOD], judge)


def test_who_speaks_unasked_is_hung_up_on() -> None:
    async def run() -> None:
        line: HttpLine[None] = HttpLine()
        line.connection_made(_Written())
        assert line.is_open
        line.data_received(GOOD)
        assert not line.is_open
        with pytest.raises(LostLineError):
            await line.exchange(b"", lambda *_told: None, 1)

    asyncio.run(run())


@pytest.mark.parametrize(
    ("target", "headers"),
    [
        ("/a\r\nX: y", {}),
        ("/a b", {}),
        ("/a", {"X": "y\r\nHost: elsewhere"}),
        ("/a", {"X\n": "y"}),
        ("/a", {"X": "ก"}),
    ],
)
def test_a_head_keeps_its_lines(target: str, headers: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="would") as caught:
        encode_request("POST", target, headers, b"")
    assert "elsewhere" not in str(caught.value)


def test_what_is_sent() -> None:
    agency = RawAgency()

    async def run() -> None:
        async with running(agency) as transport:
            await transport.send(agency.call("/v1/person?a=b"), 5)
            await transport.send(agency.call(""), 5)

    asyncio.run(run())
    head, _, body = agency.asked[0].partition(b"\r\n\r\n")
    assert body == b"{}"
    assert head.decode().split("\r\n") == [
        "POST /v1/person?a=b HTTP/1.1",
        f"Host: 127.0.0.1:{agency.port}",
        "Accept-Encoding: identity",
        "User-Agent: baidiao-centre",
        "Accept: application/json",
        "Content-Type: application/json",
        "Content-Length: 2",
    ]
    assert agency.asked[1].startswith(b"POST / HTTP/1.1\r\n")


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/", "http:///x", "http://user@127.0.0.1/", "http://127.0.0.1:port/"])
def test_an_address_that_is_none_is_not_asked(url: str) -> None:
    call = HttpCall(url, b"", "", frozenset(), {})
    told = asyncio.run(HttpTransport().send(call, 1))
    assert isinstance(told, NotKnown)
    assert (told.cause, told.retryable) == (NotKnownCause.BAD_ANSWER, False)


def test_closing_breaks_off_what_is_being_asked() -> None:
    agency = RawAgency((b"HTTP/1.1 200 OK\r\n",))

    async def run() -> bool:
        async with running(agency) as transport:
            going = asyncio.ensure_future(transport.send(agency.call(), 60))
            await agency.heard.wait()
            await transport.aclose()
            return going.cancelled()

    assert asyncio.run(run())
