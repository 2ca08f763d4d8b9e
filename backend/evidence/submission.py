"""What is handed to the log's sequencer: leaves that belong together, and what is to be stored with them."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from contracts.decision import LeafReference

AlsoCommit = Callable[[Session, tuple[LeafReference, ...]], None]
"""Adds rows to the transaction that adds the leaves. Runs on the sequencer's thread; must neither commit nor wait."""


@dataclass(frozen=True, slots=True)
class Submission:
    """Leaves that become neighbours in the log, or none of them does."""

    leaves: tuple[bytes, ...]
    also: AlsoCommit | None
