import io
import json
import logging

import pytest
import structlog
from flask import Flask, request
from pydantic import BaseModel, ConfigDict
from sqlalchemy.exc import OperationalError

from backend.http.logs import configure_logging
from backend.http.messages import read_message
from backend.http.problems import PROBLEMS, ProblemError, register_problem_handlers
from backend.http.request_context import install_request_context
from contracts.problems import Problem, ProblemCode

SECRET = "1101700207030"


class Table(BaseModel):
    model_config = ConfigDict(extra="forbid")

    counts: dict[str, int]


@pytest.fixture
def client():
    app = Flask("test")
    install_request_context(app)
    register_problem_handlers(app)

    @app.get("/bug")
    def bug():
        raise RuntimeError(SECRET)

    @app.get("/store")
    def store():
        raise OperationalError(SECRET, {}, ValueError(SECRET))

    @app.get("/busy")
    def busy():
        raise ProblemError(ProblemCode.RATE_LIMITED, "slower", retry_after_s=7)

    @app.post("/body")
    def body():
        request.max_content_length = 10
        return request.get_data()

    @app.get("/long")
    def long():
        raise ProblemError(ProblemCode.BAD_REQUEST, "x" * 30_000)

    @app.post("/table")
    def table():
        return read_message(Table).model_dump_json()

    return app.test_client()


def problem_of(response):
    assert response.mimetype == "application/problem+json"
    return Problem.model_validate_json(response.data)


def test_every_code_has_its_document():
    assert set(PROBLEMS) == set(ProblemCode)
    assert all(400 <= kind.status < 600 for kind in PROBLEMS.values())


def test_a_bug_says_nothing_about_the_inside(client):
    with structlog.testing.capture_logs() as logs:
        response = client.get("/bug")
    problem = problem_of(response)
    assert (problem.status, problem.code, problem.detail) == (500, "internal", "")
    assert problem.request_id == response.headers["X-Request-Id"]
    failed = next(entry for entry in logs if entry["event"] == "request_failed")
    assert failed["error"] == "RuntimeError"
    assert any("bug" in place for place in failed["where"])
    assert SECRET not in json.dumps(logs) + response.text


def test_a_store_that_is_away(client):
    with structlog.testing.capture_logs() as logs:
        response = client.get("/store")
    assert (problem_of(response).code, response.headers["Retry-After"]) == ("unavailable", "5")
    assert problem_of(response).retryable
    assert SECRET not in json.dumps(logs) + response.text


def test_a_limit(client):
    response = client.get("/busy")
    assert (response.status_code, problem_of(response).detail, response.headers["Retry-After"]) == (429, "slower", "7")


@pytest.mark.parametrize(
    ("method", "path", "code", "status"),
    [("GET", "/none", "not_found", 404), ("POST", "/bug", "method_not_allowed", 405)],
)
def test_what_the_framework_refuses(client, method, path, code, status):
    response = client.open(path, method=method)
    assert (problem_of(response).code, response.status_code) == (code, status)


def test_too_large(client):
    assert problem_of(client.post("/body", data=b"x" * 11)).code == "too_large"


def test_keys_of_the_callers_own_are_not_repeated(client):
    problem = problem_of(client.post("/table", json={"counts": {SECRET: "many", "nine": "x", "x" * 50_000: "y"}}))
    assert (problem.code, problem.detail) == ("bad_request", "does not fit: counts.nine, counts.…")
    misspelt = problem_of(client.post("/table", json={"count": {}, "counts": {}}))
    assert misspelt.detail == "does not fit: count"


def test_no_detail_is_longer_than_a_reader_wants(client):
    assert len(problem_of(client.get("/long")).detail) == 2_000


def test_what_a_library_logs_of_an_exception_is_its_kind_and_place(monkeypatch, logging_as_before):
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    configure_logging("info")

    def fail():
        raise ValueError(SECRET)

    try:
        fail()
    except ValueError:
        logging.getLogger("library").exception("it failed")
        structlog.get_logger().error("it_failed", exc_info=True)
    foreign, own = (json.loads(line) for line in stream.getvalue().splitlines())
    assert (foreign["event"], foreign["error"], own["event"]) == ("it failed", "ValueError", "it_failed")
    assert foreign["where"][-1].endswith(" fail")
    assert SECRET not in stream.getvalue()


def test_a_proxys_request_id_is_kept_and_a_strange_one_is_not(client):
    assert client.get("/bug", headers={"X-Request-Id": "abcdefgh-1234"}).headers["X-Request-Id"] == "abcdefgh-1234"
    assert client.get("/bug", headers={"X-Request-Id": "<script>"}).headers["X-Request-Id"] != "<script>"


def test_the_log_names_the_route_and_never_the_path(client):
    with structlog.testing.capture_logs() as logs:
        client.get(f"/none/{SECRET}")
    assert logs[-1]["route"] == "unmatched"
    assert SECRET not in json.dumps(logs)


def test_log_lines_are_json(monkeypatch, logging_as_before):
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    configure_logging("info")
    try:
        structlog.contextvars.bind_contextvars(request_id="r-1")
        structlog.get_logger().info("something_happened", count=2)
        structlog.get_logger().debug("hidden")
    finally:
        structlog.contextvars.clear_contextvars()
    (line,) = stream.getvalue().splitlines()
    said = json.loads(line)
    assert (said["event"], said["count"], said["request_id"], said["level"]) == ("something_happened", 2, "r-1", "info")
