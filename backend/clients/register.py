"""The agencies' systems that may ask: added, listed, given new secrets, revoked."""

import secrets
from base64 import b32encode, urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from hmac import compare_digest
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey, import_key
from sqlalchemy import select

from backend.clients.errors import ClientInputError, ClientUnknownError
from backend.clients.models import ApiClient
from backend.store import Store

DECIDE: Final = "decide"
ADMINISTER: Final = "administer"
SCOPES: Final = (DECIDE, ADMINISTER)
_SECRET_BYTES: Final = 32
_PREFIX: Final = "agc_"
_MIN_RSA_BITS: Final = 2048


@dataclass(frozen=True, slots=True)
class Client:
    """One client in use. ``device_id`` is its identifier, as the decisions' port wants it.

    The attributes are those of :class:`~backend.clients.models.ApiClient`.
    """

    device_id: str
    agency_id: str
    name: str
    person: str
    scopes: tuple[str, ...]
    secret_hash: str = field(repr=False)
    public_key: dict[str, str] | None = field(repr=False)
    certificate: str
    rate_per_minute: int
    created_at: datetime
    revoked_at: datetime | None

    def has_secret(self, secret: str) -> bool:
        """Say whether ``secret`` is the client's."""
        return bool(self.secret_hash) and compare_digest(hash_secret(secret), self.secret_hash)


def hash_secret(secret: str) -> str:
    """Return what is stored of a secret."""
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def certificate_thumbprint(pem: bytes) -> str:
    """Return a certificate's ``x5t#S256`` (RFC 8705 section 3.1).

    Raises:
        ClientInputError: It is no certificate in PEM.
    """
    try:
        digest = x509.load_pem_x509_certificate(pem).fingerprint(hashes.SHA256())
    except ValueError as error:
        raise ClientInputError("this is not a certificate in PEM") from error
    return urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def parse_client_key(pem: bytes) -> dict[str, str]:
    """Return a public key in PEM as the JWK that is stored: RSA of 2048 bits and more, EC P-256, or Ed25519.

    Raises:
        ClientInputError: It is none of these, or it is a private key.
    """
    for kind in ("RSA", "EC", "OKP"):
        try:
            key = import_key(pem, kind)
        except (JoseError, ValueError, TypeError):
            continue
        if isinstance(key, RSAKey | ECKey | OKPKey):
            if key.is_private:
                raise ClientInputError("this is a private key: keep it, and give its public half")
            if isinstance(key, RSAKey) and key.raw_value.key_size < _MIN_RSA_BITS:
                raise ClientInputError(f"an RSA key needs at least {_MIN_RSA_BITS} bits")
            return {name: str(value) for name, value in key.as_dict(private=False).items()}
    raise ClientInputError("this is not a public key in PEM (RSA, EC P-256 or Ed25519)")


@dataclass(frozen=True, slots=True)
class ClientRegister:
    """Opens and commits the clients' transactions."""

    store: Store

    def add(
        self,
        agency_id: str,
        name: str,
        now: datetime,
        *,
        scopes: tuple[str, ...] = (DECIDE,),
        person: str = "",
        public_key: dict[str, str] | None = None,
        certificate: str = "",
        rate_per_minute: int = 0,
    ) -> tuple[str, str]:
        """Add a client; returns its identifier and its secret, which is told this once (empty with a public key).

        Raises:
            ClientInputError: A client that administers acts for nobody, or the name is empty.
        """
        if ADMINISTER in scopes and not person:
            raise ClientInputError("a client that administers acts for an officer: name him")
        if not name.strip():
            raise ClientInputError("the client needs a name")
        client_id = _PREFIX + b32encode(secrets.token_bytes(10)).decode("ascii").lower()
        secret = "" if public_key else secrets.token_urlsafe(_SECRET_BYTES)
        with self.store.transaction() as session:
            session.add(
                ApiClient(
                    id=client_id,
                    agency_id=agency_id,
                    name=name.strip(),
                    person=person,
                    scopes=" ".join(scopes),
                    secret_hash=hash_secret(secret) if secret else "",
                    public_key=public_key,
                    certificate=certificate,
                    rate_per_minute=rate_per_minute,
                    created_at=now,
                    revoked_at=None,
                )
            )
        return client_id, secret

    def find(self, client_id: str) -> Client | None:
        """Return a client, revoked or not; None when there is none of this name."""
        with self.store.reading() as session:
            row = session.get(ApiClient, client_id)
            return None if row is None else _client(row)

    def list_all(self) -> list[Client]:
        """Return every client, the agencies in order."""
        with self.store.reading() as session:
            rows = session.scalars(select(ApiClient).order_by(ApiClient.agency_id, ApiClient.created_at))
            return [_client(row) for row in rows]

    def rotate(self, client_id: str) -> str:
        """Give a client a new secret; the old one ends at once. Returns the new one.

        Raises:
            ClientUnknownError: There is none, or it is revoked.
            ClientInputError: It has a key of its own in place of a secret.
        """
        secret = secrets.token_urlsafe(_SECRET_BYTES)
        with self.store.transaction() as session:
            row = session.get(ApiClient, client_id)
            if row is None or row.revoked_at is not None:
                raise ClientUnknownError(client_id)
            if row.public_key is not None:
                raise ClientInputError("the client proves itself with a key of its own; add a new client for a new key")
            row.secret_hash = hash_secret(secret)
        return secret

    def revoke(self, client_id: str, now: datetime) -> None:
        """Let a client do nothing any more; its tokens end with it.

        Raises:
            ClientUnknownError: There is none, or it is revoked already.
        """
        with self.store.transaction() as session:
            row = session.get(ApiClient, client_id)
            if row is None or row.revoked_at is not None:
                raise ClientUnknownError(client_id)
            row.revoked_at = now


def _client(row: ApiClient) -> Client:
    return Client(
        device_id=row.id,
        agency_id=row.agency_id,
        name=row.name,
        person=row.person,
        scopes=tuple(row.scopes.split()),
        secret_hash=row.secret_hash,
        public_key=row.public_key,
        certificate=row.certificate,
        rate_per_minute=row.rate_per_minute,
        created_at=row.created_at,
        revoked_at=row.revoked_at,
    )
