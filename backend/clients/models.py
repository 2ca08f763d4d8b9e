"""The table of agencies' systems that may ask."""

from datetime import datetime

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from backend.store import Base, UtcDateTime


class ApiClient(Base):
    """One system of an agency.

    Attributes:
        id: ``agc_`` and 16 characters.
        agency_id: For whom it asks: mandates are looked up by it.
        name: What the agency calls it.
        person: E-mail address of the officer it acts for, where it administers; empty otherwise.
        scopes: What it may do, separated by spaces.
        secret_hash: SHA-256 of its secret (256 random bits, so no slow hash is needed); empty with a key of its own.
        public_key: The JWK with which its assertions are checked (RFC 7523), or None.
        certificate: SHA-256 of the TLS certificate that it must show when it asks for a token, base64url; or empty.
        rate_per_minute: Requests allowed; 0: as set for all.
        created_at: When it was added.
        revoked_at: Since when it may do nothing, or None.
    """

    __tablename__ = "api_clients"

    id: Mapped[str] = mapped_column(String(20), primary_key=True)
    agency_id: Mapped[str] = mapped_column(String(41), index=True)
    name: Mapped[str] = mapped_column(String(120))
    person: Mapped[str] = mapped_column(String(254))
    scopes: Mapped[str] = mapped_column(String(120))
    secret_hash: Mapped[str] = mapped_column(String(64))
    public_key: Mapped[dict[str, str] | None] = mapped_column(JSON)
    certificate: Mapped[str] = mapped_column(String(43))
    rate_per_minute: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
