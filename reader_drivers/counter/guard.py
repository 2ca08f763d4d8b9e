"""Who may speak to the counter service. Pure: what a request says of itself in, a verdict out.

The service listens on the loopback address, where every page in every browser of the machine can knock. So: the Host
must be ours (a page that rebinds its own name to 127.0.0.1 has another), the Origin must be on the list, and the token
must be right.

Sources: WHATWG Fetch (CORS protocol, 3.2), RFC 6454 (origins), RFC 6750 clause 2.1 (bearer token), WICG Private Network
Access (preflight headers).
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_PREFLIGHT_LASTS_S = 600


class Refusal(StrEnum):
    """Why a request is refused."""

    HOST = "host_not_ours"
    ORIGIN = "origin_not_allowed"
    TOKEN = "token_wrong"  # noqa: S105  (the name of a refusal)


@dataclass(frozen=True, slots=True)
class Caller:
    """What a request says of itself.

    Attributes:
        host: Its ``Host`` header.
        origin: Its ``Origin`` header; None when it has none (the same page, or no browser).
        authorization: Its ``Authorization`` header.
        wants_private: A preflight that asks for access to this machine's network.
    """

    host: str
    origin: str | None = None
    authorization: str = ""
    wants_private: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class Policy:
    """Whom to serve. Its repr shows nothing: the token is a secret.

    Attributes:
        port: Where the service listens.
        token: What callers must know.
        origins: Whose pages may call, ``https://counter.agency.example``.
    """

    port: int
    token: str
    origins: frozenset[str] = frozenset()

    def own_origins(self) -> frozenset[str]:
        """Return the origins of the service's own pages."""
        return frozenset(f"http://{name}:{self.port}" for name in _LOOPBACK)

    def refuse_stranger(self, caller: Caller) -> Refusal | None:
        """Say why this host or origin is not served; None when it is."""
        if caller.host.removesuffix(f":{self.port}") not in _LOOPBACK:
            return Refusal.HOST
        if caller.origin is not None and caller.origin not in self.origins | self.own_origins():
            return Refusal.ORIGIN
        return None

    def refuse_token(self, token: str) -> Refusal | None:
        """Say whether the token is wrong; as slow for nearly right ones as for others."""
        return None if hmac.compare_digest(token.encode(), self.token.encode()) else Refusal.TOKEN

    def refuse_bearer(self, caller: Caller) -> Refusal | None:
        """Say whether the ``Authorization`` header carries the wrong token, or none."""
        scheme, _, token = caller.authorization.partition(" ")
        return self.refuse_token(token.strip()) if scheme.lower() == "bearer" else Refusal.TOKEN

    def sharing_headers(self, caller: Caller, *, preflight: bool) -> Mapping[str, str]:
        """Return the headers that let an allowed page's script see the answer; for others there are none."""
        headers = {"Vary": "Origin"}
        if caller.origin is None or self.refuse_stranger(caller) is not None:
            return headers
        headers["Access-Control-Allow-Origin"] = caller.origin
        if preflight:
            headers["Access-Control-Allow-Methods"] = "GET"
            headers["Access-Control-Allow-Headers"] = "Authorization"
            headers["Access-Control-Max-Age"] = str(_PREFLIGHT_LASTS_S)
            if caller.wants_private:
                headers["Access-Control-Allow-Private-Network"] = "true"
        return headers
