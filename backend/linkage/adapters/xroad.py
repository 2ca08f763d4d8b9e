"""An agency behind an X-Road 7 security server: JSON by POST, so that citizens stand in no path or query."""

from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import replace
from hashlib import sha512
from typing import Final
from urllib.parse import urlsplit
from uuid import uuid4

from backend.linkage.adapters.rest import RestProvider
from backend.linkage.directory import Request
from backend.linkage.interfaces import XRoadParty
from backend.linkage.ports import HttpCall, NotKnown, Transport
from contracts.decision import NotKnownCause, Subject

CLIENT: Final = "X-Road-Client"
MESSAGE_ID: Final = "X-Road-Id"
REQUEST_HASH: Final = "X-Road-Request-Hash"
ERROR: Final = "X-Road-Error"
_BUSY_GATEWAY: Final = frozenset({"Server.ServerProxy.ServiceFailed", "Server.ClientProxy.NetworkError"})


class XRoadProvider(RestProvider):
    """One service of one agency through the centre's own security server.

    Args:
        base_url: The security server.
        request: What the service answers.
        transport: HTTP.
        party: Names on the network.
        new_id: Makes message identifiers.
    """

    def __init__(
        self,
        base_url: str,
        request: Request,
        transport: Transport,
        party: XRoadParty,
        new_id: Callable[[], str] = lambda: str(uuid4()),
    ) -> None:
        tail = "" if request.path == "/" else request.path
        super().__init__(f"{base_url}/r1/{party.service}{tail}", request, transport, whole_url=True)
        self._party = party
        self._new_id = new_id

    def _call(self, subject: Subject) -> HttpCall:
        plain = super()._call(subject)
        headers: dict[str, str] = {CLIENT: self._party.client, MESSAGE_ID: self._new_id()}
        expected = hash_request(urlsplit(plain.url).path, headers, plain.body)
        checked = expected if self._party.check_request_hash else None

        def inspect(status: int, answered: Mapping[str, str]) -> NotKnown | None:
            told = inspect_answer(status, answered, headers[MESSAGE_ID], checked)
            return told or (plain.inspect(status, answered) if plain.inspect else None)

        return replace(plain, headers={**plain.headers, **headers}, inspect=inspect)


def hash_request(path: str, headers: Mapping[str, str], body: bytes) -> str:
    """Return the hash that ties an answer to its request: base64 of SHA-512 over the hashes of headers and body.

    Args:
        path: Of the request, e.g. ``/r1/TH/GOV/1001/tax/assessment``.
        headers: The ``X-Road-…`` headers sent; hashed in the order of their names, one ``name:value`` a line.
        body: The request's body.
    """
    lines = [f"POST {path}", *(f"{name.lower()}:{headers[name]}" for name in sorted(headers, key=str.lower))]
    head = sha512("\r\n".join(lines).encode()).digest()
    return b64encode(sha512(head + sha512(body).digest()).digest()).decode("ascii")


def inspect_answer(
    status: int, headers: Mapping[str, str], message_id: str, request_hash: str | None
) -> NotKnown | None:
    """Say what an answer's headers give away, before its body is believed.

    Args:
        status: HTTP status.
        headers: The answer's headers, names in any case.
        message_id: The identifier that was sent.
        request_hash: The hash the answer must carry, or None when it is not looked at.

    Returns:
        The gateway's own fault (``X-Road-Error``) or an answer to another question; None when nothing is amiss.
    """
    fault = headers.get(ERROR)
    if fault is not None:
        gone = fault in _BUSY_GATEWAY or status in {502, 503, 504}
        cause = NotKnownCause.UNREACHABLE if gone else NotKnownCause.BAD_ANSWER
        return NotKnown(cause, retryable=gone, detail="gateway_fault")
    if status != 200:
        return None
    if headers.get(MESSAGE_ID) != message_id:
        return NotKnown(NotKnownCause.BAD_ANSWER, retryable=False, detail="other_message")
    if request_hash is not None and headers.get(REQUEST_HASH) != request_hash:
        return NotKnown(NotKnownCause.BAD_ANSWER, retryable=False, detail="request_hash")
    return None
