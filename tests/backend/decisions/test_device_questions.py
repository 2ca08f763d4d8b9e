"""The two routes over a real server and real sockets."""

import http.client
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, g
from werkzeug.serving import make_server

from backend.http.device_questions import create_blueprint
from backend.http.problems import register_problem_handlers
from contracts.decision import Answer, Progress, ServiceList, StreamProblem, stream_line
from contracts.fleet import QUESTION_PATH, SERVICES_PATH
from contracts.problems import Problem, ProblemCode
from tests.support.linkage_agencies import NUMBER, subject
from tests.support.linkage_decisions import Centre, TestDevice, body_of, question

NDJSON = {"Accept": "application/x-ndjson"}
JSON = {"Accept": "application/json"}


@pytest.fixture
def connection(centre: Centre) -> Iterator[http.client.HTTPConnection]:
    app = Flask("test")
    register_problem_handlers(app)
    app.register_blueprint(create_blueprint(centre.service, TestDevice))

    @app.before_request
    def name_request() -> None:
        g.request_id = "request-1"

    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    client = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    yield client
    client.close()
    server.shutdown()
    server.server_close()
    thread.join()


def post(
    connection: http.client.HTTPConnection, body: bytes, accept: dict[str, str] = JSON, media: str = "application/json"
) -> http.client.HTTPResponse:
    connection.request("POST", QUESTION_PATH, body, {"Content-Type": media, **accept})
    return connection.getresponse()


def problem(response: http.client.HTTPResponse) -> Problem:
    assert response.headers["Content-Type"] == "application/problem+json"
    text = response.read().decode()
    assert NUMBER not in text
    return Problem.model_validate_json(text)


def test_plain_json_is_the_answer_alone(connection: http.client.HTTPConnection) -> None:
    response = post(connection, body_of(question()))
    assert (response.status, response.headers["Content-Type"]) == (200, "application/json")
    assert response.headers["Cache-Control"] == "no-store"
    assert Answer.model_validate_json(response.read()).decisions


def test_lines_come_as_things_happen(connection: http.client.HTTPConnection, centre: Centre) -> None:
    centre.gatherer.gate = threading.Event()
    response = post(connection, body_of(question()), NDJSON)
    assert (response.status, response.headers["Content-Type"]) == (200, "application/x-ndjson")
    early = [stream_line.validate_json(response.readline()) for _ in range(2)]
    assert [line.agency_id for line in early if isinstance(line, Progress)] == ["civil_registry", "comptroller_general"]
    centre.gatherer.gate.set()
    (last,) = [stream_line.validate_json(line) for line in response.read().splitlines()]
    assert isinstance(last, Answer)


def test_asked_again_the_stream_is_the_answer_alone(connection: http.client.HTTPConnection) -> None:
    body = body_of(question())
    first = post(connection, body).read()
    lines = post(connection, body, NDJSON).read().splitlines()
    assert lines == [first]


def test_a_question_refused_at_once_is_an_ordinary_problem(connection: http.client.HTTPConnection) -> None:
    response = post(connection, body_of(question("free_lunch")), NDJSON)
    assert response.status == 404
    assert problem(response).code is ProblemCode.SERVICE_UNKNOWN


@pytest.mark.parametrize(
    ("fault", "code", "retryable"),
    [(None, "card_void", False), (RuntimeError("a bug of ours"), "internal", True)],
)
def test_what_goes_wrong_on_the_way_is_the_last_line(
    connection: http.client.HTTPConnection, centre: Centre, fault: Exception | None, code: str, retryable: bool
) -> None:
    centre.gatherer.fault = fault
    centre.gatherer.known = {**centre.gatherer.known, "registry.card_status": "void"}  # type: ignore[dict-item]
    response = post(connection, body_of(question()), NDJSON)
    assert response.status == 200
    last = stream_line.validate_json(response.read().splitlines()[-1])
    assert isinstance(last, StreamProblem)
    assert (last.code, last.retryable, last.request_id) == (code, retryable, "request-1")


def test_a_caller_who_hangs_up_gives_the_question_up(connection: http.client.HTTPConnection, centre: Centre) -> None:
    centre.gatherer.gate = threading.Event()
    asked = question()
    response = post(connection, body_of(asked), NDJSON)
    response.readline()
    connection.close()
    centre.gatherer.gate.set()
    answer = centre.service.ask(TestDevice(), asked, body_of(asked))
    assert answer.decisions


def change(**changes: Any) -> bytes:
    content = json.loads(body_of(question()))
    content.update(changes)
    return json.dumps(content).encode()


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (change(services=[]), "services"),
        (change(question_id="not-an-id"), "question_id"),
        (change(purpose="curiosity"), "purpose"),
        (change(subject={"citizen_number": NUMBER + "99"}), "subject.citizen_number"),
        (b"{", "body"),
    ],
)
def test_what_does_not_fit_is_named_without_its_value(
    connection: http.client.HTTPConnection, body: bytes, place: str
) -> None:
    response = post(connection, body)
    assert response.status == 400
    document = problem(response)
    assert document.code is ProblemCode.BAD_REQUEST
    assert place in document.detail


def test_a_number_with_a_wrong_check_digit(connection: http.client.HTTPConnection) -> None:
    response = post(connection, body_of(question(subject=subject("1111111111111"))))
    text = response.read().decode()
    assert response.status == 422
    assert "number_invalid" in text
    assert "1111111111111" not in text


def test_bodies_have_a_limit(connection: http.client.HTTPConnection) -> None:
    assert post(connection, change(more="x" * 17_000)).status == 413


def test_other_media_are_not_read(connection: http.client.HTTPConnection) -> None:
    assert post(connection, body_of(question()), media="text/plain").status == 415


def test_the_menu(connection: http.client.HTTPConnection) -> None:
    connection.request("GET", SERVICES_PATH)
    services = ServiceList.model_validate_json(connection.getresponse().read()).services
    assert [service.id for service in services] == [
        "state_welfare",
        "old_age_allowance",
        "disability_allowance",
        "newborn_grant",
        "health_coverage",
    ]
    assert all(service.facts for service in services)
