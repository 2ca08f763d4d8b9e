"""Checkpoints: the log's size and root as a signed note that any witness of the transparency ecosystem can read.

Source: C2SP tlog-checkpoint (body: origin, size, root in base64) and C2SP signed-note (signature lines, Ed25519 key id
``SHA-256(name || 0x0A || 0x01 || public key)[:4]``).
"""

import binascii
from base64 import b64decode, b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from backend.evidence.errors import CheckpointError
from backend.evidence.merkle import HASH_BYTES

_ED25519: Final = b"\x01"
_KEY_ID_BYTES: Final = 4
_DASH: Final = "\N{EM DASH} "


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The log at one size.

    Attributes:
        origin: The log's name, one line without spaces or plus signs.
        size: Leaves.
        root: Root hash, 32 bytes.
    """

    origin: str
    size: int
    root: bytes

    def body(self) -> str:
        """Return the note's text, with its last line feed."""
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode('ascii')}\n"


def key_id(name: str, public_key: Ed25519PublicKey) -> bytes:
    """Return the four bytes that tell a verifier which key signed."""
    hashed = name.encode("utf-8") + b"\n" + _ED25519 + public_key.public_bytes_raw()
    return sha256(hashed).digest()[:_KEY_ID_BYTES]


def verifier_key(name: str, public_key: Ed25519PublicKey) -> str:
    """Return the note verifier key ``name+id+base64``, the form witnesses are configured with."""
    encoded = b64encode(_ED25519 + public_key.public_bytes_raw()).decode("ascii")
    return f"{name}+{key_id(name, public_key).hex()}+{encoded}"


def sign_checkpoint(checkpoint: Checkpoint, key: Ed25519PrivateKey) -> str:
    """Return the signed note. Ed25519 is deterministic: the same tree gives the same text."""
    body = checkpoint.body()
    signature = key_id(checkpoint.origin, key.public_key()) + key.sign(body.encode("utf-8"))
    return f"{body}\n{_DASH}{checkpoint.origin} {b64encode(signature).decode('ascii')}\n"


def open_checkpoint(text: str, origin: str, public_key: Ed25519PublicKey) -> Checkpoint:
    """Read a signed note and check the log's own signature; other signatures (witnesses') are ignored.

    Raises:
        CheckpointError: Wrong form, another log's, or no valid signature by this key.
    """
    body, divider, signatures = text.rpartition("\n\n")
    if not divider or not signatures.endswith("\n"):
        raise CheckpointError("form")
    checkpoint = _parse_body(body + "\n")
    if checkpoint.origin != origin:
        raise CheckpointError("origin")
    wanted = key_id(origin, public_key)
    for line in signatures[:-1].split("\n"):
        signature = _signature_of(line, origin)
        if signature[:_KEY_ID_BYTES] == wanted:
            try:
                public_key.verify(signature[_KEY_ID_BYTES:], (body + "\n").encode("utf-8"))
            except InvalidSignature as error:
                raise CheckpointError("signature") from error
            return checkpoint
    raise CheckpointError("signature")


def _signature_of(line: str, name: str) -> bytes:
    """Return a line's key id and signature; empty when another's."""
    if not line.startswith(_DASH):
        raise CheckpointError("form")
    signer, _, encoded = line.removeprefix(_DASH).partition(" ")
    return _decode(encoded) if signer == name else b""


def _parse_body(body: str) -> Checkpoint:
    lines = body.split("\n")
    if len(lines) < 4 or not lines[0] or not (lines[1].isascii() and lines[1].isdigit()):
        raise CheckpointError("form")
    root = _decode(lines[2])
    checkpoint = Checkpoint(lines[0], int(lines[1]), root)
    if len(root) != HASH_BYTES or checkpoint.body() != "\n".join((*lines[:3], "")):
        raise CheckpointError("form")
    return checkpoint


def _decode(encoded: str) -> bytes:
    try:
        return b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise CheckpointError("form") from error
