"""Access tokens: short-lived JWTs (RFC 9068), bound to a TLS certificate where one was shown (RFC 8705); pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from hmac import new as new_hmac
from typing import Any, Final

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from backend.clients.errors import TokenError

LIFETIME_S: Final = 600
_LABEL: Final = b"baidiao/access-token/1"
_HEADER: Final = {"alg": "HS256", "typ": "at+jwt"}
_MAX_LENGTH: Final = 2048


@dataclass(frozen=True, slots=True)
class Token:
    """What a valid token says.

    Attributes:
        client_id: Whose it is.
        scopes: What it allows.
        certificate: The ``x5t#S256`` it is bound to, or empty.
    """

    client_id: str
    scopes: tuple[str, ...]
    certificate: str


@dataclass(frozen=True, slots=True)
class TokenMint:
    """Makes and reads tokens. The centre alone does both, hence a symmetric key.

    Attributes:
        issuer: The centre, as ``iss`` and ``aud``.
        secret: The interfaces' secret; the key is derived from it.
    """

    issuer: str
    secret: bytes = field(repr=False)

    def make(self, client_id: str, scopes: tuple[str, ...], certificate: str, token_id: str, now: datetime) -> str:
        """Return a token that lives for ``LIFETIME_S``."""
        issued = int(now.timestamp())
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "aud": self.issuer,
            "sub": client_id,
            "client_id": client_id,
            "scope": " ".join(scopes),
            "iat": issued,
            "exp": issued + LIFETIME_S,
            "jti": token_id,
        }
        if certificate:
            claims["cnf"] = {"x5t#S256": certificate}
        return jwt.encode(dict(_HEADER), claims, self._key())

    def read(self, token: str, now: datetime) -> Token:
        """Read a token.

        Raises:
            TokenError: Not one of ours, altered, or too old.
        """
        if len(token) > _MAX_LENGTH:
            raise TokenError
        try:
            read = jwt.decode(token, self._key(), algorithms=["HS256"])
        except (JoseError, ValueError) as error:
            raise TokenError from error
        claims = read.claims
        if read.header.get("typ") != _HEADER["typ"] or claims.get("iss") != self.issuer:
            raise TokenError
        if not isinstance(claims.get("exp"), int) or now.timestamp() >= claims["exp"]:
            raise TokenError
        bound: Mapping[str, str] = claims.get("cnf", {})
        return Token(str(claims["client_id"]), tuple(str(claims["scope"]).split()), bound.get("x5t#S256", ""))

    def _key(self) -> OctKey:
        return OctKey.import_key(new_hmac(self.secret, _LABEL, sha256).digest())
