"""What the console's pages for auditors ask: a page of entries, one closely, an export of what was searched."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from backend.audit.entries import COLUMNS, AuditEntry, checkpoint_notes, entry_proof, entry_row, read_entry
from backend.audit.index import COUNTED_MOST, AuditIndex
from backend.audit.proving import EntryProver, LogStanding
from backend.audit.query import AuditQuery
from backend.csv_rows import write_csv
from contracts.message import Words

PAGE_ENTRIES: Final = 25
EXPORT_MOST: Final = COUNTED_MOST
_TOGETHER: Final = 200


@dataclass(frozen=True, slots=True)
class AuditPage:
    """A page of what was searched for.

    Attributes:
        standing: The log as a whole.
        entries: Newest first.
        found: How many fit; ``COUNTED_MOST`` + 1 for more than were counted.
        next: The last entry's index, when there are older ones.
    """

    standing: LogStanding
    entries: tuple[AuditEntry, ...]
    found: int
    next: int | None


class AuditDesk:
    """The desk.

    Args:
        index: Finds entries.
        prover: Checks them.
        agencies: Names by id.
        services: Names by id.
    """

    def __init__(
        self,
        index: AuditIndex,
        prover: EntryProver,
        agencies: Callable[[], Mapping[str, Words]],
        services: Mapping[str, Words],
    ) -> None:
        self._index = index
        self._prover = prover
        self.agencies = agencies
        self.services = services

    def search(self, query: AuditQuery, before: int | None) -> AuditPage:
        """Return a page of the newest that fit, each checked.

        Raises:
            CheckpointError: The log's own checkpoint is not signed by its key.
        """
        self._index.catch_up()
        found = self._index.find(query, before, PAGE_ENTRIES + 1)
        shown, standing = found[:PAGE_ENTRIES], self._prover.stand()
        seals = self._prover.check(shown, standing)
        entries = tuple(read_entry(one, seal) for one, seal in zip(shown, seals, strict=True))
        more = len(found) > PAGE_ENTRIES
        return AuditPage(standing, entries, self._index.count(query), shown[-1].index if more else None)

    def open(self, index: int) -> tuple[LogStanding, AuditEntry] | None:
        """Return one entry, checked; None when there is no such leaf."""
        self._index.catch_up()
        filed = self._index.find_one(index)
        if filed is None:
            return None
        standing = self._prover.stand()
        (seal,) = self._prover.check((filed,), standing)
        return standing, read_entry(filed, seal)

    def export_csv(self, query: AuditQuery) -> Iterator[str]:
        """Yield what fits as CSV, newest first, ``EXPORT_MOST`` entries at most."""
        yield from write_csv(COLUMNS, map(entry_row, self._export(query, self._prover.stand())))

    def export_json(self, query: AuditQuery) -> Iterator[str]:
        """Yield the same as one JSON object that anybody can check: leaves, paths, and the checkpoints they lead to."""
        standing = self._prover.stand()
        notes = checkpoint_notes(standing.newest, standing.witnessed)
        yield f'{{"checkpoints":{_write(notes)},"entries":['
        comma = ""
        for entry in self._export(query, standing):
            yield f"{comma}\n{_write(entry_proof(entry))}"
            comma = ","
        yield "\n]}\n"

    def _export(self, query: AuditQuery, standing: LogStanding) -> Iterator[AuditEntry]:
        self._index.catch_up()
        before: int | None = None
        left = EXPORT_MOST
        size = standing.newest.point.size
        while some := self._index.find(query, before, min(_TOGETHER, left)):
            there = [one for one in some if one.index < size]  # the log has grown since, and its index with it
            for one, seal in zip(there, self._prover.check(there, standing), strict=True):
                yield read_entry(one, seal)
            before, left = some[-1].index, left - len(some)


def write_proof(standing: LogStanding, entry: AuditEntry) -> str:
    """Return one entry in the form of an export."""
    notes = checkpoint_notes(standing.newest, standing.witnessed)
    return _write({"checkpoints": notes, "entries": [entry_proof(entry)]}) + "\n"


def _write(told: object) -> str:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))
