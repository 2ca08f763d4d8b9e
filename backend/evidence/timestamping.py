"""Has the log's checkpoints timestamped, in the background: nothing waits for the authority."""

import os
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import structlog
from sqlalchemy import func, select

from backend.evidence import metrics
from backend.evidence.errors import TimestampError
from backend.evidence.lease import Lease
from backend.evidence.models import EvidenceTimestamp
from backend.evidence.timestamp import Authority, check_clock, make_request, read_authority
from backend.evidence.timestamp_client import TIMEOUT_S, ask_authority
from backend.rounds import Rounds
from backend.store import Store
from contracts.checkpoint import parse_body
from contracts.signed_note import parse_note

_log = structlog.get_logger(__name__)
DUTY: Final = "timestamping"
TERM: Final = timedelta(seconds=3 * TIMEOUT_S)
"""Longer than a round: the authority is asked once."""

AskAuthority = Callable[[bytes], bytes]


class Timestamping:
    """One process's part in it; the lease says whose turn it is.

    Args:
        store: The centre's.
        find_checkpoint: Gives the checkpoint as it is published now.
        authority: Whose replies count.
        ask: Sends it a request.
        lease: The duty's.
        now: The clock, aware UTC.
    """

    def __init__(
        self,
        store: Store,
        find_checkpoint: Callable[[], str],
        authority: Authority,
        ask: AskAuthority,
        lease: Lease,
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._find_checkpoint = find_checkpoint
        self._authority = authority
        self._ask = ask
        self._lease = lease
        self._now = now
        self._rounds = Rounds(DUTY, self.round)
        metrics.show_unstamped(TimestampError.REASONS)

    def start(self, interval_s: float) -> None:
        """Begin rounds in a thread; call after the fork."""
        self._rounds.start(interval_s)

    def close(self) -> None:
        """End the thread after its present round."""
        self._rounds.close(TIMEOUT_S)  # an authority that trickles its headers keeps nobody from ending

    def round(self) -> bool:
        """Have the present checkpoint stamped, if that is this process's duty; returns whether it was."""
        if not self._lease.claim(self._now()):
            return False
        note = self._find_checkpoint()
        size = parse_body(parse_note(note).body).size
        if size <= self._stamped_size():
            return False
        message = note.encode("utf-8")
        request, nonce = make_request(message)
        try:
            reply = self._ask(request)
            stamped_at = self._authority.check(reply, message, nonce)
            check_clock(stamped_at, self._now())
        except TimestampError as error:
            metrics.count_unstamped(error.reason)
            _log.warning("checkpoint_not_timestamped", size=size, reason=error.reason)
            return False
        self._keep(EvidenceTimestamp(size=size, note=note, reply=reply, stamped_at=stamped_at))
        return True

    def _stamped_size(self) -> int:
        with self._store.reading() as session:
            return session.scalar(select(func.max(EvidenceTimestamp.size))) or 0

    def _keep(self, stamp: EvidenceTimestamp) -> None:
        with self._store.transaction() as session:
            if session.get(EvidenceTimestamp, stamp.size) is None:  # another process may have led in between
                session.add(stamp)


def load_authority(url: str, file: Path | None) -> Authority | None:
    """Read the authority's certificates; None when the centre has no authority.

    Raises:
        TimestampError: The file is missing or cannot be used.
    """
    if not url:
        return None
    if file is None:
        raise TimestampError("certificate")
    try:
        return read_authority(file.read_bytes())
    except OSError as error:
        raise TimestampError("certificate") from error


def build_timestamping(
    authority: Authority | None,
    url: str,
    store: Store,
    find_checkpoint: Callable[[], str],
    now: Callable[[], datetime],
) -> Timestamping | None:
    """Build this process's part in it; None when there is no authority."""
    if authority is None:
        return None
    lease = Lease(store, DUTY, f"{os.getpid()}-{secrets.token_hex(8)}", TERM)
    return Timestamping(store, find_checkpoint, authority, lambda request: ask_authority(url, request), lease, now)
