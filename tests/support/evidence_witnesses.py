"""Witnesses in this process, asked without HTTP, and served over it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from backend.evidence.errors import WitnessError
from backend.evidence.witness.judgement import Refused, Submitted
from backend.evidence.witness.record import Witness
from backend.evidence.witness_list import WitnessEntry, WitnessPolicy
from backend.store import Store
from contracts.signed_note import NoteSignature, NoteVerifier, SignatureType
from tests.support.evidence_logs import LOG_KEY, ORIGIN

LOG_VERIFIER = NoteVerifier(ORIGIN, LOG_KEY.public_key())
START = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


@dataclass
class Clock:
    """A clock that stands until it is moved."""

    at: datetime = START

    def __call__(self) -> datetime:
        return self.at

    def move(self, **by: float) -> None:
        self.at += timedelta(**by)


@dataclass
class WitnessHouse:
    """Several witnesses, each with a key and a store of its own. ``silent`` ones do not answer."""

    folder: Path
    names: tuple[str, ...]
    clock: Clock = field(default_factory=Clock)
    silent: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.keys = {name: Ed25519PrivateKey.from_private_bytes(name.encode().ljust(32, b".")) for name in self.names}
        self.stores = {name: Store(f"sqlite:///{self.folder / name}.sqlite3") for name in self.names}
        self.witnesses = {
            name: Witness(self.stores[name], name, key, [LOG_VERIFIER]) for name, key in self.keys.items()
        }

    def policy(self, quorum: int) -> WitnessPolicy:
        return WitnessPolicy(
            tuple(WitnessEntry(self.verifier(name), f"http://{name}.example") for name in self.names), quorum
        )

    def verifier(self, name: str) -> NoteVerifier:
        return NoteVerifier(name, self.keys[name].public_key(), SignatureType.COSIGNATURE)

    def ask(self, entry: WitnessEntry, submitted: Submitted) -> NoteSignature:
        """Ask as the HTTP client does."""
        name = entry.verifier.name
        if name in self.silent:
            raise WitnessError("unreachable")
        answer = self.witnesses[name].add_checkpoint(submitted, self.clock())
        if isinstance(answer, Refused):
            raise WitnessError("refused", answer.known_size if "old" in answer.reason else None)
        return answer

    def close(self) -> None:
        for store in self.stores.values():
            store.close()
