import base64
import contextlib
import json
import logging
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
from simple_websocket import Client, ConnectionClosed

from reader_drivers.core.errors import (
    CardMuteError,
    CardRemovedError,
    NotThaiIdError,
    ReaderAbsentError,
    ReaderError,
    ServiceAbsentError,
)
from reader_drivers.counter.events import parse_first_message
from reader_drivers.counter.guard import Caller, Policy, Refusal
from reader_drivers.counter.server import CounterServer, load_token
from tests.support.reader_cards import TINY_JPEG
from tests.support.reader_counter import TOKEN, FakeCards, running_counter

AGENCY = "https://counter.agency.example"
POLICY = Policy(8189, TOKEN, frozenset({AGENCY}))
BEARER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def cards() -> FakeCards:
    return FakeCards()


@pytest.fixture
def server(cards: FakeCards) -> Iterator[CounterServer]:
    with running_counter(cards, AGENCY) as running:
        yield running


@pytest.mark.parametrize(
    ("host", "origin", "refusal"),
    [
        ("127.0.0.1:8189", None, None),
        ("localhost:8189", AGENCY, None),
        ("[::1]:8189", "http://localhost:8189", None),
        ("127.0.0.1:8189", "http://127.0.0.1:8189", None),
        ("evil.example:8189", None, Refusal.HOST),
        ("127.0.0.1", None, None),
        ("evil.example", None, Refusal.HOST),
        ("127.0.0.1:80", None, Refusal.HOST),
        ("", None, Refusal.HOST),
        ("127.0.0.1:8189", "https://evil.example", Refusal.ORIGIN),
        ("127.0.0.1:8189", "null", Refusal.ORIGIN),
        ("127.0.0.1:8189", AGENCY + ".evil.example", Refusal.ORIGIN),
        ("127.0.0.1:8189", "http://counter.agency.example", Refusal.ORIGIN),
    ],
)
def test_strangers_are_refused(host: str, origin: str | None, refusal: Refusal | None) -> None:
    assert POLICY.refuse_stranger(Caller(host, origin)) is refusal


@pytest.mark.parametrize(
    ("header", "good"),
    [
        (f"Bearer {TOKEN}", True),
        (f"bearer  {TOKEN}", True),
        (TOKEN, False),
        (f"Basic {TOKEN}", False),
        ("Bearer ", False),
        ("Bearer ก", False),
        ("", False),
    ],
)
def test_only_the_bearer_of_the_token_is_served(header: str, good: bool) -> None:
    assert (POLICY.refuse_bearer(Caller("", authorization=header)) is None) == good


def test_only_allowed_pages_may_see_answers() -> None:
    private = Caller("127.0.0.1:8189", AGENCY, wants_private=True)
    headers = POLICY.sharing_headers(private, preflight=True)
    assert headers["Access-Control-Allow-Origin"] == AGENCY
    assert headers["Access-Control-Allow-Private-Network"] == "true"
    assert headers["Access-Control-Allow-Headers"] == "Authorization"
    assert "Access-Control-Allow-Methods" not in POLICY.sharing_headers(private, preflight=False)
    for stranger in (Caller("127.0.0.1:8189", "https://evil.example"), Caller("evil.example", AGENCY)):
        assert POLICY.sharing_headers(stranger, preflight=True) == {"Vary": "Origin"}


def test_the_policy_keeps_its_token_to_itself() -> None:
    assert TOKEN not in repr(POLICY)


@pytest.mark.parametrize("message", [None, b"bytes", "", "[]", "{}", '{"token": "wrong"}', '{"token": null}', "{" * 50])
def test_a_socket_opens_to_nobody_without_the_token(message: object) -> None:
    assert parse_first_message(message, POLICY) is None


def test_a_card_is_read_for_an_allowed_page(server: CounterServer, cards: FakeCards) -> None:
    cards.inside = "mother"
    answer = requests.get(f"{server.url}v1/card?photo=true&nhso=1", headers=BEARER | {"Origin": AGENCY}, timeout=5)
    said = answer.json()
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (200, AGENCY)
    assert answer.headers["Cache-Control"] == "no-store"
    assert said["card"]["name_th"]["first"] == "ปู่ทิพย์"
    assert list(said["card"])[:2] == ["citizen_number", "name_th"]
    assert (said["assurance"], said["findings"]) == ("presented", [])
    assert base64.b64decode(said["photo"]) == TINY_JPEG
    assert said["nhso"]["paid_type"] == "1"
    assert "photo" not in requests.get(f"{server.url}v1/card", headers=BEARER, timeout=5).json()
    readers = requests.get(f"{server.url}v1/readers", headers=BEARER, timeout=5).json()
    assert readers == [{"name": "Counter", "occupied": True}]


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (ServiceAbsentError(), 503, "service_absent"),
        (ReaderAbsentError(), 503, "no_reader"),
        (NotThaiIdError(), 422, "not_thai_id"),
        (CardRemovedError(), 409, "card_removed"),
        (CardMuteError(), 502, "card_mute"),
    ],
)
def test_failures_are_problem_documents(
    server: CounterServer, cards: FakeCards, error: ReaderError, status: int, code: str
) -> None:
    cards.error = error
    answer = requests.get(f"{server.url}v1/card", headers=BEARER, timeout=5)
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
    assert (answer.json()["code"], answer.json()["type"]) == (code, f"urn:baidiao:problem:{code}")
    assert answer.json()["citizen"]["th"] == error.citizen.th


