"""``/openapi.json``: OpenAPI 3.1, made from the message types and the list of operations."""

import json
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from flask import Blueprint, Response
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from backend.clients.register import ADMINISTER, DECIDE
from backend.http.operation import SIGNATURE_PROBLEMS, TOKEN_PROBLEMS, Operation, Parameter, Tag
from backend.http.operations import OPERATIONS
from backend.http.problems import MEDIA_TYPE, PROBLEMS
from contracts.agency import TOKEN_PATH
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
            {"name": "agency", "description": "For agencies' own systems, with an access token of the scope `decide`."},
            {
                "name": "admin",
                "description": "For administrators' tools, with an access token of the scope `administer`.",
            },
            {"name": "public", "description": "For everybody."},
        ],
        "paths": paths,
        "components": {"schemas": _schemas(operations), "securitySchemes": _SECURITY_SCHEMES},
    }


_LATER_STATUSES = frozenset({PROBLEMS[ProblemCode.RATE_LIMITED].status, PROBLEMS[ProblemCode.UNAVAILABLE].status})
_LATER = {
    "Retry-After": {
        "description": "Seconds after which asking again may help.",
        "schema": {"type": "integer", "minimum": 1},
    }
}
_SIGNATURE_SCHEME = {
    "type": "apiKey",
    "in": "header",
    "name": "Signature",
    "description": "RFC 9421 HTTP Message Signature, Ed25519, with `Signature-Input` and `Content-Digest` beside it. "
    f"Covered: {', '.join(COVERED_COMPONENTS)}. Parameters: `created` (at most {MAX_AGE_S} s old), `keyid` (RFC 7638 "
    f'thumbprint), `nonce` (fresh), `tag="{TAG}"`.',
}

_SECURITY_SCHEMES = {
    "deviceSignature": _SIGNATURE_SCHEME,
    "clientCredentials": {
        "type": "oauth2",
        "description": "OAuth 2.0 client credentials (RFC 6749 section 4.4): by secret, or by an assertion signed "
        "with the client's key (RFC 7523). A token asked for with a TLS certificate is bound to it (RFC 8705).",
        "flows": {
            "clientCredentials": {
                "tokenUrl": TOKEN_PATH,
                "scopes": {DECIDE: "Ask for decisions", ADMINISTER: "Administer, in an officer's name"},
            }
        },
    },
}
_SECURITY: dict[Tag, tuple[list[dict[str, list[str]]], tuple[ProblemCode, ...]]] = {
    "public": ([], ()),
    "device": ([{"deviceSignature": []}], SIGNATURE_PROBLEMS),
    "agency": ([{"clientCredentials": [DECIDE]}], TOKEN_PROBLEMS),
    "admin": ([{"clientCredentials": [ADMINISTER]}], TOKEN_PROBLEMS),
}


def _operation(operation: Operation) -> dict[str, Any]:
    security, guarded = _SECURITY[operation.tag]
    has_body = operation.request is not None or operation.request_schema
    may_be_large = (ProblemCode.TOO_LARGE,) if has_body and ProblemCode.TOO_LARGE not in operation.problems else ()
    codes = guarded + operation.problems + may_be_large + (ProblemCode.INTERNAL,)
    document: dict[str, Any] = {
        "operationId": operation.method + operation.path.replace("/", "_").replace(".", "_").replace("-", "_"),
        "summary": operation.summary,
        "tags": [operation.tag],
        "security": security,
        "responses": {str(operation.status): _success(operation)} | _refusals(operation, codes),
    }
    if operation.parameters:
        document["parameters"] = [_parameter(parameter) for parameter in operation.parameters]
    if operation.description:
        document["description"] = operation.description
    if operation.request is not None:
        content: dict[str, Any] = {"schema": _refer(operation.request), "example": operation.request_example}
        document["requestBody"] = {"required": True, "content": {"application/json": content}}
    elif operation.request_schema:
        content = {"schema": operation.request_schema, "example": operation.request_example}
        document["requestBody"] = {"required": True, "content": {operation.request_type: content}}
    return document


def _parameter(parameter: Parameter) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": parameter.kind}
    if parameter.kind == "integer":
        schema["minimum"] = 0
    if parameter.pattern:
        schema["pattern"] = parameter.pattern
    place = {"name": parameter.name, "in": parameter.place, "required": parameter.required}
    described = {"description": parameter.description} if parameter.description else {}
    return place | described | {"schema": schema, "example": parameter.example}


def _success(operation: Operation) -> dict[str, Any]:
    content: dict[str, Any] = {"schema": _refer(operation.answer) if operation.answer else {}}
    if operation.answer_example is not None:
        content["example"] = operation.answer_example
    headers = {name: {"description": words, "schema": {"type": "string"}} for name, words in operation.headers.items()}
    said = {"headers": headers} if headers else {}
    others: dict[str, Any] = {media_type: {"schema": {"type": "string"}} for media_type in operation.other_media}
    return {"description": operation.summary, "content": {operation.media_type: content} | others} | said


def _refusals(operation: Operation, codes: Sequence[ProblemCode]) -> dict[str, Any]:
    answers = _problems(codes)
    for status, schema in operation.refusals.items():
        answer = answers.setdefault(str(status), {"description": "Refused", "content": {}})
        answer["content"]["application/json"] = {"schema": schema}
    return dict(sorted(answers.items()))


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
    content = {MEDIA_TYPE: {"schema": _refer(Problem), "examples": examples}}
    return {"description": words, "content": content} | ({"headers": _LATER} if status in _LATER_STATUSES else {})


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
