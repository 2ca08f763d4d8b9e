"""Asks a witness for its cosignature over HTTP (C2SP tlog-witness)."""

from typing import Final

import requests

from backend.evidence.errors import WitnessError
from backend.evidence.witness.judgement import Submitted
from backend.evidence.witness_list import WitnessEntry
from contracts.signed_note import CheckpointError, Note, NoteSignature, parse_signatures

TIMEOUT_S: Final = 5.0
_MOST_BYTES: Final = 16 * 1024
_DIGITS: Final = 19


def ask_witness(entry: WitnessEntry, submitted: Submitted) -> NoteSignature:
    """Return the witness's cosignature, checked.

    Raises:
        WitnessError: There is none. ``known_size`` tells where the witness stands when it stands elsewhere.
    """
    body = submitted.encode().encode("utf-8")
    try:
        reply = requests.post(f"{entry.url}/add-checkpoint", data=body, timeout=TIMEOUT_S, allow_redirects=False)
    except requests.RequestException as error:
        raise WitnessError("unreachable") from error
    if reply.status_code == 409:
        raise WitnessError("refused", _size_in(reply.text))
    if reply.status_code != 200:
        raise WitnessError("refused" if reply.status_code < 500 else "unreachable")
    try:
        lines = parse_signatures(reply.content[:_MOST_BYTES].decode("utf-8"))
        signature = entry.verifier.find_signature(Note(submitted.note.body, lines))
    except (CheckpointError, UnicodeDecodeError) as error:
        raise WitnessError("bad_answer") from error
    if signature is None:
        raise WitnessError("bad_answer")
    return signature


def _size_in(text: str) -> int | None:
    digits = text.strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= _DIGITS else None
