"""``/openapi.json``: OpenAPI 3.1, made from the message types and the list of operations."""

import json
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from flask import Blueprint, Response
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from backend.http.operations import OPERATIONS, SIGNATURE_PROBLEMS, Operation, Parameter
from backend.http.problems import MEDIA_TYPE, PROBLEMS
from contracts.decision import Progress, StreamProblem
from contracts.problems import TYPE_PREFIX, Problem, ProblemCode
from contracts.signature import COVERED_COMPONENTS, MAX_AGE_S, TAG

_REFERENCE = "#/components/schemas/{model}"


def describe_api(public_url: str, operations: Sequence[Operation] = OPERATIONS) -> dict[str, Any]:
    """Return the OpenAPI document (pure)."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Baidiao linkage centre",
            "version": version("baidiao"),
            "description": "One card, one answer: devices ask, agencies are asked, only the decision is given out.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": public_url}],
        "tags": [
            {"name": "device", "description": "For enrolled devices; every request is signed."},
            {"name": "public", "description": "For everybody."},
        ],
        "paths": paths,
        "components": {"schemas": _schemas(operations), "securitySchemes": {"deviceSignature": _SIGNATURE_SCHEME}},
    }


_SIGNATURE_SCHEME = {
    "type": "apiKey",
    "in": "header",
    "name": "Signature",
    "description": "RFC 9421 HTTP Message Signature, Ed25519, with `Signature-Input` and `Content-Digest` beside it. "
    f"Covered: {', '.join(COVERED_COMPONENTS)}. Parameters: `created` (at most {MAX_AGE_S} s old), `keyid` (RFC 7638 "
    f'thumbprint), `nonce` (fresh), `tag="{TAG}"`.',
}


def _operation(operation: Operation) -> dict[str, Any]:
    signed = operation.tag == "device"
    codes = (SIGNATURE_PROBLEMS if signed else ()) + operation.problems + (ProblemCode.INTERNAL,)
    document: dict[str, Any] = {
        "operationId": operation.method + operation.path.replace("/", "_").replace(".", "_").replace("-", "_"),
        "summary": operation.summary,
        "tags": [operation.tag],
        "security": [{"deviceSignature": []}] if signed else [],
        "responses": {str(operation.status): _success(operation)} | _problems(codes),
    }
    if operation.parameters:
        document["parameters"] = [_parameter(parameter) for parameter in operation.parameters]
    if operation.description:
        document["description"] = operation.description
    if operation.request is not None:
        content: dict[str, Any] = {"schema": _refer(operation.request), "example": operation.request_example}
        document["requestBody"] = {"required": True, "content": {"application/json": content}}
    return document


def _parameter(parameter: Parameter) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": parameter.kind}
    if parameter.kind == "integer":
        schema["minimum"] = 0
    place = {"name": parameter.name, "in": parameter.place, "required": parameter.required}
    return place | {"schema": schema, "example": parameter.example}


def _success(operation: Operation) -> dict[str, Any]:
    content: dict[str, Any] = {"schema": _refer(operation.answer) if operation.answer else {}}
    if operation.answer_example is not None:
        content["example"] = operation.answer_example
    return {"description": operation.summary, "content": {operation.media_type: content}}


def _problems(codes: Sequence[ProblemCode]) -> dict[str, Any]:
    by_status: dict[int, list[ProblemCode]] = {}
    for code in codes:
        by_status.setdefault(PROBLEMS[code].status, []).append(code)
    return {str(status): _problem_response(status, alike) for status, alike in sorted(by_status.items())}


def _problem_response(status: int, codes: Sequence[ProblemCode]) -> dict[str, Any]:
    examples = {
        code.value: {
            "value": {
                "type": TYPE_PREFIX + code.value,
                "title": PROBLEMS[code].title,
                "status": status,
                "detail": "",
                "code": code.value,
                "retryable": PROBLEMS[code].retryable,
                "request_id": "5d0c9f6c7a3b4f1e9d2a8b7c6e5f4a3b",
            }
        }
        for code in codes
    }
    words = "; ".join(PROBLEMS[code].title for code in codes)
    return {"description": words, "content": {MEDIA_TYPE: {"schema": _refer(Problem), "examples": examples}}}


def _refer(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": _REFERENCE.format(model=model.__name__)}


def _schemas(operations: Sequence[Operation]) -> dict[str, Any]:
    models: dict[type[BaseModel], JsonSchemaMode] = {Problem: "validation", Progress: "validation"}
    models[StreamProblem] = "validation"
    for operation in operations:
        models |= {model: "validation" for model in (operation.request, operation.answer) if model is not None}
    _, definitions = models_json_schema(list(models.items()), ref_template=_REFERENCE)
    return dict(sorted(definitions["$defs"].items()))


def create_blueprint(public_url: str) -> Blueprint:
    """Build the route. The document is made once."""
    blueprint = Blueprint("openapi", __name__)
    document = json.dumps(describe_api(public_url), ensure_ascii=False, indent=1)

    @blueprint.get("/openapi.json")
    def openapi() -> Response:
        return Response(document, mimetype="application/json")

    return blueprint
