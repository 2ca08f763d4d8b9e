"""The past cases as they lie in the database: counted, opened for a replay, deleted."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Protocol

import polars as pl
import structlog
from sqlalchemy import ColumnElement, and_, delete, func, select, true

from backend.cases.errors import CaseSealError
from backend.cases.models import PastCaseRow
from backend.cases.permission import last_day
from backend.cases.sealing import CaseSealer, Place
from backend.eligibility.derive import assumed_birth_date
from backend.eligibility.examples import read_facts
from backend.eligibility.replay import CASE
from backend.linkage.facts import FACT_TYPES, Fact
from backend.mandates.check import AgencyMandates
from backend.store import Store
from contracts.card import Birth

_log = structlog.get_logger(__name__)
_PAGE: Final = 5_000
_TYPES: Final[dict[type, pl.DataType]] = {
    bool: pl.Boolean(),
    int: pl.Int64(),
    str: pl.String(),
    date: pl.Date(),
    Birth: pl.Date(),
}


class Mandates(Protocol):
    """The mandates (``mandates.MandateBook``)."""

    def of_agency(self, agency_id: str) -> AgencyMandates: ...


@dataclass(frozen=True, slots=True)
class CaseCount:
    """How many cases of one service one agency's mandate keeps.

    Attributes:
        service_id: Of which service.
        agency_id: Whose.
        cases: How many.
        first_on: Day of the oldest decision.
        last_on: Day of the newest.
        gone_at: When the last of them will have been deleted.
        permitted: Whether a mandate still lets them be kept; otherwise they go with the next purge.
    """

    service_id: str
    agency_id: str
    cases: int
    first_on: date
    last_on: date
    gone_at: datetime
    permitted: bool


@dataclass(frozen=True, slots=True)
class CaseShelf:
    """Opens and commits its transactions.

    Attributes:
        store: The database.
        sealer: Opens cases.
        mandates: Whether they may still be kept.
        now: The clock, aware UTC.
        today: The day in Thailand.
    """

    store: Store
    sealer: CaseSealer
    mandates: Mandates
    now: Callable[[], datetime]
    today: Callable[[], date]

    def list_counts(self) -> tuple[CaseCount, ...]:
        """Count the cases that are not over, by service and agency."""
        case = PastCaseRow
        counted = (
            select(
                case.service_id,
                case.agency_id,
                func.count(),
                func.min(case.decided_on),
                func.max(case.decided_on),
                func.max(case.expires_at),
            )
            .where(case.expires_at > self.now())
            .group_by(case.service_id, case.agency_id)
            .order_by(case.service_id, case.agency_id)
        )
        with self.store.reading() as session:
            rows = session.execute(counted).all()
        return tuple(CaseCount(*row, permitted=self._permitted(row[0], row[1])) for row in rows)

    def count(self, service_id: str) -> int:
        """Return how many cases of a service a rule may be tried on now."""
        return sum(one.cases for one in self.list_counts() if one.service_id == service_id and one.permitted)

    def frames(self, service_id: str, facts: Sequence[Fact]) -> Iterator[pl.DataFrame]:
        """Open the cases of a service, some at a time: a column for each fact, and the cases' references.

        Only the wanted facts leave the seal. Cases that cannot be opened are left out and said in the log.
        """
        agencies = [one.agency_id for one in self.list_counts() if one.service_id == service_id and one.permitted]
        after = 0
        while rows := self._page(service_id, agencies, after):
            after = rows[-1].id
            opened = [self._open(row, facts) for row in rows]
            schema = {CASE: pl.String()} | {fact.value: _TYPES[FACT_TYPES[fact]] for fact in facts}
            yield pl.DataFrame([one for one in opened if one is not None], schema, strict=False, orient="row")

    def purge_due(self) -> int:
        """Delete what is over and what no mandate lets be kept any more; returns how many."""
        gone = self._delete(PastCaseRow.expires_at <= self.now())
        for one in self.list_counts():
            if not one.permitted:
                gone += self.purge(one.service_id, one.agency_id)
        return gone

    def purge(self, service_id: str | None = None, agency_id: str | None = None) -> int:
        """Delete every case, or those of a service, an agency or both; returns how many."""
        wanted: list[ColumnElement[bool]] = [true()]
        if service_id is not None:
            wanted.append(PastCaseRow.service_id == service_id)
        if agency_id is not None:
            wanted.append(PastCaseRow.agency_id == agency_id)
        return self._delete(and_(*wanted))

    def _permitted(self, service_id: str, agency_id: str) -> bool:
        return last_day(self.mandates.of_agency(agency_id), service_id, self.today()) is not None

    def _page(self, service_id: str, agencies: Sequence[str], after: int) -> Sequence[PastCaseRow]:
        case = PastCaseRow
        mine = (case.service_id == service_id, case.agency_id.in_(agencies), case.expires_at > self.now())
        wanted = select(case).where(*mine, case.id > after).order_by(case.id).limit(_PAGE)
        with self.store.reading() as session:
            return session.scalars(wanted).all()

    def _open(self, row: PastCaseRow, facts: Sequence[Fact]) -> tuple[Any, ...] | None:
        try:
            written = self.sealer.open(row.sealed, Place(row.service_id, row.agency_id, row.pseudonym))
        except CaseSealError:
            _log.warning("past_case_unreadable", case=row.reference)
            return None
        known = read_facts({fact.value: written[fact.value] for fact in facts if fact.value in written})
        return (row.reference, *(_cell(known.get(fact)) for fact in facts))

    def _delete(self, which: ColumnElement[bool]) -> int:
        statement = delete(PastCaseRow).where(which).returning(PastCaseRow.id)
        with self.store.transaction() as session:
            return len(session.execute(statement).all())


def _cell(value: object) -> object:
    if not isinstance(value, Birth):
        return value
    try:
        return assumed_birth_date(value)
    except ValueError:  # a register may hold 31 June: that is no known age
        return None
