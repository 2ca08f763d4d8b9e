"""A witness's directory: its key, its name, the logs it watches, its store."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask

from backend.evidence.errors import KeyFileError
from backend.evidence.keys import load_or_create_ed25519
from backend.evidence.witness.http import create_witness_app
from backend.evidence.witness.record import Witness
from backend.store import Store
from contracts.signed_note import NoteVerifier, SignatureType, parse_verifier

_KEY: Final = "witness.pem"
_NAME: Final = "name"
_LOGS: Final = "logs"
_STORE: Final = "witness.sqlite3"


@dataclass(frozen=True, slots=True, repr=False)
class WitnessInstallation:
    """What lies in a witness's directory."""

    directory: Path
    name: str
    key: Ed25519PrivateKey
    logs: tuple[NoteVerifier, ...]

    @property
    def verifier_key(self) -> str:
        """The witness's key in note form."""
        return NoteVerifier(self.name, self.key.public_key(), SignatureType.COSIGNATURE).encode()

    def build_app(self, now: Callable[[], datetime]) -> Flask:
        """Build the witness's application over its store; call after the fork."""
        store = Store(f"sqlite:///{self.directory / _STORE}")
        return create_witness_app(Witness(store, self.name, self.key, self.logs), self.verifier_key, now)


def make_witness(directory: Path, name: str, logs: Sequence[str]) -> WitnessInstallation:
    """Make a witness, or give one that is there other logs. Its key and its name stay.

    Raises:
        CheckpointError: A log's key is not in note form, or the name is none.
        KeyFileError: The key cannot be used, or the witness has another name.
    """
    for log in logs:
        parse_verifier(log)
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = load_or_create_ed25519(directory / _KEY)
    parse_verifier(NoteVerifier(name, key.public_key(), SignatureType.COSIGNATURE).encode())
    named = directory / _NAME
    if named.exists() and named.read_text("utf-8").strip() != name:
        raise KeyFileError(_NAME, "this witness has another name")
    named.write_text(f"{name}\n", "utf-8")
    (directory / _LOGS).write_text("".join(f"{log}\n" for log in logs), "utf-8")
    return open_witness(directory)


def open_witness(directory: Path) -> WitnessInstallation:
    """Read a witness's directory.

    Raises:
        KeyFileError: There is no witness in it, or its key cannot be used.
        CheckpointError: A line of its logs is no key.
    """
    if not (directory / _LOGS).exists():
        raise KeyFileError(_LOGS, "missing: run 'baidiao witness init'")
    lines = (directory / _LOGS).read_text("utf-8").split()
    name = (directory / _NAME).read_text("utf-8").strip()
    key = load_or_create_ed25519(directory / _KEY)
    return WitnessInstallation(directory, name, key, tuple(parse_verifier(line) for line in lines))
