"""Disputes are found by number, leaf, agency and state, in the order asked for, and never beyond one's agency."""

from datetime import UTC, datetime, timedelta

import pytest

from backend.evidence.naming import Named, parse_named
from backend.history.dispute_finder import DisputeFinder
from backend.history.dispute_query import DisputeQuery, DisputeSort
from backend.history.models import Dispute
from backend.migrations.runner import load_metadata
from backend.store import Store
from contracts.history import DisputeState

NOW = datetime(2026, 11, 24, 5, tzinfo=UTC)
DAY = timedelta(days=1)
# reference, leaf, agency, state, opened, due, changed: in days from now
ROWS = (
    ("AAAA-AAAA-AA", 1, "town", "closed", -90, None, -10),
    ("BBBB-BBBB-BB", 2, "town", "open", -31, -1, -31),
    ("CCCC-CCCC-CC", 3, "dopa", "objected", -60, 3, -5),
    ("DDDD-DDDD-DD", 4, "town", "answered", -5, -2, -1),
    ("EEEE-EEEE-EE", 5, "dopa", "under_review", -40, -9, -3),
)


@pytest.fixture
def finder(store_url):
    store = Store(store_url)
    load_metadata().create_all(store.engine)
    with store.transaction() as session:
        for reference, index, agency, state, opened, due, changed in ROWS:
            row = Dispute(
                reference=reference,
                index=index,
                agency_id=agency,
                service="old_age_allowance",
                reason="other",
                state=state,
                opened_at=NOW + opened * DAY,
                due_at=NOW + due * DAY if due is not None else None,
                changed_at=NOW + changed * DAY,
                answer="",
            )
            session.add(row)
    yield DisputeFinder(store)
    store.close()


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, [5, 2, 3, 4, 1]),
        ({"overdue": True}, [5, 2]),  # a citizen's time that is up is nobody's delay
        ({"state": DisputeState.OBJECTED}, [3]),
        ({"agency_id": "dopa"}, [5, 3]),
        ({"named": parse_named("dddd dddd dd")}, [4]),
        ({"named": parse_named("4")}, [4]),
        ({"named": Named(None, None)}, []),
        ({"within": "town"}, [2, 4, 1]),
        ({"within": "town", "agency_id": "dopa"}, []),
        ({"within": "town", "named": parse_named("CCCC-CCCC-CC")}, []),
        ({"within": "town", "named": parse_named("3")}, []),
        ({"within": "town", "overdue": True}, [2]),
        ({"within": "town", "state": DisputeState.OBJECTED}, []),
        ({"within": ""}, []),
    ],
)
def test_what_fits_is_found(finder, asked, found):
    assert [row.index for row in finder.find(DisputeQuery(**asked), NOW)] == found


@pytest.mark.parametrize(
    ("sort", "order"),
    [(DisputeSort.DUE, [5, 2, 3, 4, 1]), (DisputeSort.OPENED, [1, 3, 5, 2, 4]), (DisputeSort.STATE, [2, 5, 4, 3, 1])],
)
def test_every_order_can_be_turned_round(finder, sort, order):
    query = DisputeQuery()
    assert [row.index for row in finder.find(query, NOW, sort)] == order
    assert [row.index for row in finder.find(query, NOW, sort, descending=True)] == order[::-1]
    assert [row.index for row in finder.find(query, NOW, sort, start=1, most=2)] == order[1:3]


def test_counts_pass_over_the_state_chosen_and_nothing_else(finder):
    whole = finder.count(DisputeQuery(state=DisputeState.OPEN, overdue=True), NOW)
    assert (whole.total, whole.overdue, whole.by_state[DisputeState.CLOSED]) == (5, 2, 1)
    own = finder.count(DisputeQuery(within="town", agency_id=None), NOW)
    assert (own.total, own.overdue, DisputeState.OBJECTED in own.by_state) == (3, 1, False)
    assert finder.count(DisputeQuery(within="town", agency_id="dopa"), NOW).total == 0
    assert finder.count(DisputeQuery(within="town", named=parse_named("3")), NOW).total == 0


def test_a_citizens_number_names_nothing():
    assert parse_named("1101700203451") is None
    assert parse_named("110170020345") == Named(None, 110170020345)
    assert parse_named("๑๒") is None
    assert parse_named("") is None
