"""The signed client against a real socket: streams, refusals, cut lines, cancelled visits."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contracts.decision import AskState, Progress, ServiceList
from kiosk.errors import AskCancelledError, CentrePermanentError, CentreRetryableError
from kiosk.uplink.client import SignedClient
from tests.support.kiosk_people import SERVICES, answer_to, news
from tests.support.kiosk_stage import screens

QUESTION = screens()["asking"].visit.question
Act = Callable[[BaseHTTPRequestHandler], None]


class Centre(ThreadingHTTPServer):
    """Does as told, and keeps the headers it was sent."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.act: Act = lambda handler: None
        self.headers: list[dict[str, str]] = []
        self.url = f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args: object) -> None: ...

    def _do(self) -> None:
        self.body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.headers.append(dict(self.headers))
        self.server.act(self)

    do_GET = do_POST = _do  # noqa: N815  (http.server's names)


def reply(status: int, body: str) -> Act:
    def act(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(body.encode())))
        handler.end_headers()
        handler.wfile.write(body.encode())

    return act


def stream(*lines: str, then: Callable[[], None] = lambda: None) -> Act:
    def act(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Connection", "close")
        handler.end_headers()
        for line in lines:
            handler.wfile.write(line.encode())
            handler.wfile.flush()
        then()
        handler.close_connection = True

    return act


@pytest.fixture
def centre() -> Iterator[Centre]:
    server = Centre()
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def client(centre: Centre) -> Iterator[SignedClient]:
    made = SignedClient(centre.url, Ed25519PrivateKey.generate(), "key", read_timeout_s=2)
    yield made
    made.close()


def line(message: object) -> str:
    return message.model_dump_json() + "\n"


ASKING = line(news("revenue", AskState.ASKING))
ANSWER = line(answer_to(QUESTION))


def test_progress_comes_before_the_answer_whatever_the_chunks(centre: Centre, client: SignedClient) -> None:
    centre.act = stream(ASKING[:20], ASKING[20:] + ANSWER[:50], ANSWER[50:].rstrip("\n"))
    seen: list[Progress] = []
    assert client.ask(QUESTION, seen.append, threading.Event()) == answer_to(QUESTION)
    assert seen == [news("revenue", AskState.ASKING)]
    sent = centre.headers[0]
    assert sent["Accept"] == "application/x-ndjson"
    assert {"Signature", "Signature-Input", "Content-Digest"} <= set(sent)


def test_each_request_has_its_own_nonce(centre: Centre, client: SignedClient) -> None:
    centre.act = reply(200, ServiceList(services=SERVICES).model_dump_json())
    assert client.services() == SERVICES
    client.services()
    first, second = (headers["Signature-Input"] for headers in centre.headers)
    assert first != second


def problem(code: str, *, retryable: bool) -> str:
    return json.dumps(
        {
            "type": f"urn:baidiao:problem:{code}",
            "title": "t",
            "status": 403,
            "code": code,
            "retryable": retryable,
            "request_id": "r1",
        }
    )


@pytest.mark.parametrize(("retryable", "kind"), [(True, CentreRetryableError), (False, CentrePermanentError)])
def test_problem_documents_say_whether_to_try_again(
    centre: Centre, client: SignedClient, retryable: bool, kind: type[Exception]
) -> None:
    centre.act = reply(403, problem("mandate_missing", retryable=retryable))
    with pytest.raises(kind) as caught:
        client.ask(QUESTION, lambda _: None, threading.Event())
    assert (caught.value.code, caught.value.request_id) == ("mandate_missing", "r1")


def test_a_problem_in_the_stream(centre: Centre, client: SignedClient) -> None:
    inside = {
        "type": "problem",
        "problem_type": "x",
        "title": "t",
        "code": "card_void",
        "retryable": False,
        "request_id": "r2",
    }
    centre.act = stream(ASKING, json.dumps(inside) + "\n")
    with pytest.raises(CentrePermanentError, match="card_void"):
        client.ask(QUESTION, lambda _: None, threading.Event())


@pytest.mark.parametrize(
    "act",
    [
        stream(ASKING),
        stream(ASKING, ANSWER[:60]),
        stream('{"type": "answer", "secret": "3550100123457"}\n'),
        reply(502, "<html>bad gateway</html>"),
        reply(302, ""),
        reply(200, "not json\n"),
    ],
)
def test_what_is_not_an_answer_may_be_asked_again_and_repeats_nothing(
    centre: Centre, client: SignedClient, act: Act
) -> None:
    centre.act = act
    with pytest.raises(CentreRetryableError) as caught:
        client.ask(QUESTION, lambda _: None, threading.Event())
    assert "3550100123457" not in repr(caught.value.__cause__) + str(caught.value)
    assert caught.value.__cause__ is None or "3550" not in str(caught.value.__cause__)


def test_a_centre_that_is_not_there(client: SignedClient, centre: Centre) -> None:
    nobody = SignedClient("http://127.0.0.1:1", Ed25519PrivateKey.generate(), "key")
    with pytest.raises(CentreRetryableError, match="unreachable"):
        nobody.services()


def test_a_silent_line_times_out(centre: Centre) -> None:
    over = threading.Event()
    centre.act = stream(ASKING, then=lambda: over.wait(5))
    client = SignedClient(centre.url, Ed25519PrivateKey.generate(), "key", read_timeout_s=0.2)
    with pytest.raises(CentreRetryableError):
        client.ask(QUESTION, lambda _: None, threading.Event())
    over.set()
    client.close()


def test_a_cancelled_visit_lets_go_of_a_silent_line(centre: Centre) -> None:
    over, cancelled = threading.Event(), threading.Event()
    centre.act = stream(ASKING, then=lambda: over.wait(8))
    client = SignedClient(centre.url, Ed25519PrivateKey.generate(), "key", read_timeout_s=8)
    threading.Timer(0.2, cancelled.set).start()
    before = time.monotonic()
    with pytest.raises(AskCancelledError):
        client.ask(QUESTION, lambda _: None, cancelled)
    assert time.monotonic() - before < 3
    over.set()
    client.close()
