"""``/openapi.json`` of the counter service: OpenAPI 3.1. Pure."""

from importlib.metadata import version
from typing import Any

from contracts.card import NOT_PUBLIC, CardRead
from reader_drivers.cards.nhso import PROFILE as NHSO
from reader_drivers.counter.problems import MEDIA_TYPE

_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {
            "type": "string",
            "examples": ["no_card", "not_thai_id", "card_removed", "card_unreadable", "no_reader"],
        },
        "citizen": {
            "type": "object",
            "description": "What to tell the person at the counter.",
            "properties": {"th": {"type": "string"}, "en": {"type": "string"}},
        },
    },
}
_READERS = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["name", "occupied"],
        "properties": {"name": {"type": "string"}, "occupied": {"type": "boolean"}},
    },
}
_EVENTS = """\
A WebSocket. Within five seconds send one JSON message: `{"token": "...", "read": false, "photo": false}`. Then every
event comes as one JSON message: `ready`, `service_up`, `service_down`, `reader_added`, `reader_removed`,
`card_inserted`, `card_removed`, and with `"read": true` also `read_progress`, `identity_read`, `card_read`,
`photo_read` (photo as base64, with `"photo": true`) and `read_failed`. Without `"read": true` cards are left alone and
nothing personal is sent. A wrong token, or none in time, gets
`refused` and a closed socket (code 1008).
"""


def describe_api(port: int) -> dict[str, Any]:
    """Return the OpenAPI document of the service on ``port``."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Baidiao counter service",
            "version": version("baidiao"),
            "description": "Reads the Thai ID card in this machine's reader, for the agency's own web pages.",
        },
        "servers": [{"url": f"http://127.0.0.1:{port}"}],
        "security": [{"token": []}],
        "paths": {
            "/v1/card": {"get": _read_card()},
            "/v1/readers": {"get": _operation("List the card readers", "readers", _READERS)},
            "/v1/events": {"get": {"operationId": "watchEvents", "summary": "Watch cards", "description": _EVENTS,
                                   "security": [], "responses": {"101": {"description": "The socket is open."}}}},
        },
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": _schemas(),
        },
    }  # fmt: skip


def describe_kind(schema: dict[str, Any]) -> str:
    """Return a field's type in words, for people who read the documentation."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    for choice in ("anyOf", "oneOf"):
        if choice in schema:
            return " or ".join(describe_kind(option) for option in schema[choice])
    if "enum" in schema:
        return " or ".join(f'"{value}"' for value in schema["enum"])
    kinds = schema.get("type", "any")
    words = kinds if isinstance(kinds, str) else " or ".join(kinds)
    if words == "array":
        return f"list of {describe_kind(schema.get('items', {}))}"
    how = schema.get("format") or schema.get("contentEncoding")
    return f"{words} ({how})" if how else words


def _read_card() -> dict[str, Any]:
    operation = _operation("Read the card", "card", {"$ref": "#/components/schemas/Reading"})
    flags = (("photo", "Read the photo too."), ("nhso", "Read the health-insurance applet too."))
    operation["parameters"] = [
        {"name": "reader", "in": "query", "schema": {"type": "string"}, "description": "The reader's name."},
        *({"name": n, "in": "query", "schema": {"type": "boolean"}, "description": words} for n, words in flags),
    ]
    return operation


def _operation(summary: str, key: str, schema: dict[str, Any]) -> dict[str, Any]:
    failed = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        "operationId": {"card": "readCard", "readers": "listReaders"}[key],
        "summary": summary,
        "responses": {
            "200": {"description": "Done.", "content": {"application/json": {"schema": schema}}},
            "default": {"description": "What went wrong.", "content": failed},
        },
    }


def _schemas() -> dict[str, Any]:
    card = CardRead.model_json_schema(mode="serialization", ref_template="#/components/schemas/{model}")
    parts = card.pop("$defs")
    inside = {name: card["properties"].pop(name) for name in NOT_PUBLIC}
    card["required"] = [name for name in card["properties"] if name in card.get("required", ())]
    nhso = {field.name: {"type": ["string", "null"]} for field in NHSO.fields}
    reading = {
        "type": "object",
        "required": ["card", "assurance", "findings"],
        "properties": {
            "card": {"$ref": "#/components/schemas/Card"},
            "assurance": inside["assurance"],
            "findings": inside["findings"],
            "photo": {"type": "string", "contentEncoding": "base64", "contentMediaType": "image/jpeg"},
            "nhso": {"oneOf": [{"type": "object", "properties": nhso}, {"type": "null"}]},
        },
    }
    schemas: dict[str, Any] = parts | {"Card": card, "Reading": reading, "Problem": _PROBLEM}
    return schemas
