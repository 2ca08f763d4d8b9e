"""The centre's keys in a directory: made once, readable by their owner alone.

Slips are signed with ``slip.pem``. ``slip-next.pem`` is published already, so that verifiers know it before its first
slip; :func:`rotate_slip_key` puts it in the other's place and keeps the other's public part in ``retired/``, for slips
still out.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from backend.evidence.errors import KeyFileError
from backend.evidence.key_files import load_or_create, load_or_create_secret
from backend.evidence.keyring import PRESENT
from backend.evidence.slips import thumbprint
from backend.secret_files import create_file, sync_path

_SLIP: Final = "slip.pem"
_NEXT: Final = "slip-next.pem"
_RETIRED: Final = "retired"
_CHECKPOINT: Final = "checkpoint.pem"


@dataclass(frozen=True, slots=True, repr=False)
class CentreKeys:
    """What the centre signs and hashes with: a key for each use, so that one can be replaced without the others.

    Attributes:
        slip: Signs slips.
        slip_next: Will sign them after the next rotation.
        slip_retired: Signed slips that may still be out; newest first.
        checkpoint: Signs the log's checkpoints.
        older_checkpoint: Checkpoint keys that have been replaced and still sign beside the new one, newest first.
    """

    slip: Ed25519PrivateKey
    slip_next: Ed25519PublicKey
    slip_retired: tuple[Ed25519PublicKey, ...]
    checkpoint: Ed25519PrivateKey
    older_checkpoint: tuple[Ed25519PrivateKey, ...] = ()


def load_or_create_keys(directory: Path) -> CentreKeys:
    """Read the keys, making those that are missing. Safe when several processes begin at once.

    Raises:
        KeyFileError: A file is not a key, or others may read it.
    """
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    load_or_create_secret(directory / PRESENT)
    return CentreKeys(
        slip=load_or_create_ed25519(directory / _SLIP),
        slip_next=load_or_create_ed25519(directory / _NEXT).public_key(),
        slip_retired=tuple(map(_parse_retired, sorted((directory / _RETIRED).glob("*.pem"), reverse=True))),
        checkpoint=load_or_create_ed25519(directory / _CHECKPOINT),
        older_checkpoint=tuple(_older_keys(directory)),
    )


def rotate_slip_key(directory: Path, now: datetime) -> str:
    """Put the next slip key in the present one's place; returns the new key's thumbprint. Servers must be started anew.

    A power cut between the steps leaves the present key signing, and published twice at worst.

    Args:
        directory: The keys'.
        now: Aware; names the retired key's file, so that the newest sorts last.

    Raises:
        KeyFileError: A file is not a key, or others may read it.
    """
    keys = load_or_create_keys(directory)
    retired = directory / _RETIRED
    retired.mkdir(mode=0o700, exist_ok=True)
    public = keys.slip.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    create_file(retired / f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}.pem", public)
    (directory / _NEXT).replace(directory / _SLIP)
    create_file(directory / _NEXT, _new_ed25519())
    sync_path(directory)
    return thumbprint(keys.slip_next)


def _parse_retired(path: Path) -> Ed25519PublicKey:
    try:
        key = serialization.load_pem_public_key(path.read_bytes())
    except ValueError as error:
        raise KeyFileError(path.name, "not a public key") from error
    if not isinstance(key, Ed25519PublicKey):
        raise KeyFileError(path.name, "not an Ed25519 key")
    return key


def load_or_create_ed25519(path: Path) -> Ed25519PrivateKey:
    """Read a key, making it when it is missing.

    Raises:
        KeyFileError: The file is not a key, or others may read it.
    """
    return _parse_ed25519(path, load_or_create(path, _new_ed25519))


def rotate_checkpoint_key(directory: Path) -> CentreKeys:
    """Put a new checkpoint key in the present one's place; the present one goes on signing beside it.

    Each step leaves a state that :func:`load_or_create_keys` reads, should the machine stop in between.
    """
    load_or_create_keys(directory)
    present, number = directory / _CHECKPOINT, len(_older_files(directory)) + 1
    os.link(present, directory / f"checkpoint-{number:03d}.pem")
    draft = directory / f".{_CHECKPOINT}.new"
    draft.unlink(missing_ok=True)
    create_file(draft, _new_ed25519())
    draft.replace(present)
    sync_path(directory)
    return load_or_create_keys(directory)


def _older_keys(directory: Path) -> Iterator[Ed25519PrivateKey]:
    present = (directory / _CHECKPOINT).read_bytes()
    for file in _older_files(directory):
        if file.read_bytes() != present:  # a rotation that was cut off
            yield load_or_create_ed25519(file)


def _older_files(directory: Path) -> list[Path]:
    return sorted(directory.glob("checkpoint-[0-9][0-9][0-9].pem"), reverse=True)


def _new_ed25519() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _parse_ed25519(path: Path, content: bytes) -> Ed25519PrivateKey:
    try:
        key = serialization.load_pem_private_key(content, password=None)
    except (ValueError, TypeError) as error:
        raise KeyFileError(path.name, "not an unencrypted PKCS #8 key") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyFileError(path.name, "not an Ed25519 key")
    return key
