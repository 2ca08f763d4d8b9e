"""One kept HTTP/1.1 connection to an agency (RFC 9112): one question at a time, no answer longer than agreed.

What is sent is written here, what comes back is parsed by llhttp in its strict mode. Nothing is followed, unpacked or
remembered: no redirects, no compression, no cookies.
"""

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Generic, TypeVar, cast

import httptools
from multidict import CIMultiDict

HEAD_MOST: Final = 65_536
"""Bytes of an answer before its body."""
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_SWITCHING: Final = 101

R = TypeVar("R")
Judge = Callable[[int, Mapping[str, str]], R | None]
"""Looks at status and headers; what it returns stands instead of the answer."""


class LostLineError(ConnectionError):
    """The other side was gone before it had answered anything: an idle connection may end just as it is used."""


class AnswerError(Exception):
    """What came back is no answer of HTTP/1.1, or breaks off, or is too long.

    Attributes:
        detail: ``not_http``, ``cut_short`` or ``too_large``.
    """

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Answer(Generic[R]):
    """What came back.

    Attributes:
        refusal: What was made of status and headers, where that is enough; the body was not waited for then.
        body: Otherwise all of it.
    """

    refusal: R | None
    body: bytes


def encode_request(method: str, target: str, headers: Mapping[str, str], body: bytes) -> bytes:
    """Write a request; ``headers`` must name the host.

    Raises:
        ValueError: Something would not stay where it belongs, or is no Latin-1. The text says nothing of it.
    """
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    if body or method == "POST":
        lines.append(f"Content-Length: {len(body)}")
    if _CONTROL.search(" ".join(lines)) or " " in target:
        raise ValueError("a request's head would hold control characters")
    try:
        return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body
    except UnicodeEncodeError:
        raise ValueError("a request's head would not be Latin-1") from None


class HttpLine(asyncio.Protocol, Generic[R]):
    """A connection. Lives on one event loop."""

    def __init__(self) -> None:
        self.idle_since_s = 0.0
        self._transport: asyncio.Transport | None = None
        self._turn: _Turn[R] | None = None

    @property
    def is_open(self) -> bool:
        """Whether another question may be asked on it."""
        return self._transport is not None and not self._transport.is_closing()

    async def exchange(
        self, request: bytes, judge: Callable[[int, Mapping[str, str]], R | None], most: int
    ) -> Answer[R]:
        """Send a request and return what comes back.

        Args:
            request: See :func:`encode_request`.
            judge: See :data:`Judge`.
            most: Bytes that the body may have.

        Raises:
            LostLineError: The other side was gone.
            AnswerError: The answer is none.
        """
        if self._transport is None or not self.is_open:
            raise LostLineError
        turn = self._turn = _Turn(judge, most)
        self._transport.write(request)
        try:
            return await turn.answer
        finally:
            self._turn = None
            if not turn.is_reusable:
                self.close()

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own class is no subclass

    def data_received(self, data: bytes) -> None:
        """Take what came. Nobody may speak unasked."""
        if self._turn is None:
            self.close()
        else:
            self._turn.feed(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self._transport = None
        if self._turn is not None:
            self._turn.end(exc)


class _Turn(Generic[R]):
    """One question's answer as it comes in; the parser calls the methods that begin with ``on_``."""

    def __init__(self, judge: Judge[R], most: int) -> None:
        self.answer: asyncio.Future[Answer[R]] = asyncio.get_running_loop().create_future()
        self.is_reusable = False
        self._judge = judge
        self._most = most
        self._parser = httptools.HttpResponseParser(self)
        self._headers: CIMultiDict[str] = CIMultiDict()
        self._body: list[bytes] = []
        self._length = self._head_length = 0
        self._has_head = self._is_whole = self._may_be_kept = self._ends_with_line = self._has_more = False
        self._refusal: R | None = None
        self._error: BaseException | None = None

    def feed(self, data: bytes) -> None:
        """Parse what came; tells the answer as soon as it is known."""
        if not self._has_head:
            self._head_length += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._error = AnswerError("not_http")
        except httptools.HttpParserCallbackError as error:  # a fault of the judge's, which is ours
            self._error = error.__context__ or error
        except httptools.HttpParserError:
            self._error = self._error or AnswerError("not_http")
        if not self._has_head and self._head_length > HEAD_MOST:
            self._error = AnswerError("too_large")
        if self.answer.done():
            return
        if self._refusal is not None:
            self._tell()
        elif self._error is not None:
            self.answer.set_exception(self._error)
        elif self._is_whole:
            self._tell()

    def end(self, error: Exception | None) -> None:
        """Say that nothing more will come."""
        if self.answer.done():
            return
        if not self._head_length:
            self.answer.set_exception(LostLineError())
        elif self._has_head and self._ends_with_line and error is None:
            self._tell()
        else:
            self.answer.set_exception(AnswerError("cut_short"))

    def _tell(self) -> None:
        self.is_reusable = self._may_be_kept and not self._has_more and self._error is None
        self.answer.set_result(Answer(self._refusal, b"".join(self._body)))

    def on_message_begin(self) -> None:
        """A second answer to one question."""
        self._has_more = self._is_whole

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header; what follows the body is not looked at."""
        if not self._has_head:
            self._headers.add(name.decode("latin-1"), value.decode("latin-1"))

    def on_headers_complete(self) -> None:
        """Judge."""
        status = self._parser.get_status_code()
        if self._has_more or (status < 200 and status != _SWITCHING):
            return
        self._has_head = True
        told = self._headers
        self._ends_with_line = "Content-Length" not in told and "Transfer-Encoding" not in told
        self._refusal = self._judge(status, told)
        if self._refusal is None and _length(told) > self._most:
            self._error = AnswerError("too_large")

    def on_body(self, data: bytes) -> None:
        """Take a piece, unless it is one too many."""
        self._length += len(data)
        if self._length > self._most:
            self._error = self._error or AnswerError("too_large")
        elif self._refusal is None:
            self._body.append(data)

    def on_message_complete(self) -> None:
        """End the answer, if it was one: others announce it (RFC 9110 section 15.2)."""
        if self._has_head:
            self._is_whole = True
            self._may_be_kept = self._parser.should_keep_alive()  # the parser forgets it afterwards
        else:
            self._headers.clear()


def _length(headers: Mapping[str, str]) -> int:
    said = headers.get("Content-Length", "")
    return int(said) if said.isascii() and said.isdecimal() else 0
