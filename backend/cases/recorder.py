"""Keeps the facts of decisions as past cases, on a thread of its own, after the decision is durable.

A decision never waits for it and never fails by it: what cannot be kept is dropped and counted.
"""

import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final, Protocol

import structlog
from prometheus_client import Counter
from sqlalchemy.dialects import postgresql, sqlite

from backend.cases.models import PastCaseRow
from backend.cases.permission import REPLAY, last_day
from backend.cases.sealing import CaseSealer, Place
from backend.cases.shelf import CaseShelf
from backend.linkage.facts import Fact, FactValue
from backend.mandates.check import AgencyMandates, Asking, Mandate, Permitted
from backend.store import Store
from contracts.card import Assurance
from contracts.decision import Subject

_log = structlog.get_logger(__name__)
_KEPT: Final = Counter("baidiao_past_cases_total", "What became of decisions offered as past cases", ["result"])
MOST_WAITING: Final = 5_000
_MOST_AT_ONCE: Final = 200
_EVERY_S: Final = 1.0
_PURGE_EVERY: Final = timedelta(minutes=10)
_REFERENCE_BYTES: Final = 5


class Mandates(Protocol):
    """The mandates (``mandates.MandateBook``)."""

    def of_agency(self, agency_id: str) -> AgencyMandates: ...
    def spend(self, mandates: Sequence[Mandate], now: datetime, on: date) -> frozenset[int]:
        """Count a use of each; returns the ids of those whose quota had none left."""
        ...


@dataclass(frozen=True, slots=True)
class _Offered:
    """A case on its way; lives in memory for about a second."""

    place: Place
    mandates: tuple[Mandate, ...]
    on: date
    facts: Mapping[Fact, FactValue] = field(repr=False)


class CaseRecorder:
    """One process's share. Any number of threads may offer.

    Args:
        store: Where they are kept.
        shelf: Deletes what is over.
        sealer: Names and seals them.
        mandates: Whether they may be kept.
        now: The clock, aware UTC.
        random_bytes: Gives so many random bytes.
        kept: For how long, at most.
    """

    def __init__(
        self,
        store: Store,
        shelf: CaseShelf,
        sealer: CaseSealer,
        mandates: Mandates,
        now: Callable[[], datetime],
        random_bytes: Callable[[int], bytes],
        kept: timedelta,
    ) -> None:
        self._store, self._shelf, self._sealer, self._mandates = store, shelf, sealer, mandates
        self._now, self._random_bytes, self._kept = now, random_bytes, kept
        self._waiting: queue.Queue[_Offered] = queue.Queue(MOST_WAITING)
        self._ending = threading.Event()
        self._runner = threading.Thread(target=self._run, name="cases", daemon=True)
        self._purged_at: datetime | None = None

    def start(self) -> None:
        """Begin."""
        self._runner.start()

    def close(self) -> None:
        """End, after what waits has been kept."""
        self._ending.set()
        if self._runner.is_alive():
            self._runner.join()

    def offer(
        self,
        agency_id: str,
        subject: Subject,
        on: date,
        assurance: Assurance,
        decided_on: Mapping[str, Mapping[Fact, FactValue]],
    ) -> None:
        """Keep what a decision was made on, as far as a mandate lets it be kept. Returns at once and never raises.

        Args:
            agency_id: Who asked.
            subject: About whom.
            on: The day of the decision.
            assurance: Of the card.
            decided_on: Service id → the facts its table was given.
        """
        try:
            mandates = self._mandates.of_agency(agency_id)
            for service_id, facts in decided_on.items():
                found = mandates.check(Asking(service_id, REPLAY, on, subject.kind, subject.holder_check))
                if isinstance(found, Permitted) and not (found.must_confirm and assurance is not Assurance.CONFIRMED):
                    kept = {fact: value for fact, value in facts.items() if fact in found.facts}
                    place = self._sealer.place(service_id, agency_id, subject.kind.value, subject.number)
                    self._waiting.put_nowait(_Offered(place, found.mandates, on, kept))
        except queue.Full:
            _KEPT.labels("dropped").inc()
        except Exception as error:  # noqa: BLE001  # the decision is made: nothing here may take its answer away
            _KEPT.labels("dropped").inc()
            _log.error("past_case_not_offered", error=type(error).__name__)

    def _run(self) -> None:
        while not self._ending.wait(_EVERY_S):
            self.work_once()
        self.work_once()

    def work_once(self) -> None:
        """Keep what waits, and now and then delete what is over."""
        try:
            while offered := self._take():
                self._keep(offered)
            now = self._now()
            if self._purged_at is None or now - self._purged_at >= _PURGE_EVERY:
                self._purged_at = now
                self._shelf.purge_due()
        except Exception as error:  # noqa: BLE001  # the next look may find the database back
            # no traceback: the driver quotes the rows
            _log.error("past_cases_not_kept", error=type(error).__name__)

    def _take(self) -> list[_Offered]:
        taken: list[_Offered] = []
        while len(taken) < _MOST_AT_ONCE:
            try:
                taken.append(self._waiting.get_nowait())
            except queue.Empty:
                break
        return taken

    def _keep(self, offered: Sequence[_Offered]) -> None:
        now = self._now()
        rows: dict[Place, dict[str, Any]] = {}
        for one in offered:
            row = self._row(one, now)
            if row is not None:
                rows[one.place] = row  # the newest of a person stands
        _KEPT.labels("not_permitted").inc(len(offered) - len(rows))
        if not rows:
            return
        try:
            self._write(list(rows.values()))
        except Exception:
            _KEPT.labels("dropped").inc(len(rows))
            raise
        _KEPT.labels("kept").inc(len(rows))

    def _row(self, one: _Offered, now: datetime) -> dict[str, Any] | None:
        until = last_day(self._mandates.of_agency(one.place.agency_id), one.place.service_id, one.on)
        if until is None or self._mandates.spend(one.mandates, now, one.on):
            return None
        ends = now + self._kept
        if until < ends.date():
            ends = datetime.combine(until + timedelta(days=1), time(), UTC)
        return {
            "reference": self._random_bytes(_REFERENCE_BYTES).hex(),
            **one.place._asdict(),
            "decided_on": one.on,
            "expires_at": ends,
            "sealed": self._sealer.seal(one.facts, one.place),
        }

    def _write(self, rows: Sequence[dict[str, Any]]) -> None:
        insert = sqlite.insert if self._store.is_sqlite else postgresql.insert
        statement = insert(PastCaseRow)
        newer = {name: statement.excluded[name] for name in ("reference", "decided_on", "expires_at", "sealed")}
        with self._store.transaction() as session:
            session.execute(
                statement.on_conflict_do_update(
                    index_elements=[PastCaseRow.service_id, PastCaseRow.agency_id, PastCaseRow.pseudonym], set_=newer
                ).values(list(rows))
            )
