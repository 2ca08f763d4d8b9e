"""What some interfaces need beside an address: parts of an agency's entry in the directory."""

import re
from typing import Annotated, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

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


class HostedParty(BaseModel):
    """A register that the centre keeps.

    Attributes:
        columns: Short name, as ``at`` and ``send`` use it → the column's head in the file; a column that is not named
            here has its own name as head.
        max_age_days: Content older than this is not believed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    columns: dict[str, str] = Field(default_factory=dict)
    max_age_days: int | None = Field(default=None, ge=1)


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


def is_this_machine(url: str) -> bool:
    """Say whether a web address is a loopback one, which no wire carries."""
    return urlsplit(url).hostname in {"127.0.0.1", "::1", "localhost"}


class _SecretHolder(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    secret_file: str = Field(min_length=1)


class ApiKey(_SecretHolder):
    """A key in a header of its own."""

    kind: Literal["api_key"]
    header: str = Field(default="X-Api-Key", pattern=r"^[A-Za-z][A-Za-z0-9-]{0,63}$")


class Basic(_SecretHolder):
    """A name and a password (RFC 7617)."""

    kind: Literal["basic"]
    user: str = Field(pattern=r"^[^:\x00-\x1f]+$")


class Bearer(_SecretHolder):
    """A token that does not change (RFC 6750)."""

    kind: Literal["bearer"]


class ClientCredentials(_SecretHolder):
    """Tokens fetched from the agency's own server (RFC 6749 section 4.4)."""

    kind: Literal["oauth2"]
    token_url: Annotated[str, AfterValidator(check_web_address)]
    client_id: str = Field(min_length=1)
    scope: str = ""

    @model_validator(mode="after")
    def _kept_secret(self) -> Self:
        if self.token_url.startswith("http://") and not is_this_machine(self.token_url):
            raise ValueError("'token_url' must be https: the secret would travel in the clear")
        return self


Auth = Annotated[ApiKey | Basic | Bearer | ClientCredentials, Field(discriminator="kind")]
"""How the centre proves to an agency that it is the centre."""


class TlsParty(BaseModel):
    """TLS with an agency.

    Attributes:
        ca_file: The only authorities believed (PEM); empty: those of the machine.
        certificate_file: The centre's own certificate (PEM), where the agency asks for one.
        key_file: Its key.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    ca_file: str = ""
    certificate_file: str = ""
    key_file: str = ""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if bool(self.certificate_file) != bool(self.key_file):
            raise ValueError("'certificate_file' and 'key_file' go together")
        if not self.ca_file and not self.certificate_file:
            raise ValueError("names neither authorities nor a certificate")
        return self
