"""Signed notes: a text, a blank line, and who signed it.

Source: C2SP signed-note (form, key ids, verifier keys) and C2SP tlog-cosignature ("Format", "Ed25519 signed message").
"""

import binascii
from base64 import b64decode, b64encode
from dataclasses import dataclass
from enum import IntEnum
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

KEY_ID_BYTES: Final = 4
MOST_SIGNATURES: Final = 64
"""A verifier must accept 16 (signed-note, "Format"); more than this is somebody's attempt to keep us busy."""
_SIGNATURE_BYTES: Final = 64
_TIME_BYTES: Final = 8
_LAST_TIME: Final = 2**63 - 1
_DASH: Final = "\N{EM DASH} "


class CheckpointError(Exception):
    """A text is not a checkpoint, or not signed by the key expected.

    Attributes:
        reason: ``"form"``, ``"origin"`` or ``"signature"``.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(f"not a valid checkpoint: {reason}")
        self.reason = reason


class SignatureType(IntEnum):
    """Signature types (signed-note, "Signature types")."""

    ED25519 = 0x01
    COSIGNATURE = 0x04
    """Timestamped Ed25519 cosignature of a witness."""


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line.

    Attributes:
        name: Whose key, as he calls it.
        key_id: Four bytes.
        value: What the signature type puts there.
    """

    name: str
    key_id: bytes
    value: bytes

    def line(self) -> str:
        """Return the line, with its line feed."""
        return f"{_DASH}{self.name} {b64encode(self.key_id + self.value).decode('ascii')}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text and its signatures, none of them checked yet.

    Attributes:
        body: The text, with its last line feed.
        signatures: In their order.
    """

    body: str
    signatures: tuple[NoteSignature, ...]

    def encode(self) -> str:
        """Return the note's own text."""
        return f"{self.body}\n{''.join(signature.line() for signature in self.signatures)}"


@dataclass(frozen=True, slots=True)
class NoteVerifier:
    """A key that signatures are checked with.

    Attributes:
        name: As it stands in signature lines.
        public_key: Its public part.
        type: What it signs.
    """

    name: str
    public_key: Ed25519PublicKey
    type: SignatureType = SignatureType.ED25519

    @property
    def key_id(self) -> bytes:
        """The first four bytes of ``SHA-256(name || 0x0A || type || public key)``."""
        hashed = self.name.encode("utf-8") + b"\n" + self._encoded()
        return sha256(hashed).digest()[:KEY_ID_BYTES]

    def encode(self) -> str:
        """Return ``name+id+base64``, the form in which verifiers are told of keys."""
        return f"{self.name}+{self.key_id.hex()}+{b64encode(self._encoded()).decode('ascii')}"

    def find_signature(self, note: Note) -> NoteSignature | None:
        """Return this key's signature after checking it; None when it has not signed.

        Raises:
            CheckpointError: It seems to have signed, but not this text.
        """
        for signature in note.signatures:
            if (signature.name, signature.key_id) == (self.name, self.key_id):
                self._check(note.body, signature.value)
                return signature
        return None

    def _check(self, body: str, value: bytes) -> None:
        signed = body.encode("utf-8")
        if self.type is SignatureType.COSIGNATURE:
            signed = cosigned_message(body, cosigned_at_s(value))
            value = value[_TIME_BYTES:]
        try:
            self.public_key.verify(value, signed)
        except InvalidSignature as error:
            raise CheckpointError("signature") from error

    def _encoded(self) -> bytes:
        return bytes([self.type]) + self.public_key.public_bytes_raw()


def sign_note(body: str, name: str, key: Ed25519PrivateKey) -> NoteSignature:
    """Return a plain signature (type 0x01). Ed25519 is deterministic: the same text gives the same line."""
    return NoteSignature(name, NoteVerifier(name, key.public_key()).key_id, key.sign(body.encode("utf-8")))


def cosign_note(body: str, name: str, key: Ed25519PrivateKey, at_s: int) -> NoteSignature:
    """Return a witness's cosignature (type 0x04).

    Args:
        body: The checkpoint's body.
        name: The witness's key name.
        key: Its key.
        at_s: When, POSIX seconds.
    """
    verifier = NoteVerifier(name, key.public_key(), SignatureType.COSIGNATURE)
    signature = key.sign(cosigned_message(body, at_s))
    return NoteSignature(name, verifier.key_id, at_s.to_bytes(_TIME_BYTES, "big") + signature)


def cosigned_message(body: str, at_s: int) -> bytes:
    """Return the bytes a cosignature signs."""
    return f"cosignature/v1\ntime {at_s}\n{body}".encode()


def cosigned_at_s(value: bytes) -> int:
    """Return a cosignature's time, POSIX seconds.

    Raises:
        CheckpointError: Not a cosignature's length, or its time is beyond 2^63-1.
    """
    at_s = int.from_bytes(value[:_TIME_BYTES], "big")
    if len(value) != _TIME_BYTES + _SIGNATURE_BYTES or at_s > _LAST_TIME:
        raise CheckpointError("form")
    return at_s


def parse_note(text: str) -> Note:
    """Read a note without checking its signatures.

    Raises:
        CheckpointError: Not a signed note.
    """
    body, divider, lines = text.rpartition("\n\n")
    if not divider or not lines.endswith("\n") or any(letter < " " and letter != "\n" for letter in text):
        raise CheckpointError("form")
    return Note(body + "\n", parse_signatures(lines))


def parse_signatures(lines: str) -> tuple[NoteSignature, ...]:
    """Read signature lines, each with its line feed.

    Raises:
        CheckpointError: One is none, or there are too many.
    """
    found = lines.removesuffix("\n").split("\n")
    if not lines.endswith("\n") or len(found) > MOST_SIGNATURES:
        raise CheckpointError("form")
    return tuple(_parse_signature(line) for line in found)


def parse_verifier(text: str) -> NoteVerifier:
    """Read ``name+id+base64``.

    Raises:
        CheckpointError: Another form, another signature type, or the id is not the key's.
    """
    name, _, rest = text.partition("+")
    key_id, _, encoded = rest.partition("+")
    raw = decode_base64(encoded)
    if not _is_name(name) or len(raw) != 33 or raw[0] not in set(SignatureType):
        raise CheckpointError("form")
    verifier = NoteVerifier(name, Ed25519PublicKey.from_public_bytes(raw[1:]), SignatureType(raw[0]))
    if verifier.key_id.hex() != key_id:
        raise CheckpointError("form")
    return verifier


def decode_base64(encoded: str) -> bytes:
    """Read standard base64 in its one canonical spelling.

    Raises:
        CheckpointError: Another spelling, or none.
    """
    try:
        raw = b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise CheckpointError("form") from error
    if b64encode(raw).decode("ascii") != encoded:
        raise CheckpointError("form")
    return raw


def _parse_signature(line: str) -> NoteSignature:
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    raw = decode_base64(encoded)
    if not line.startswith(_DASH) or not _is_name(name) or len(raw) <= KEY_ID_BYTES:
        raise CheckpointError("form")
    return NoteSignature(name, raw[:KEY_ID_BYTES], raw[KEY_ID_BYTES:])


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(letter.isspace() for letter in name)
