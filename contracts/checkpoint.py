"""Checkpoints: the log's size and root as a signed note that any witness of the transparency ecosystem can read.

Source: C2SP tlog-checkpoint (body: origin, size, root in base64, extension lines); the note itself is in
:mod:`contracts.signed_note`.
"""

from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from contracts.log_proof import HASH_BYTES
from contracts.signed_note import CheckpointError, Note, NoteVerifier, decode_base64, parse_note, sign_note


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
    return NoteVerifier(name, public_key).key_id


def verifier_key(name: str, public_key: Ed25519PublicKey) -> str:
    """Return the note verifier key ``name+id+base64``, the form witnesses are configured with."""
    return NoteVerifier(name, public_key).encode()


def sign_checkpoint(checkpoint: Checkpoint, key: Ed25519PrivateKey, older: Iterable[Ed25519PrivateKey] = ()) -> str:
    """Return the signed note. Ed25519 is deterministic: the same tree gives the same text.

    Args:
        checkpoint: What is signed.
        key: The log's key.
        older: Keys it takes the place of, that sign too until every witness knows the new one.
    """
    body = checkpoint.body()
    keys = (key, *older)
    return Note(body, tuple(sign_note(body, checkpoint.origin, one) for one in keys)).encode()


def open_checkpoint(text: str, origin: str, *public_keys: Ed25519PublicKey) -> Checkpoint:
    """Read a signed note and check the log's own signatures; others' (witnesses') are ignored.

    Args:
        text: The note.
        origin: The log it must be of.
        public_keys: The log's keys, the present one and older ones; one signature is enough.

    Raises:
        CheckpointError: Wrong form, another log's, or no valid signature by these keys.
    """
    note = parse_note(text)
    checkpoint = parse_body(note.body)
    if checkpoint.origin != origin:
        raise CheckpointError("origin")
    found = [NoteVerifier(origin, key).find_signature(note) for key in public_keys]
    if not any(found):
        raise CheckpointError("signature")
    return checkpoint


def parse_body(body: str) -> Checkpoint:
    """Read a note's text as a checkpoint; extension lines may follow and are not looked at.

    Raises:
        CheckpointError: It is none.
    """
    lines = body.split("\n")
    if len(lines) < 4 or not lines[0] or not (lines[1].isascii() and lines[1].isdigit()) or len(lines[1]) > 19:
        raise CheckpointError("form")
    root = decode_base64(lines[2])
    checkpoint = Checkpoint(lines[0], int(lines[1]), root)
    if len(root) != HASH_BYTES or checkpoint.body() != "\n".join((*lines[:3], "")):
        raise CheckpointError("form")
    return checkpoint
