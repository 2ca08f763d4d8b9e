"""The signed client: kept connections, one signature a request, errors sorted by whether to retry."""

import contextlib
import secrets
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from http.cookiejar import DefaultCookiePolicy
from typing import TypeVar

import requests
import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import BaseModel, ValidationError

from contracts.decision import Answer, Progress, Question, Service, ServiceList, StreamProblem, stream_line
from contracts.extract import SOURCE_EXTRACT_PATH, ExtractQuestion, SourcedExtract
from contracts.fleet import HEARTBEAT_PATH, QUESTION_PATH, SERVICES_PATH, Heartbeat, HeartbeatReply
from contracts.history import DISPUTE_PATH, HISTORY_PATH, DisputeQuestion, HistoryEntry, HistoryPage, HistoryQuestion
from contracts.problems import Problem
from contracts.signature import NONCE_BYTES
from kiosk.errors import AskCancelledError, CentreError, CentrePermanentError, CentreRetryableError
from kiosk.uplink.signing import sign_request

CONNECT_TIMEOUT_S = 4.0
READ_TIMEOUT_S = 30.0
"""Silence on the line. While agencies are asked, the centre writes a line whenever one of them changes."""
_JSON = "application/json"
_NDJSON = "application/x-ndjson"
_M = TypeVar("_M", bound=BaseModel)
_log = structlog.get_logger()


class SignedClient:
    """Implements ``kiosk.ports.Centre`` over HTTP.

    Args:
        base_url: The centre's base URL, without a slash at its end.
        key: The device's key.
        key_id: Its RFC 7638 thumbprint.
        read_timeout_s: How long the line may be silent, seconds.
    """

    def __init__(
        self, base_url: str, key: Ed25519PrivateKey, key_id: str, read_timeout_s: float = READ_TIMEOUT_S
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._key = key
        self._key_id = key_id
        self._timeouts_s = (CONNECT_TIMEOUT_S, read_timeout_s)
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy or netrc from the environment: signed bytes go where we say
        # Shared by threads: its pool is made for that, and its cookie jar, which is not, takes nothing.
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    def services(self) -> tuple[Service, ...]:
        """Fetch what is on offer (see the port)."""
        return _parse(ServiceList, self._fetch("GET", SERVICES_PATH, b"")).services

    def beat(self, heartbeat: Heartbeat) -> HeartbeatReply:
        """Send a heartbeat (see the port)."""
        return _parse(HeartbeatReply, self._fetch("POST", HEARTBEAT_PATH, heartbeat.model_dump_json().encode()))

    def extract(self, question: ExtractQuestion) -> SourcedExtract:
        """Ask what an officer's extract shall say; logged at the centre beforehand.

        Raises:
            CentreError: Refused, or not to be had now.
        """
        return _parse(SourcedExtract, self._fetch("POST", SOURCE_EXTRACT_PATH, question.model_dump_json().encode()))

    def history(self, question: HistoryQuestion) -> HistoryPage:
        """Ask who asked about the holder (see the port)."""
        return _parse(HistoryPage, self._fetch("POST", HISTORY_PATH, question.model_dump_json().encode()))

    def dispute(self, question: DisputeQuestion) -> HistoryEntry:
        """Tell what the holder disputes (see the port)."""
        return _parse(HistoryEntry, self._fetch("POST", DISPUTE_PATH, question.model_dump_json().encode()))

    def ask(self, question: Question, on_progress: Callable[[Progress], None], cancelled: threading.Event) -> Answer:
        """Ask and follow the stream (see the port)."""
        body = question.model_dump_json().encode()
        done = threading.Event()
        try:
            with self._send("POST", QUESTION_PATH, body, _NDJSON) as response:
                threading.Thread(target=_close_on_cancel, args=(response, cancelled, done), daemon=True).start()
                return self._follow(response, on_progress, cancelled)
        except CentreError as error:
            if cancelled.is_set():
                raise AskCancelledError from error
            raise
        finally:
            done.set()

    def close(self) -> None:
        """Close the kept connections."""
        self._session.close()

    def _fetch(self, method: str, path: str, body: bytes) -> bytes:
        try:
            with self._send(method, path, body, _JSON) as response:
                return response.content
        except requests.RequestException as error:
            raise CentreRetryableError("unreachable") from error

    def _follow(
        self, response: requests.Response, on_progress: Callable[[Progress], None], cancelled: threading.Event
    ) -> Answer:
        for line in _lines(response):
            if cancelled.is_set():
                raise AskCancelledError
            match _parse_line(line):
                case Progress() as progress:
                    on_progress(progress)
                case StreamProblem() as problem:
                    raise _problem_error(problem.code, problem.request_id, retryable=problem.retryable)
                case Answer() as answer:
                    return answer
        raise CentreRetryableError("cut_off")

    def _send(self, method: str, path: str, body: bytes, accept: str) -> requests.Response:
        url = self._base_url + path
        nonce = urlsafe_b64encode(secrets.token_bytes(NONCE_BYTES)).rstrip(b"=").decode("ascii")
        headers = {"Accept": accept, **({"Content-Type": _JSON} if body else {})}
        headers |= sign_request(method, url, body, self._key, self._key_id, int(time.time()), nonce)
        try:
            response = self._session.request(
                method,
                url,
                data=body or None,
                headers=headers,
                timeout=self._timeouts_s,
                stream=True,
                allow_redirects=False,  # a signature is for one address
            )
        except requests.RequestException as error:
            raise CentreRetryableError("unreachable") from error
        if not response.ok or response.is_redirect:
            with response:
                raise _refusal(response)
        return response


def _lines(response: requests.Response) -> Iterator[bytes]:
    """Yield the stream's lines as they come; a line cut by the line's failure is not a line."""
    rest = b""
    try:
        for chunk in response.iter_content(chunk_size=None):
            *whole, rest = (rest + chunk).split(b"\n")
            yield from (line for line in whole if line.strip())
    except (requests.RequestException, OSError, AttributeError) as error:
        # AttributeError: urllib3 drops its file object when another thread closes the response (a cancelled visit).
        raise CentreRetryableError("unreachable") from error
    if rest.strip():
        yield rest


def _close_on_cancel(response: requests.Response, cancelled: threading.Event, done: threading.Event) -> None:
    """Cut a stream whose visit has ended, so that its thread does not wait for a silent line."""
    while not done.wait(0.1):
        if cancelled.is_set():
            with contextlib.suppress(Exception):  # whatever is left of a stream that ends in this very moment
                response.raw.shutdown()  # wakes the reader; close() would wait for it
            return


def _parse_line(line: bytes) -> Progress | Answer | StreamProblem:
    try:
        return stream_line.validate_json(line)
    except ValidationError:
        # Without the cause: a validation message repeats its input, which may be a citizen's.
        raise CentreRetryableError("bad_answer") from None


def _parse(model: type[_M], body: bytes) -> _M:
    try:
        return model.model_validate_json(body)
    except ValidationError:
        raise CentreRetryableError("bad_answer") from None


def _refusal(response: requests.Response) -> CentreError:
    try:
        problem = Problem.model_validate_json(response.content)
    except (ValidationError, requests.RequestException):
        _log.warning("centre_answer_not_understood", status=response.status_code)
        return CentreRetryableError("bad_answer")
    return _problem_error(problem.code, problem.request_id, retryable=problem.retryable)


def _problem_error(code: str, request_id: str, *, retryable: bool) -> CentreError:
    return (CentreRetryableError if retryable else CentrePermanentError)(code, request_id)
