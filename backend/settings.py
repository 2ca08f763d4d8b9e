"""What the operator may set, read once from the environment into a frozen record."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple


class Variable(NamedTuple):
    """One environment variable, as ``baidiao settings`` lists it: name, default, unit, meaning."""

    name: str
    default: str
    unit: str
    meaning: str


_PREFIX: Final = "BAIDIAO_CENTRE_"

VARIABLES: Final[tuple[Variable, ...]] = (
    Variable("BAIDIAO_CENTRE_STATE_DIR", "var/centre", "path", "Where the centre keeps its files"),
    Variable(
        "BAIDIAO_CENTRE_DATABASE_URL", "sqlite:///STATE_DIR/centre.sqlite3", "URL", "sqlite:///… or postgresql://…"
    ),
    Variable(
        "BAIDIAO_CENTRE_KEYS_DIR", "STATE_DIR/keys", "path", "Keys of slips, of the evidence log and of pseudonyms"
    ),
    Variable(
        "BAIDIAO_CENTRE_SESSION_SECRET_FILE", "KEYS_DIR/session.key", "path", "Secret that signs console sessions"
    ),
    Variable(
        "BAIDIAO_CENTRE_AGENCIES_FILE", "", "path", "Linked agencies (JSON); empty: the demo agencies on this machine"
    ),
    Variable("BAIDIAO_CENTRE_MANDATES_FILE", "", "path", "Mandates (JSON); empty: the demo mandates"),
    Variable(
        "BAIDIAO_CENTRE_REPLAY_PEOPLE_FILE",
        "",
        "path",
        "People (.parquet of facts) that changed rules are tried on; empty: invented people",
    ),
    Variable("BAIDIAO_CENTRE_REGISTERS_DIR", "STATE_DIR/registers", "path", "Registers kept for agencies, encrypted"),
    Variable(
        "BAIDIAO_CENTRE_REGISTERS_KEY_FILE", "KEYS_DIR/registers.key", "path", "Secret that those registers are under"
    ),
    Variable("BAIDIAO_CENTRE_PUBLIC_URL", "http://127.0.0.1:8080", "URL", "How the outside reaches the centre"),
    Variable(
        "BAIDIAO_CENTRE_LOG_ORIGIN", "centre.baidiao.example", "name", "Origin line of checkpoints, issuer of slips"
    ),
    Variable(
        "BAIDIAO_CENTRE_WITNESSES_FILE",
        "",
        "path",
        "The log's witnesses, a verifier key and a URL a line; empty: none",
    ),
    Variable("BAIDIAO_CENTRE_WITNESS_QUORUM", "1", "count", "Cosignatures that a published checkpoint must have"),
    Variable("BAIDIAO_CENTRE_WITNESS_INTERVAL_S", "1", "s", "How often witnesses are asked to cosign"),
    Variable("BAIDIAO_CENTRE_TSA_URL", "", "URL", "Authority that timestamps checkpoints (RFC 3161); empty: none"),
    Variable(
        "BAIDIAO_CENTRE_TSA_CERTIFICATE_FILE",
        "",
        "path",
        "Its root's certificate, and any below it (PEM); with its URL",
    ),
    Variable("BAIDIAO_CENTRE_TSA_INTERVAL_S", "60", "s", "How often the newest checkpoint is timestamped"),
    Variable("BAIDIAO_CENTRE_HEARTBEAT_INTERVAL_S", "60", "s", "How often devices report"),
    Variable("BAIDIAO_CENTRE_HEARTBEAT_FLUSH_MS", "500", "ms", "How long heartbeats gather before one commit"),
    Variable("BAIDIAO_CENTRE_TRUSTED_PROXIES", "0", "count", "Proxies in front whose X-Forwarded headers are believed"),
    Variable(
        "BAIDIAO_CENTRE_CLIENT_CERT_HEADER",
        "",
        "name",
        "Header with the caller's certificate from the proxy ($ssl_client_escaped_cert); empty: none is believed",
    ),
    Variable(
        "BAIDIAO_CENTRE_BULK_THREADS",
        "2",
        "count",
        "Lines of batches asked at once, in each worker, up to 24 where an agency takes many at once; 0: none here",
    ),
    Variable("BAIDIAO_CENTRE_CLIENT_RATE_PER_MINUTE", "30000", "1/min", "Requests of each system; 0: no limit"),
    Variable("BAIDIAO_CENTRE_DEVICE_RATE_PER_MINUTE", "30000", "1/min", "Requests of each device; 0: no limit"),
    Variable(
        "BAIDIAO_CENTRE_CASES_KEPT_DAYS",
        "90",
        "days",
        "How long past cases are kept where a mandate lets them be",
    ),
    Variable("BAIDIAO_CENTRE_LOG_LEVEL", "info", "level", "debug, info, warning or error"),
)


class SettingsError(Exception):
    """A variable has a value that cannot be used.

    Attributes:
        variable: Its name.
    """

    def __init__(self, variable: str, problem: str) -> None:
        super().__init__(f"{variable}: {problem}")
        self.variable = variable


@dataclass(frozen=True, slots=True)
class Settings:
    """The centre's settings. Paths are as given (relative to the working directory)."""

    state_dir: Path
    database_url: str
    keys_dir: Path
    session_secret_file: Path
    agencies_file: Path | None
    mandates_file: Path | None
    replay_people_file: Path | None
    registers_dir: Path
    registers_key_file: Path
    public_url: str
    log_origin: str
    witnesses_file: Path | None
    witness_quorum: int
    witness_interval_s: int
    tsa_url: str
    tsa_certificate_file: Path | None
    tsa_interval_s: int
    heartbeat_interval_s: int
    heartbeat_flush_ms: int
    trusted_proxies: int
    bulk_threads: int
    client_cert_header: str
    client_rate_per_minute: int
    device_rate_per_minute: int
    cases_kept_days: int
    log_level: str

    @property
    def secure_cookies(self) -> bool:
        """Whether browsers may send the session over TLS alone."""
        return self.public_url.startswith("https://")


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read the settings from ``environment`` (pass ``os.environ``).

    Raises:
        SettingsError: A number is not one, or is out of its range.
    """
    defaults = {variable.name: variable.default for variable in VARIABLES}

    def text(name: str) -> str:
        return environment.get(_PREFIX + name) or defaults[_PREFIX + name]

    def path(name: str, below: Path, default: str) -> Path:
        given = environment.get(_PREFIX + name)
        return Path(given) if given else below / default

    def number(name: str, low: int, high: int) -> int:
        try:
            value = int(text(name))
        except ValueError as error:
            raise SettingsError(_PREFIX + name, "not a whole number") from error
        if not low <= value <= high:
            raise SettingsError(_PREFIX + name, f"must lie between {low} and {high}")
        return value

    state_dir = Path(text("STATE_DIR"))
    keys_dir = path("KEYS_DIR", state_dir, "keys")
    agencies, mandates, witnesses = text("AGENCIES_FILE"), text("MANDATES_FILE"), text("WITNESSES_FILE")
    return Settings(
        state_dir=state_dir,
        database_url=environment.get(_PREFIX + "DATABASE_URL") or f"sqlite:///{state_dir / 'centre.sqlite3'}",
        keys_dir=keys_dir,
        session_secret_file=path("SESSION_SECRET_FILE", keys_dir, "session.key"),
        agencies_file=Path(agencies) if agencies else None,
        mandates_file=Path(mandates) if mandates else None,
        replay_people_file=Path(text("REPLAY_PEOPLE_FILE")) if text("REPLAY_PEOPLE_FILE") else None,
        registers_dir=path("REGISTERS_DIR", state_dir, "registers"),
        registers_key_file=path("REGISTERS_KEY_FILE", keys_dir, "registers.key"),
        public_url=text("PUBLIC_URL").rstrip("/"),
        log_origin=text("LOG_ORIGIN"),
        witnesses_file=Path(witnesses) if witnesses else None,
        witness_quorum=number("WITNESS_QUORUM", 1, 16),
        witness_interval_s=number("WITNESS_INTERVAL_S", 1, 3600),
        tsa_url=text("TSA_URL"),
        tsa_certificate_file=Path(text("TSA_CERTIFICATE_FILE")) if text("TSA_CERTIFICATE_FILE") else None,
        tsa_interval_s=number("TSA_INTERVAL_S", 1, 86_400),
        heartbeat_interval_s=number("HEARTBEAT_INTERVAL_S", 5, 3600),
        heartbeat_flush_ms=number("HEARTBEAT_FLUSH_MS", 0, 10_000),
        trusted_proxies=number("TRUSTED_PROXIES", 0, 5),
        bulk_threads=number("BULK_THREADS", 0, 64),
        client_cert_header=text("CLIENT_CERT_HEADER"),
        client_rate_per_minute=number("CLIENT_RATE_PER_MINUTE", 0, 10_000_000),
        device_rate_per_minute=number("DEVICE_RATE_PER_MINUTE", 0, 10_000_000),
        cases_kept_days=number("CASES_KEPT_DAYS", 1, 366),
        log_level=text("LOG_LEVEL").lower(),
    )
