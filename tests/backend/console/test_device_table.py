from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from backend.console.table import PAGE_ROWS, View, parse_view, select_page
from backend.fleet.listing import Condition, DeviceRow
from contracts.fleet import PartHealth, PartState
from contracts.message import Words

UNKNOWN = PartState(health=PartHealth.UNKNOWN)
NOW = datetime(2026, 11, 23, tzinfo=UTC)


def row(number, **changes):
    base = DeviceRow(
        device_id=f"dev_{number:016d}",
        condition=Condition.OK,
        agency_id="nhso",
        agency=Words(th="สำนักงาน", en="Office"),
        place=Words(th=f"ที่ {number:03d}", en=f"Place {number}"),
        model="m",
        serial="s",
        software_version="0.1.0",
        enrolled_at=NOW,
        last_seen_at=NOW,
        activity="resting",
        visits_total=number,
        reader=UNKNOWN,
        printer=UNKNOWN,
    )
    return replace(base, **changes)


def test_the_worst_comes_first():
    conditions = [Condition.OK, Condition.SILENT, Condition.SUSPENDED, Condition.FAULT]
    page = select_page([row(n, condition=c) for n, c in enumerate(conditions)], View())
    assert [r.condition for r in page.rows] == [Condition.SILENT, Condition.FAULT, Condition.OK, Condition.SUSPENDED]


def test_never_seen_is_last_by_time():
    rows = [row(1, last_seen_at=None), row(2, last_seen_at=NOW.replace(hour=1)), row(3)]
    page = select_page(rows, View(sort="last_seen"))
    assert [r.visits_total for r in page.rows] == [2, 3, 1]


def test_counts_follow_the_search_and_not_the_filter():
    rows = [row(1), row(2, condition=Condition.FAULT), row(3, agency=Words(th="อื่น", en="Elsewhere"))]
    page = select_page(rows, View(search="office", condition=Condition.FAULT))
    assert (page.counts[""], page.counts["fault"], page.counts["ok"]) == (2, 1, 1)
    assert (page.matching, page.fleet) == (1, 3)


def test_a_page_beyond_the_end_is_the_last():
    page = select_page([row(n) for n in range(PAGE_ROWS + 1)], View(sort="visits", page=99))
    assert (page.number, page.pages, page.first) == (2, 2, PAGE_ROWS + 1)
    assert [r.visits_total for r in page.rows] == [PAGE_ROWS]


@given(st.text(), st.text(), st.text(), st.text())
def test_any_address_is_some_view(search, condition, sort, page):
    view = parse_view(search, condition, sort, page)
    assert view.page >= 1
    assert select_page([row(1)], view).fleet == 1


def test_a_view_reads_back():
    assert parse_view(" a ", "fault", "-visits", "3") == View("a", Condition.FAULT, "visits", True, 3)
