"""What a witness remembers of each log, and the one transaction in which it decides and remembers."""

from collections.abc import Sequence
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import BigInteger, LargeBinary, String, Text, insert
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from backend.evidence.witness.judgement import Known, Refused, Submitted, judge
from backend.store import Store, UtcDateTime
from contracts.checkpoint import parse_body
from contracts.signed_note import CheckpointError, NoteSignature, NoteVerifier, cosign_note


class WitnessBase(DeclarativeBase):
    """The witness's tables are its own: its store is never the centre's."""


class WitnessedLog(WitnessBase):
    """The largest checkpoint cosigned of one log."""

    __tablename__ = "witnessed_log"

    origin: Mapped[str] = mapped_column(String(200), primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    root: Mapped[bytes] = mapped_column(LargeBinary)
    note: Mapped[str] = mapped_column(Text)
    cosigned_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Misbehaviour(WitnessBase):
    """A checkpoint that the log signed and that contradicts what it had signed before: kept, it convicts the log."""

    __tablename__ = "witnessed_misbehaviour"

    id: Mapped[int] = mapped_column(primary_key=True)
    origin: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(String(20))
    before: Mapped[str] = mapped_column(Text)
    submitted: Mapped[str] = mapped_column(Text)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Witness:
    """Cosigns checkpoints of the logs it knows.

    Args:
        store: The witness's own.
        name: Its key name.
        key: Its own.
        logs: Keys of the logs it watches.
    """

    def __init__(self, store: Store, name: str, key: Ed25519PrivateKey, logs: Sequence[NoteVerifier]) -> None:
        self._store = store
        self._name = name
        self._key = key
        self._logs = tuple(logs)
        WitnessBase.metadata.create_all(store.engine)

    def add_checkpoint(self, submitted: Submitted, now: datetime) -> NoteSignature | Refused:
        """Cosign a checkpoint, or say why not. When this returns a cosignature, the checkpoint is durably remembered.

        Args:
            submitted: The checkpoint and its proof.
            now: Aware UTC.
        """
        # One writer at a time: between reading what is known and writing what is new nobody else may come.
        with self._store.transaction() as session:
            before = session.get(WitnessedLog, _origin_of(submitted), with_for_update=True)
            known = Known(before.size, before.root) if before else Known()
            verdict = judge(submitted, self._logs, known)
            if isinstance(verdict, Refused):
                if verdict.reason.shows_misbehaviour and before is not None:
                    values = {"origin": before.origin, "reason": verdict.reason.value, "before": before.note}
                    session.execute(insert(Misbehaviour).values(**values, submitted=submitted.encode(), seen_at=now))
                return verdict
            after = before or WitnessedLog(origin=verdict.origin)
            after.size, after.root, after.cosigned_at = verdict.size, verdict.root, now
            after.note = submitted.note.encode()
            session.add(after)
        return cosign_note(submitted.note.body, self._name, self._key, int(now.timestamp()))


def _origin_of(submitted: Submitted) -> str:
    try:
        return parse_body(submitted.note.body).origin
    except CheckpointError:
        return ""
