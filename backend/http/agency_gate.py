"""Every route of agencies' systems lies behind this gate: it opens for access tokens of clients in use."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

import structlog
from flask import Flask, Response, g, request

from backend.clients.errors import TokenError
from backend.clients.register import ADMINISTER, DECIDE, Client, ClientRegister
from backend.clients.tokens import Token, TokenMint
from backend.http.admin_messages import ADMIN_PREFIX
from backend.http.problems import ProblemError
from backend.http.rate_guard import RateGuard, allow
from contracts.agency import AGENCY_PREFIX
from contracts.problems import ProblemCode

_SCOPES: Final = {f"{AGENCY_PREFIX}/": DECIDE, f"{ADMIN_PREFIX}/": ADMINISTER}
_SCHEME: Final = "bearer "


class AgencyGate:
    """Checks requests against the register of clients: a revoked client's token ends with it.

    Args:
        register: The clients.
        mint: Reads tokens.
        certificate: Returns the ``x5t#S256`` of the certificate shown in this request, or an empty text.
        guard: Limits.
        now: The clock, aware UTC.
    """

    def __init__(
        self,
        register: ClientRegister,
        mint: TokenMint,
        certificate: Callable[[], str],
        guard: RateGuard,
        now: Callable[[], datetime],
    ) -> None:
        self._register = register
        self._mint = mint
        self._certificate = certificate
        self._guard = guard
        self._now = now

    def install(self, app: Flask) -> None:
        """Put the gate in front of the agencies' paths and the administrators'."""
        app.before_request(self._check_request)
        app.after_request(_name_scheme)

    def _check_request(self) -> None:
        scope = next((scope for prefix, scope in _SCOPES.items() if request.path.startswith(prefix)), None)
        if scope is None:
            return
        g.client = self._identify(scope)
        structlog.contextvars.bind_contextvars(client_id=g.client.device_id)

    def _identify(self, scope: str) -> Client:
        header = request.headers.get("Authorization", "")
        if not header.lower().startswith(_SCHEME):
            raise ProblemError(ProblemCode.TOKEN_MISSING, "send 'Authorization: Bearer' with a token of the centre")
        token = self._read(header[len(_SCHEME) :].strip())
        client = self._register.find(token.client_id)
        if client is None or client.revoked_at is not None:
            raise ProblemError(ProblemCode.TOKEN_WRONG, "the client is revoked")
        if token.certificate and token.certificate != self._certificate():
            raise ProblemError(ProblemCode.CERTIFICATE_WRONG)
        own = client.rate_per_minute
        self._guard.admit(f"client:{client.device_id}", allow(own) if own else self._guard.client)
        if scope not in token.scopes or scope not in client.scopes:
            raise ProblemError(ProblemCode.SCOPE_MISSING, f"this needs the scope {scope!r}")
        return client

    def _read(self, text: str) -> Token:
        try:
            return self._mint.read(text, self._now())
        except TokenError as error:
            raise ProblemError(ProblemCode.TOKEN_WRONG, "ask for a new one") from error


def current_client() -> Client:
    """Return the client whose token came with this request. Only for handlers behind the gate."""
    client = g.client
    if not isinstance(client, Client):
        raise TypeError("the route is not behind the gate")
    return client


def _name_scheme(response: Response) -> Response:
    if response.status_code == 401 and any(request.path.startswith(prefix) for prefix in _SCOPES):
        response.headers.setdefault("WWW-Authenticate", "Bearer")
    return response
