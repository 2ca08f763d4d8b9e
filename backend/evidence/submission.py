"""What is handed to the log's sequencer: leaves that belong together, and what is to be stored with them."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from contracts.decision import LeafReference

References = tuple[LeafReference, ...]
AlsoCommit = Callable[[Session, References], None]
"""Adds rows to the transaction that adds the leaves. Runs on the sequencer's thread; must neither commit nor wait.

It may run a second time, with other references, after the first has been rolled back.
"""


@dataclass(frozen=True, slots=True)
class Submission:
    """Leaves that become neighbours in the log, or none of them does."""

    leaves: tuple[bytes, ...]
    also: AlsoCommit | None
