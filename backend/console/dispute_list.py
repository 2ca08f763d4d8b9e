"""The console's list of disputes: search, filter, sort, turn pages, take it away as CSV."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from flask import Blueprint, Response, render_template, request, url_for
from flask_login import current_user

from backend.console.dispute_desk import DisputeDesk, dispute_row, name_agency
from backend.console.dispute_scope import DisputeScope
from backend.console.download import offer_file
from backend.console.table import PAGE_ROWS, cut_page, encode_query, parse_page
from backend.csv_rows import write_csv
from backend.evidence.naming import parse_named
from backend.history.dispute_query import DisputeQuery, DisputeSort
from backend.history.disputes import standing_of
from backend.history.models import Dispute
from contracts.history import DisputeState

EXPORT_MOST: Final = 10_000
_OVERDUE: Final = "overdue"
_TYPED_MOST: Final = 60
_FIELDS: Final = ("ref", "agency", "state", "sort")
_COLUMNS: Final = (
    "dispute",
    "state",
    "overdue",
    "opened_at",
    "due_at",
    "changed_at",
    "agency",
    "service",
    "reason",
    "steward",
    "leaf",
)
"""Without the answer: it is free text, and what is taken away travels further than the page."""


@dataclass(frozen=True, slots=True)
class DisputeView:
    """What was asked to be seen, as the address bar carries it.

    Attributes:
        typed: The search form's fields, ``state`` and ``sort``, as typed.
        query: What that means; None when the reference is none.
        sort: Their order.
        descending: Whether it is turned round.
    """

    typed: Mapping[str, str]
    query: DisputeQuery | None
    sort: DisputeSort
    descending: bool

    @property
    def state(self) -> str:
        """The state chosen, or ``overdue``; empty for all."""
        if self.query is None:
            return ""
        return _OVERDUE if self.query.overdue else self.query.state or ""


def parse_dispute_view(given: Mapping[str, str], within: str | None) -> DisputeView:
    """Read a view (pure); of what does not fit only a reference is complained of.

    Args:
        given: From the address bar.
        within: The agency beyond which nothing is seen; None for who may see all.
    """
    typed = {name: given.get(name, "").strip()[:_TYPED_MOST] for name in _FIELDS}
    state, sort = typed["state"], typed["sort"].removeprefix("-")
    named = parse_named(typed["ref"]) if typed["ref"] else None
    query = DisputeQuery(
        within=within,
        named=named,
        agency_id=typed["agency"] or None,
        state=DisputeState(state) if state in set(DisputeState) else None,
        overdue=state == _OVERDUE,
    )
    known = sort in set(DisputeSort)
    return DisputeView(
        typed=typed,
        query=None if typed["ref"] and named is None else query,
        sort=DisputeSort(sort) if known else DisputeSort.DUE,
        descending=known and typed["sort"].startswith("-"),
    )


def kept_list() -> str:
    """Return which list the address bar carries, to come back to."""
    return encode_query({name: request.args.get(name, "").strip()[:_TYPED_MOST] for name in (*_FIELDS, "page")})


def add_dispute_list(console: Blueprint, desk: DisputeDesk, now: Callable[[], datetime]) -> None:
    """Add the list and its export; who may open them stands in ``access``."""

    @console.get("/disputes")
    def disputes() -> str | tuple[str, int]:
        scope = DisputeScope.of(current_user)
        if scope.is_homeless:
            return render_template("console/disputes.html", homeless=True)
        desk.disputes.close_lapsed()
        return _list_page(desk, scope, now())

    @console.get("/disputes/export/csv")
    def dispute_export() -> Response:
        scope, at = DisputeScope.of(current_user), now()
        view = parse_dispute_view(request.args, scope.within)
        fitting: Sequence[Dispute] = ()
        if view.query is not None and not scope.is_homeless:
            fitting = desk.finder.find(view.query, at, view.sort, descending=view.descending, most=EXPORT_MOST)
        return offer_file(write_csv(_COLUMNS, (_line(row, at) for row in fitting)), "text/csv", "disputes.csv")


def _list_page(desk: DisputeDesk, scope: DisputeScope, now: datetime) -> str | tuple[str, int]:
    view, names = parse_dispute_view(request.args, scope.within), desk.agencies()
    typed = dict(view.typed)

    def link(endpoint: str = "console.disputes", **changes: object) -> str:
        return url_for(endpoint) + encode_query(typed | {"page": ""} | changes)

    shown: dict[str, Any] = {
        "view": view,
        "typed": typed,
        "searched": any(typed[name] for name in ("ref", "agency", "state")),
        "agencies": names if scope.reads_all else {},
        "steward_of": name_agency(names, scope.agency_id) if scope.agency_id else None,
        "reads_all": scope.reads_all,
        "link": link,
        "kept": kept_list(),
    }
    if view.query is None:
        return render_template("console/disputes.html", wrong="dispute_wrong_ref", **shown), 400
    counts = desk.finder.count(view.query, now)
    by_state = {"": counts.total, _OVERDUE: counts.overdue} | {one.value: n for one, n in counts.by_state.items()}
    matching = by_state.get(view.state, 0)
    cut = cut_page(matching, parse_page(request.args.get("page", "")))
    found = desk.finder.find(view.query, now, view.sort, descending=view.descending, start=cut.start, most=PAGE_ROWS)
    return render_template(
        "console/disputes.html",
        rows=[dispute_row(row, desk, names, now) for row in found],
        states=[(state, by_state.get(state, 0)) for state in ("", _OVERDUE, *DisputeState)],
        matching=matching,
        cut=cut,
        export_most=EXPORT_MOST,
        **shown,
    )


def _line(row: Dispute, now: datetime) -> dict[str, object]:
    return {
        "dispute": row.reference,
        "state": row.state,
        "overdue": "yes" if standing_of(row).is_overdue(now) else "no",
        "opened_at": row.opened_at.isoformat(),
        "due_at": row.due_at.isoformat() if row.due_at else "",
        "changed_at": row.changed_at.isoformat(),
        "agency": row.agency_id,
        "service": row.service,
        "reason": row.reason,
        "steward": row.steward or "",
        "leaf": row.index,
    }
