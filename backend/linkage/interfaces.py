"""What some interfaces need beside an address: parts of an agency's entry in the directory."""

import re
from typing import Final
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field

_PART: Final = r"[A-Za-z0-9_.-]{1,64}"
_SQLITE_FILE: Final = re.compile(r"sqlite:///[^?#:%]+\Z")
READ_ONLY_BACKENDS: Final = frozenset({"sqlite", "postgresql", "mysql", "mariadb", "oracle"})
"""Databases whose transactions can be made read-only; others are not linked by a view."""


class XRoadParty(BaseModel):
    """Names on an X-Road 7 network (X-Road REST message protocol, section on identifiers).

    Attributes:
        client: The centre's own subsystem, ``instance/class/member/subsystem``.
        service: The agency's service, ``instance/class/member/subsystem/service``.
        check_request_hash: Whether an answer without the right ``X-Road-Request-Hash`` is refused.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    client: str = Field(pattern=rf"^{_PART}(/{_PART}){{3}}$")
    service: str = Field(pattern=rf"^{_PART}(/{_PART}){{4}}$")
    check_request_hash: bool = True


class DciParty(BaseModel):
    """Who signs what in DCI envelopes.

    Attributes:
        sender_id: The centre, as the agency knows it.
        receiver_id: The agency; its answers must name it as their sender.
        registry_type: The registry's ``reg_type``.
        id_type: What the agency calls the citizen number in ``idtype-value`` searches.
        signing_key_file: The centre's Ed25519 key (PKCS #8 PEM).
        answer_key: The agency's Ed25519 public key, 32 bytes in hexadecimal.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    sender_id: str = Field(pattern=rf"^{_PART}$")
    receiver_id: str = Field(pattern=rf"^{_PART}$")
    registry_type: str = Field(pattern=r"^[A-Za-z0-9_.:-]{1,80}$")
    id_type: str = Field(default="CITIZEN_NUMBER", pattern=r"^[A-Za-z0-9_.:-]{1,80}$")
    signing_key_file: str = Field(min_length=1)
    answer_key: str = Field(pattern=r"^[0-9a-f]{64}$")


def check_web_address(url: str) -> str:
    """Return an http or https address without its last slash.

    Raises:
        ValueError: Another scheme, or a user, query or fragment in it.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("is not an http or https address")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise ValueError("must have no user, query or fragment")
    return url.rstrip("/")


def check_database_address(url: str) -> str:
    """Return a SQLAlchemy URL of a database that can be held to reading.

    Raises:
        ValueError: No such URL, a password in it (name a password file of the driver instead), or another database.
    """
    parts = urlsplit(url)
    backend = parts.scheme.partition("+")[0]
    if parts.password:
        raise ValueError("must hold no password; use the driver's own password file")
    if backend not in READ_ONLY_BACKENDS:
        raise ValueError("names no database that can be held to reading")
    if backend == "sqlite" and not _SQLITE_FILE.match(url):
        raise ValueError("must name a SQLite file and nothing more")
    return url
