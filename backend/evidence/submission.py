"""What is handed to the log's sequencer: leaves that belong together, and what is to be stored with them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Insert
from sqlalchemy.orm import Session

from contracts.decision import LeafReference

References = tuple[LeafReference, ...]
AlsoCommit = Callable[[Session, References], None]
"""Adds rows to the transaction that adds the leaves. Runs on the sequencer's thread; must neither commit nor wait.

It may run a second time, with other references, after the first has been rolled back.
"""


@dataclass(frozen=True, slots=True)
class AlsoRow:
    """One row for the transaction that adds the leaves. Those of a whole batch that go the same way go in at once.

    Attributes:
        put: An INSERT, made once: the same object for all.
        write: Makes the row's values; runs when and where an ``AlsoCommit`` does.
    """

    put: Insert
    write: Callable[[References], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Submission:
    """Leaves that become neighbours in the log, or none of them does."""

    leaves: tuple[bytes, ...]
    also: AlsoCommit | AlsoRow | None
