"""Writes an act's leaf together with the rows it changes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from backend.evidence.acts import ActKind, encode_act
from backend.evidence.submission import AlsoCommit
from contracts.decision import LeafReference
from contracts.slip_reference import PACKED_BYTES, write_reference


class Log(Protocol):
    """The evidence log (``evidence.EvidenceLog``): durable when it returns."""

    def append(self, leaf: bytes, also: AlsoCommit | None = None) -> LeafReference: ...


@dataclass(frozen=True, slots=True)
class Acting:
    """What it takes to act.

    Attributes:
        log: Where acts are logged.
        now: The clock, aware UTC.
        random_bytes: For references.
    """

    log: Log
    now: Callable[[], datetime]
    random_bytes: Callable[[int], bytes]

    def new_reference(self) -> str:
        """Return a reference given to nothing else."""
        return write_reference(self.random_bytes(PACKED_BYTES))

    def record(self, kind: ActKind, at: datetime, said: dict[str, object], change: Callable[[Session], None]) -> str:
        """Log an act and change rows, both or neither; returns the act's reference.

        Raises:
            LogUnavailableError: The log could not be written.
        """
        reference = self.new_reference()
        self.log.append(encode_act(kind, reference, at, **said), lambda session, _places: change(session))
        return reference
