import json

import pytest
from pydantic import TypeAdapter

from backend.http.health import ReadinessCheck
from backend.http.openapi import describe_api
from backend.http.operations import OPERATIONS
from contracts.problems import Problem
from tests.support.centre_app import build_centre

NOT_DESCRIBED = ("/console",)


def test_every_public_and_device_route_is_described(centre):
    described = {(operation.method.upper(), operation.path) for operation in OPERATIONS}
    for rule in centre.app.url_map.iter_rules():
        if rule.rule.startswith(NOT_DESCRIBED):
            continue
        path = rule.rule.replace("<path:", "{").replace("<int:", "{").replace("<", "{").replace(">", "}")
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            assert (method, path) in described


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.path)
def test_examples_fit_their_types(operation):
    if operation.request is not None:
        TypeAdapter(operation.request).validate_python(operation.request_example, strict=False)
    if operation.answer is not None:
        TypeAdapter(operation.answer).validate_json(json.dumps(operation.answer_example))


def test_the_document_is_whole(centre):
    document = centre.client().get("/openapi.json").get_json()
    assert document["openapi"] == "3.1.0"
    assert document == describe_api(centre.settings.public_url)
    schemas = document["components"]["schemas"]
    for reference in references(document):
        assert reference.removeprefix("#/components/schemas/") in schemas
    identifiers = [operation["operationId"] for path in document["paths"].values() for operation in path.values()]
    assert len(identifiers) == len(set(identifiers))


def test_problem_examples_are_problems(centre):
    document = describe_api("http://centre.test")
    responses = document["paths"]["/v1/device/heartbeats"]["post"]["responses"]
    for response in (responses["401"], responses["403"]):
        for example in response["content"]["application/problem+json"]["examples"].values():
            Problem.model_validate(example["value"])


def references(node):
    if isinstance(node, dict):
        for name, value in node.items():
            if name == "$ref":
                yield value
            else:
                yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def test_health(centre):
    client = centre.client()
    assert client.get("/healthz").get_json() == {"status": "ok"}
    assert client.get("/readyz").get_json() == {"status": "ok", "checks": {"always": "ok"}}


def test_not_ready_names_what_is_missing(tmp_path):
    def broken():
        raise OSError("away")

    checks = (
        ReadinessCheck("good", lambda: True),
        ReadinessCheck("bad", lambda: False),
        ReadinessCheck("worse", broken),
    )
    centre = build_centre(f"sqlite:///{tmp_path / 'c.sqlite3'}", tmp_path, readiness=checks)
    response = centre.client().get("/readyz")
    assert response.status_code == 503
    assert response.get_json()["checks"] == {"good": "ok", "bad": "failed", "worse": "failed"}
    centre.store.close()


def test_metrics_count_by_route(centre):
    centre.client().get("/healthz")
    text = centre.client().get("/metrics").text
    assert 'baidiao_http_request_seconds_count{method="GET",route="/healthz",status="200"}' in text