@pytest.mark.parametrize(
    ("path", "headers", "status", "code"),
    [
        ("v1/card", {}, 401, "token_wrong"),
        ("v1/readers", {"Authorization": "Bearer wrong"}, 401, "token_wrong"),
        ("v1/card", BEARER | {"Host": "evil.example"}, 421, "host_not_ours"),
        ("openapi.json", {"Host": "evil.example:80"}, 421, "host_not_ours"),
        ("v1/card", BEARER | {"Origin": "https://evil.example"}, 403, "origin_not_allowed"),
        ("nothing", {}, 404, "not_found"),
        ("v1/card", BEARER, 404, "no_card"),
        ("v1/events", {}, 400, "bad_request"),
    ],
)
def test_refusals_are_problem_documents(
    server: CounterServer, path: str, headers: dict[str, str], status: int, code: str
) -> None:
    answer = requests.get(server.url + path, headers=headers, timeout=5)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_our_own_bug_says_nothing_of_the_inside(server: CounterServer, cards: FakeCards) -> None:
    cards.inside = "nobody of that name"
    answer = requests.get(f"{server.url}v1/card", headers=BEARER, timeout=5)
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "nobody" not in answer.text


def test_a_preflight_is_answered_without_the_token(server: CounterServer) -> None:
    headers = {
        "Origin": AGENCY,
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "authorization",
        "Access-Control-Request-Private-Network": "true",
    }
    answer = requests.options(f"{server.url}v1/card", headers=headers, timeout=5)
    assert (answer.status_code, answer.headers["Access-Control-Allow-Private-Network"]) == (204, "true")
    refused = requests.options(f"{server.url}v1/card", headers=headers | {"Origin": "null"}, timeout=5)
    assert refused.status_code == 403
    assert "Access-Control-Allow-Origin" not in refused.headers


@pytest.fixture
def connect(server: CounterServer) -> Iterator[Callable[[], Client]]:
    """Opens sockets; what a test leaves open is closed, for a client's thread would hold the whole run."""
    opened: list[Client] = []

    def open_socket() -> Client:
        opened.append(Client(f"ws://127.0.0.1:{server.port}/v1/events", headers={"Origin": AGENCY}))
        return opened[-1]

    yield open_socket
    for socket in opened:
        with contextlib.suppress(ConnectionClosed):
            socket.close()


def heard(socket: Client, last: str) -> list[dict[str, object]]:
    said: list[dict[str, object]] = []
    while not said or said[-1]["event"] != last:
        message = socket.receive(timeout=5)
        assert message is not None
        said.append(json.loads(message))
    return said


def test_events_come_over_a_socket_and_personal_ones_only_when_asked(
    connect: Callable[[], Client], cards: FakeCards
) -> None:
    quiet, eager = connect(), connect()
    quiet.send(json.dumps({"token": TOKEN}))
    eager.send(json.dumps({"token": TOKEN, "read": True, "photo": True}))
    for socket in (quiet, eager):
        heard(socket, "reader_added")
    cards.insert("mother")
    read = heard(eager, "photo_read")
    assert [event["event"] for event in read] == ["card_inserted", "card_read", "photo_read"]
    assert "ปู่ทิพย์" in json.dumps(read, ensure_ascii=False)
    cards.remove()
    assert [event["event"] for event in heard(quiet, "card_removed")] == ["card_inserted", "card_removed"]
    quiet.close()
    eager.close()
    deadline = time.monotonic() + 5
    while cards.watchers and time.monotonic() < deadline:
        time.sleep(0.02)
    assert cards.watchers == 0


def test_who_did_not_ask_to_read_hears_nothing_personal_whatever_happens(
    connect: Callable[[], Client], cards: FakeCards
) -> None:
    cards.careless = True
    socket = connect()
    socket.send(json.dumps({"token": TOKEN, "read": "yes", "photo": True}))
    heard(socket, "reader_added")
    cards.insert("mother")
    assert "card" not in heard(socket, "card_read")[-1]


def test_a_wrong_token_closes_the_socket(connect: Callable[[], Client], cards: FakeCards) -> None:
    socket = connect()
    socket.send(json.dumps({"token": "wrong"}))
    assert heard(socket, "refused") == [{"event": "refused", "code": "token_wrong"}]
    with pytest.raises(ConnectionClosed) as caught:
        socket.receive(timeout=5)
    assert caught.value.reason == 1008
    assert cards.watchers == 0


def test_a_strange_page_gets_no_socket(server: CounterServer) -> None:
    handshake = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
    handshake |= {"Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==", "Origin": "https://evil.example"}
    answer = requests.get(f"{server.url}v1/events", headers=handshake, timeout=5)
    assert (answer.status_code, answer.json()["code"]) == (403, "origin_not_allowed")


def test_the_api_document_names_what_is_served(server: CounterServer) -> None:
    api = requests.get(f"{server.url}openapi.json", timeout=5).json()
    assert api["openapi"].startswith("3.1")
    assert set(api["paths"]) == {"/v1/card", "/v1/readers", "/v1/events"}
    card = api["components"]["schemas"]["Card"]["properties"]
    assert "citizen_number" in card
    assert not {"chip_serial", "findings", "assurance"} & set(card)
    page = requests.get(server.url, timeout=5).text
    assert "/v1/card" in page
    assert "string (base64)" in page


def test_nothing_personal_is_logged(
    server: CounterServer, cards: FakeCards, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    cards.inside = "mother"
    with caplog.at_level(logging.DEBUG):
        requests.get(f"{server.url}v1/card?photo=1&nhso=1", headers=BEARER, timeout=5)
        cards.error = CardMuteError()
        requests.get(f"{server.url}v1/card", headers=BEARER, timeout=5)
    out, err = capfd.readouterr()
    said = caplog.text + out + err
    assert not [secret for secret in ("2400100789016", "ปู่ทิพย์", "Puthip", TOKEN) if secret in said]


def test_the_token_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "config" / "token"
    token = load_token(path)
    assert len(token) >= 43
    assert load_token(path) == token
    assert path.stat().st_mode & 0o077 == 0
