"""Which witnesses the centre asks, and how many of them it wants; pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from backend.evidence.errors import WitnessListError
from contracts.signed_note import CheckpointError, Note, NoteSignature, NoteVerifier, SignatureType, parse_verifier


@dataclass(frozen=True, slots=True)
class WitnessEntry:
    """One witness.

    Attributes:
        verifier: Its key.
        url: Submission prefix (C2SP tlog-witness), without a slash at the end.
    """

    verifier: NoteVerifier
    url: str


@dataclass(frozen=True, slots=True)
class WitnessPolicy:
    """A checkpoint counts as witnessed when ``quorum`` of these have cosigned it."""

    witnesses: tuple[WitnessEntry, ...]
    quorum: int

    def cosignatures(self, note: Note) -> tuple[NoteSignature, ...]:
        """Return the valid cosignatures under a checkpoint. A witness counts once; an invalid line counts as none."""
        found = (_valid_signature(entry.verifier, note) for entry in self.witnesses)
        return tuple(signature for signature in found if signature)

    def is_met(self, note: Note) -> bool:
        """Whether enough witnesses have cosigned."""
        return len(self.cosignatures(note)) >= self.quorum


def parse_witness_list(text: str, quorum: int) -> WitnessPolicy:
    """Read a list of witnesses: on each line a verifier key and a URL; empty lines and ``#`` lines are passed over.

    Raises:
        WitnessListError: A line is not that, a witness is named twice, or fewer are listed than are wanted.
    """
    entries = tuple(
        _parse_line(number, line.split())
        for number, line in enumerate(text.splitlines(), start=1)
        if line.strip() and not line.startswith("#")
    )
    keys = {entry.verifier.public_key.public_bytes_raw() for entry in entries}
    if len(keys) != len(entries):
        raise WitnessListError("the same key stands in it twice")
    if not 0 <= quorum <= len(entries):
        raise WitnessListError(f"{quorum} cosignatures are wanted of {len(entries)} witnesses")
    return WitnessPolicy(entries, quorum)


def _parse_line(number: int, fields: Sequence[str]) -> WitnessEntry:
    if len(fields) != 2 or not fields[1].startswith(("http://", "https://")):
        raise WitnessListError(f"line {number}: not a verifier key and a URL")
    try:
        verifier = parse_verifier(fields[0])
    except CheckpointError as error:
        raise WitnessListError(f"line {number}: not a verifier key") from error
    if verifier.type is not SignatureType.COSIGNATURE:
        raise WitnessListError(f"line {number}: not a witness's key (signature type 0x04)")
    return WitnessEntry(verifier, fields[1].rstrip("/"))


def _valid_signature(verifier: NoteVerifier, note: Note) -> NoteSignature | None:
    try:
        return verifier.find_signature(note)
    except CheckpointError:
        return None
