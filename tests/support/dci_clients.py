"""Clients of a DCI registry that cannot sign, and an ear for what it calls back."""

import json
import queue
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from uuid import uuid4

import requests

from backend.demo.dci.keys import BEARER, CENTRE, demo_key
from backend.linkage.adapters.dci_envelope import unseal
from tests.support.dci_forms import Json, check_answer, check_receipt

AGENCY = "comptroller_general"


def moment() -> str:
    return datetime.now(UTC).isoformat()


def header(action: str = "search", **changed: Any) -> Json:
    plain = {"version": "1.0.0", "message_id": str(uuid4()), "message_ts": moment(), "action": action}
    return plain | {"sender_id": CENTRE, "receiver_id": AGENCY, "total_count": 1} | changed


def send(url: str, path: str, message: Json, **changed: Any) -> requests.Response:
    """Send what an unsigned client with the demo's token sends."""
    action = changed.pop("action", "search")
    body = {"signature": "unsigned-stub", "header": header(action, **changed), "message": message}
    return requests.post(url + path, json=body, headers={"Authorization": BEARER}, timeout=5)


class Listener(HTTPServer):
    """Whoever waits for a registry's answers; gives ``statuses`` one after another, and 200 when they are used up."""

    def __init__(self) -> None:
        self.heard: queue.Queue[tuple[str, Json]] = queue.Queue()
        self.statuses: deque[int] = deque()
        super().__init__(("127.0.0.1", 0), Ear)

    def uri(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_port}{path}"

    def will_say(self, statuses: Iterable[int]) -> None:
        self.statuses.extend(statuses)


class Ear(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, Listener)
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(self.server.statuses.popleft() if self.server.statuses else 200)
        self.end_headers()
        self.server.heard.put((self.path, body))

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def listening() -> Iterator[Listener]:
    server = Listener()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def call_back(agency: str, listener: Listener, action: str, message: Json) -> Json:
    """Send a message that is answered later; return what then came."""
    where = {"txn-status": "txn/status"}.get(action, action)
    back = {"txn-status": "txn-on-status"}.get(action, f"on-{action}")
    reply = send(agency, f"/registry/{where}", message, action=action, sender_uri=listener.uri(f"/{back}"))
    assert reply.status_code == 200
    check_receipt(reply.json(), "ACK")
    path, body = listener.heard.get(timeout=5)
    assert path == f"/{back}"
    check_answer(body, back)
    unseal(body, demo_key(AGENCY).public_key())
    assert body["message"]["transaction_id"] == message["transaction_id"]
    assert body["message"]["correlation_id"] == reply.json()["message"]["correlation_id"]
    return body
