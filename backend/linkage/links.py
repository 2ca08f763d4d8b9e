"""G codes that became citizen numbers. Pseudonyms alone are kept: who is who cannot be read from them.

One pair is kept for each key that is live when the link is made. Afterwards the G code is not asked about any more, so
every leaf that speaks of it was written under one of those keys.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select

from backend.linkage.errors import LinkageError
from backend.linkage.models import SubjectLink
from backend.store import Store

Pair = tuple[bytes, bytes]
"""Pseudonyms of G code and of number under the same key."""


class LinkedOtherwiseError(LinkageError):
    """The G code has become another number before."""


class SubjectLinks:
    """Makes and follows links. Any number of threads may use one."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def link(self, pairs: Iterable[Pair], by: str, now: datetime) -> bool:
        """Link a G code to a number; False when it was so already.

        Args:
            pairs: One for each live key.
            by: Who says so.
            now: Aware UTC.

        Raises:
            LinkedOtherwiseError: It was linked to another number.
        """
        added = False
        with self._store.transaction() as session:
            for former, pseudonym in pairs:
                known = session.get(SubjectLink, former)
                if known is None:
                    session.add(SubjectLink(former=former, pseudonym=pseudonym, linked_at=now, linked_by=by))
                    added = True
                elif known.pseudonym != pseudonym:
                    raise LinkedOtherwiseError("this G code has become another number")
        return added

    def former_of(self, pseudonyms: Sequence[bytes]) -> tuple[bytes, ...]:
        """Return the pseudonyms of every G code that became the number with these pseudonyms."""
        wanted = select(SubjectLink.former).where(SubjectLink.pseudonym.in_(pseudonyms))
        with self._store.reading() as session:
            return tuple(session.scalars(wanted))

    def is_former(self, pseudonyms: Sequence[bytes]) -> bool:
        """Say whether any of these belongs to a G code that became a number."""
        wanted = select(SubjectLink.former).where(SubjectLink.former.in_(pseudonyms)).limit(1)
        with self._store.reading() as session:
            return session.scalar(wanted) is not None
