"""Has the log's checkpoints cosigned, and keeps the newest one that enough witnesses stand by."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import select

from backend.evidence import metrics
from backend.evidence.errors import WitnessError
from backend.evidence.lease import Lease
from backend.evidence.log import EvidenceLog
from backend.evidence.models import EvidenceWitness, EvidenceWitnessed
from backend.evidence.witness.judgement import Submitted
from backend.evidence.witness_list import WitnessEntry, WitnessPolicy
from backend.rounds import Rounds
from backend.store import Store
from contracts.checkpoint import parse_body
from contracts.signed_note import Note, NoteSignature, parse_note

_log = structlog.get_logger(__name__)
DUTY: Final = "witnessing"
TERM: Final = timedelta(seconds=20)
"""Longer than a round: each witness is asked twice at most, all of them at once."""
REFRESH: Final = timedelta(minutes=5)
"""A log at rest is cosigned again this often, so that its checkpoint's age says that the witnesses still live."""

AskWitness = Callable[[WitnessEntry, Submitted], NoteSignature]


class Witnessing:
    """One process's part in it; the lease says whose turn it is.

    Args:
        store: The centre's.
        log: Whose checkpoints.
        policy: Which witnesses, and how many are wanted.
        ask: Asks one witness.
        lease: The duty's.
        now: The clock, aware UTC.
    """

    def __init__(
        self,
        store: Store,
        log: EvidenceLog,
        policy: WitnessPolicy,
        ask: AskWitness,
        lease: Lease,
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._log = log
        self._policy = policy
        self._ask = ask
        self._lease = lease
        self._now = now
        self._rounds = Rounds(DUTY, self.round)
        for entry in policy.witnesses:
            metrics.show_refusals(entry.verifier.name, WitnessError.REASONS)

    def start(self, interval_s: float) -> None:
        """Begin rounds in a thread; call after the fork."""
        self._rounds.start(interval_s)

    def close(self) -> None:
        """End the thread after its present round."""
        self._rounds.close(within_s=None)

    def checkpoint(self) -> str | None:
        """Return the newest witnessed checkpoint with its cosignatures; None when there is none yet."""
        with self._store.reading() as session:
            return session.scalar(select(EvidenceWitnessed.note))

    def round(self) -> bool:
        """Have the present checkpoint cosigned, if that is this process's duty; returns whether it was published."""
        if not self._lease.claim(self._now()):
            return False
        note = parse_note(self._log.checkpoint())
        point = parse_body(note.body)
        if point.size == 0 or not self._is_wanted(point.size):
            return False
        with ThreadPoolExecutor(max(1, len(self._policy.witnesses)), DUTY) as threads:
            asked = threads.map(lambda entry: self._cosignature(entry, note, point.size), self._policy.witnesses)
            lines = tuple(line for line in asked if line)
        cosigned = Note(note.body, note.signatures + lines)
        if not self._policy.is_met(cosigned):
            _log.warning("checkpoint_not_witnessed", size=point.size, cosignatures=len(lines))
            return False
        self._publish(cosigned, point.size)
        return True

    def _is_wanted(self, size: int) -> bool:
        with self._store.reading() as session:
            latest = session.execute(select(EvidenceWitnessed.size, EvidenceWitnessed.witnessed_at)).one_or_none()
        return latest is None or latest.size != size or self._now() - latest.witnessed_at >= REFRESH

    def _cosignature(self, entry: WitnessEntry, note: Note, size: int) -> NoteSignature | None:
        """Ask one witness; when it stands elsewhere than thought, once more from there."""
        old = self._known_size(entry)
        try:
            try:
                line = self._ask(entry, self._submission(old, note, size))
            except WitnessError as error:
                if error.known_size in {None, old}:
                    raise
                old = error.known_size or 0
                line = self._ask(entry, self._submission(old, note, size))
        except WitnessError as error:
            metrics.count_refusal(entry.verifier.name, error.reason)
            _log.warning("witness_did_not_cosign", witness=entry.verifier.name, reason=error.reason)
            return None
        self._remember(entry, size)
        return line

    def _submission(self, old: int, note: Note, size: int) -> Submitted:
        if old > size:  # the witness has seen more than there is: this store was set back
            raise WitnessError("log_is_behind")
        return Submitted(old, self._log.consistency_proof(old, size) if old else (), note)

    def _known_size(self, entry: WitnessEntry) -> int:
        with self._store.reading() as session:
            row = session.get(EvidenceWitness, entry.verifier.encode())
            return row.size if row else 0

    def _remember(self, entry: WitnessEntry, size: int) -> None:
        with self._store.transaction() as session:
            session.merge(EvidenceWitness(verifier=entry.verifier.encode(), size=size, cosigned_at=self._now()))

    def _publish(self, note: Note, size: int) -> None:
        now = self._now()
        with self._store.transaction() as session:
            present = session.get(EvidenceWitnessed, 1, with_for_update=True)
            if present is not None and present.size > size:  # another process led in between: never go back
                return
            session.merge(EvidenceWitnessed(id=1, size=size, note=note.encode(), witnessed_at=now))
