"""What an agency sends back. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

JSON: Final = "application/json"


@dataclass(frozen=True, slots=True)
class Callback:
    """What is posted, after a reply, to an address that somebody named.

    Attributes:
        url: The address.
        body: JSON.
        tries: At most, until it is taken or refused for good. One is enough where the addressee can ask again.
    """

    url: str
    body: bytes
    tries: int = 1


@dataclass(frozen=True, slots=True)
class Reply:
    """Status, body, the body's media type, further headers, and what is posted afterwards."""

    status: int
    body: bytes
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)
    callbacks: tuple[Callback, ...] = ()
