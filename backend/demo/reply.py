"""What an agency sends back. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

JSON: Final = "application/json"


@dataclass(frozen=True, slots=True)
class Callback:
    """What is posted, after the reply, to an address that the caller named."""

    url: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """Status, body, the body's media type, further headers, and what is posted afterwards."""

    status: int
    body: bytes
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)
    callback: Callback | None = None
