"""How a route is described: what the OpenAPI document and its page are made from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from pydantic import BaseModel

from contracts.problems import ProblemCode as P

Tag = Literal["device", "agency", "admin", "public"]
SIGNATURE_PROBLEMS: Final = (
    P.SIGNATURE_MISSING,
    P.SIGNATURE_WRONG,
    P.SIGNATURE_OLD,
    P.SIGNATURE_REPLAYED,
    P.DIGEST_WRONG,
    P.DEVICE_UNKNOWN,
    P.DEVICE_SUSPENDED,
    P.RATE_LIMITED,
)
TOKEN_PROBLEMS: Final = (
    P.TOKEN_MISSING,
    P.TOKEN_WRONG,
    P.CERTIFICATE_WRONG,
    P.SCOPE_MISSING,
    P.RATE_LIMITED,
)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a route, in its path or query."""

    name: str
    place: Literal["path", "query", "header"]
    example: int | str
    kind: Literal["integer", "string"] = "integer"
    required: bool = True
    pattern: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """One route.

    Attributes:
        method: Lower case.
        path: As OpenAPI writes it, parameters in braces.
        summary: One line.
        tag: ``device`` (signed), ``agency`` and ``admin`` (by access token), or ``public``.
        status: Of success.
        answer: Message of the answer, or None when ``media_type`` says it all.
        request: Message of the body, or None.
        media_type: Of the answer.
        parameters: In path and query.
        problems: Codes beside those of the signature.
        request_example: An invented body.
        answer_example: An invented answer.
        description: Longer words, Markdown.
        request_type: Media type of a body that is no message; its schema is in ``request_schema``.
        request_schema: Of such a body.
        headers: Of a success: name → meaning.
        other_media: Media types of the answer beside ``media_type``.
        refusals: Where another standard says how it refuses, in JSON: status → schema, beside the problems.
    """

    method: Literal["get", "post", "put", "delete"]
    path: str
    summary: str
    tag: Tag
    status: int = 200
    answer: type[BaseModel] | None = None
    request: type[BaseModel] | None = None
    media_type: str = "application/json"
    parameters: tuple[Parameter, ...] = ()
    problems: tuple[P, ...] = ()
    request_example: Mapping[str, Any] = field(default_factory=dict)
    answer_example: Any = None
    description: str = ""
    request_type: str = "application/json"
    request_schema: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    other_media: tuple[str, ...] = ()
    refusals: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
