"""Builds what stands before the agencies' routes: limits, the register of clients, tokens, the gate."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from backend.clients.oauth import TokenEndpoint, TokenParts
from backend.clients.register import ClientRegister
from backend.clients.tokens import TokenMint
from backend.fleet.errors import AdmissionError
from backend.fleet.nonces import Nonce
from backend.fleet.service import FleetService
from backend.http.agency_gate import AgencyGate
from backend.http.client_certificate import ShownCertificate
from backend.http.rate_guard import RateGuard, allow
from backend.rates import RateLimiter
from backend.settings import Settings
from backend.store import Store
from contracts.agency import TOKEN_PATH


@dataclass(frozen=True, slots=True)
class AgencyDoor:
    """The parts, tied together.

    Attributes:
        guard: Limits, of devices too.
        gate: Checks tokens.
        tokens: Gives them out.
        close: Lets go of the memory.
    """

    guard: RateGuard
    gate: AgencyGate
    tokens: TokenEndpoint
    close: Callable[[], None]


def open_agency_door(
    settings: Settings, store: Store, fleet: FleetService, secret: bytes, now: Callable[[], datetime]
) -> AgencyDoor:
    """Build the parts; ``secret`` is that of the interfaces."""
    limiter = RateLimiter(settings.state_dir / "rates")
    guard = RateGuard(limiter, allow(settings.device_rate_per_minute), allow(settings.client_rate_per_minute))
    register, mint = ClientRegister(store), TokenMint(settings.public_url, secret)
    certificate = ShownCertificate(settings.client_cert_header).thumbprint

    def note_once(key_id: str, nonce: str, expires_at: datetime) -> bool:
        try:
            at = now()
            fleet.remember_nonce(Nonce(key_id, nonce, at, expires_at), at)
        except AdmissionError:
            return False
        return True

    tokens = TokenEndpoint(TokenParts(register, mint, note_once, settings.public_url + TOKEN_PATH, certificate, now))
    return AgencyDoor(guard, AgencyGate(register, mint, certificate, guard, now), tokens, limiter.close)
