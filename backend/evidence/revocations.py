"""Slips taken back: by reference, with a reason, each with a leaf in the log."""

import json
from collections.abc import Container
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.evidence.errors import RevocationError
from backend.evidence.log import EvidenceLog
from backend.evidence.models import RevokedSlip
from backend.store import Store
from contracts.decision import LeafReference
from contracts.slip_messages import Revocation
from contracts.slip_reference import normalise_reference

LISTED_FOR: Final = timedelta(days=60)
"""Longer than any slip is current."""
REASON_LENGTH: Final = 400


def encode_revocation(revocation: Revocation) -> bytes:
    """Return the log's leaf of a revocation: canonical JSON, as a decision's."""
    content = {"kind": "slip_revocation", "version": 1, **revocation.model_dump(mode="json")}
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8")


class Revocations(Container[str]):
    """The slips taken back; asked whether it contains a reference, it asks the store.

    Args:
        store: Where they are kept.
        log: Where they are logged.
    """

    def __init__(self, store: Store, log: EvidenceLog) -> None:
        self._store = store
        self._log = log

    def __contains__(self, reference: object) -> bool:
        return isinstance(reference, str) and self.find(reference) is not None

    def find(self, reference: str) -> Revocation | None:
        """Return when and why a slip was taken back; None when it was not."""
        with self._store.reading() as session:
            row = session.get(RevokedSlip, reference)
            return None if row is None else _revocation(row)

    def revoke(self, typed_reference: str, reason: str, now: datetime) -> Revocation:
        """Take a slip back, for ever. Once taken back it stays so, with its first reason.

        Args:
            typed_reference: As printed on the slip, hyphens and case of no matter.
            reason: For the log and for whoever verifies the slip; nothing about the citizen.
            now: Aware.

        Raises:
            RevocationError: No reference, no reason, or a reason too long.
            LogUnavailableError: The log could not be written; nothing was taken back.
        """
        reference = normalise_reference(typed_reference)
        reason = " ".join(reason.split())
        if reference is None:
            raise RevocationError("reference")
        if not 0 < len(reason) <= REASON_LENGTH:
            raise RevocationError("reason")
        if (before := self.find(reference)) is not None:
            return before
        revocation = Revocation(reference=reference, revoked_at=now, reason=reason)

        def also(session: Session, _leaves: tuple[LeafReference, ...]) -> None:
            session.add(RevokedSlip(reference=reference, revoked_at=now, reason=reason))
            session.flush()

        self._log.append(encode_revocation(revocation), also)
        return revocation

    def list_since(self, since: datetime) -> tuple[Revocation, ...]:
        """Return those taken back at or after ``since`` (aware), oldest first."""
        wanted = select(RevokedSlip).where(RevokedSlip.revoked_at >= since)
        with self._store.reading() as session:
            rows = session.scalars(wanted.order_by(RevokedSlip.revoked_at, RevokedSlip.reference))
            return tuple(_revocation(row) for row in rows)


def _revocation(row: RevokedSlip) -> Revocation:
    return Revocation(reference=row.reference, revoked_at=row.revoked_at, reason=row.reason)
