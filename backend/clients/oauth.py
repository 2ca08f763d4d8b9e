"""The token endpoint: Authlib's client-credentials grant (RFC 6749 section 4.4) over our register of clients."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import ClientMixin, InvalidClientError
from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant
from authlib.oauth2.rfc7523 import JWTBearerClientAssertion
from flask import Response
from flask.sansio.app import App
from joserfc.jwk import Key, import_key

from backend.clients.register import Client, ClientRegister
from backend.clients.tokens import LIFETIME_S, TokenMint

_BY_SECRET: Final = ("client_secret_basic", "client_secret_post")
_BY_KEY: Final = JWTBearerClientAssertion.CLIENT_AUTH_METHOD
_ASSERTION_KEPT_FOR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class TokenParts:
    """What the endpoint is made of.

    Attributes:
        register: The clients.
        mint: Makes tokens.
        note_once: Remembers an assertion (client, digest, end of life); False when it was noted before.
        audience: The token endpoint's own address, for assertions.
        certificate: Returns the ``x5t#S256`` of the certificate shown in this request, or an empty text.
        now: The clock, aware UTC.
    """

    register: ClientRegister
    mint: TokenMint
    note_once: Callable[[str, str, datetime], bool]
    audience: str
    certificate: Callable[[], str]
    now: Callable[[], datetime]


class _OAuthClient(ClientMixin):  # type: ignore[misc]  # the library ships no types
    """A client as the library wants it."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def get_client_id(self) -> str:
        return self.client.device_id

    def get_allowed_scope(self, scope: str | None) -> str:
        allowed = self.client.scopes
        asked = scope.split() if scope else list(allowed)
        return " ".join(one for one in asked if one in allowed)

    def check_client_secret(self, client_secret: str) -> bool:
        return self.client.has_secret(client_secret)

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        accepted = (_BY_KEY,) if self.client.public_key else _BY_SECRET
        return endpoint == "token" and method in accepted

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "client_credentials"


class _Grant(ClientCredentialsGrant):  # type: ignore[misc]  # as above
    TOKEN_ENDPOINT_AUTH_METHODS = [*_BY_SECRET, _BY_KEY]  # noqa: RUF012  (the library's own form)


class _Assertion(JWTBearerClientAssertion):  # type: ignore[misc]  # as above
    def __init__(self, parts: TokenParts) -> None:
        super().__init__()
        self._parts = parts

    def get_audiences(self) -> list[str]:
        return [self._parts.audience]

    def validate_jti(self, claims: dict[str, Any], jti: object) -> bool:
        expires_at = datetime.fromtimestamp(min(float(claims["exp"]), 4e9), UTC)
        if expires_at > self._parts.now() + _ASSERTION_KEPT_FOR:
            raise InvalidClientError(description="the assertion lives for more than an hour")
        digest = sha256(str(jti).encode("utf-8", "surrogatepass")).hexdigest()[:40]
        return self._parts.note_once(str(claims["sub"]), digest, expires_at)

    def resolve_client_public_key(self, client: _OAuthClient) -> Key:
        if client.client.public_key is None:
            raise InvalidClientError(description="the client has a secret, no key")
        return import_key(dict(client.client.public_key))


class TokenEndpoint:
    """Answers ``POST /api/v1/oauth/token`` in the forms of RFC 6749."""

    def __init__(self, parts: TokenParts) -> None:
        self._parts = parts
        self._server: Any = None

    def install(self, app: App) -> None:
        """Tie the library to the application."""
        server = AuthorizationServer(app, self._find, lambda _token, _request: None)
        server.register_client_auth_method(_BY_KEY, _Assertion(self._parts))
        server.register_token_generator("default", self._make)
        server.register_grant(_Grant)
        self._server = server

    def answer(self) -> Response:
        """Answer the current request."""
        response: Response = self._server.create_token_response()
        response.headers["Cache-Control"] = "no-store"
        return response

    def _find(self, client_id: str) -> _OAuthClient | None:
        found = self._parts.register.find(client_id)
        if found is None or found.revoked_at is not None:
            return None
        if found.certificate and found.certificate != self._parts.certificate():
            return None
        return _OAuthClient(found)

    def _make(self, *, client: _OAuthClient, scope: str | None = None, **_: object) -> dict[str, object]:
        scopes = client.get_allowed_scope(scope)
        token = self._parts.mint.make(
            client.get_client_id(),
            tuple(scopes.split()),
            self._parts.certificate(),
            secrets.token_urlsafe(12),
            self._parts.now(),
        )
        return {"access_token": token, "token_type": "Bearer", "expires_in": LIFETIME_S, "scope": scopes}
