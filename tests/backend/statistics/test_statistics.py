"""Open data: counted out of the log, published late, rounded and without small counts; as JSON, CSV and a page."""

import csv
import io
import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from backend.evidence.acts import ActKind, encode_act
from backend.evidence.following import BATCH, LogFollower
from backend.evidence.leaf import encode_leaf
from backend.fleet.models import Agency, Device
from backend.http.openapi import describe_api
from backend.http.problems import register_problem_handlers
from backend.migrations.runner import load_metadata
from backend.public.http import create_blueprint as create_public
from backend.statistics.counting import StatisticsLeaves
from backend.statistics.disclosure import Counted, Period, newest_day, publish_days, publish_provinces, round_count
from backend.statistics.http import create_blueprint
from backend.statistics.models import StatisticsCount, StatisticsCursor
from backend.statistics.page import build_page
from backend.statistics.provinces import read_provinces
from backend.statistics.service import StatisticsService
from backend.store import Store
from contracts.catalogue import Catalogue
from contracts.decision import Outcome
from contracts.message import Words
from contracts.statistics import DAYS_CSV_PATH, PROVINCES_CSV_PATH, STATISTICS_PATH, Statistics
from tests.support.evidence_logs import make_leaf, make_log
from tests.support.evidence_witnesses import Clock

SERVICES = {"old_age_allowance": Words(th="เบี้ยยังชีพผู้สูงอายุ", en="Old-age allowance")}
PROVINCES = read_provinces()
NOON = timedelta(hours=12)


@pytest.fixture
def store(tmp_path):
    store = fill(Store(f"sqlite:///{tmp_path / 'centre.sqlite3'}"))
    yield store
    store.close()


def fill(store):
    load_metadata().create_all(store.engine)
    with store.transaction() as session:
        session.add(Agency(id="town", name_th="เมือง", name_en="Town"))
        session.flush()
        for name, code in (("dev_nan", "5501"), ("dev_bangkok", "1001"), ("dev_nowhere", ""), ("dev_odd", "9999")):
            session.add(make_device(name, code))
    return store


def make_device(name, code):
    return Device(
        id=name,
        key_id=name,
        public_key=name,
        agency_id="town",
        place_th="",
        place_en="",
        area_code=code,
        serial=name,
        model="",
        enrolled_at=datetime(2026, 1, 1, tzinfo=UTC),
        enrolled_version="1",
    )


def leaves(day, count, device="dev_nan", outcome=Outcome.ELIGIBLE, service="old_age_allowance"):
    """Return decisions on nobody, spread over a day in Thailand."""
    begin = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=7)
    changes = {"device_id": device, "outcome": outcome, "service": service}
    return [
        encode_leaf(make_leaf().model_copy(update=changes | {"decided_at": begin + timedelta(days=number / count)}))
        for number in range(count)
    ]


@pytest.fixture
def log(store):
    log = make_log(store)
    yield log
    log.close()


@pytest.fixture
def clock():
    return Clock(datetime(2026, 11, 24, 5, tzinfo=UTC))


@pytest.fixture
def client(store, clock):
    app = Flask("backend", static_folder=None)
    register_problem_handlers(app)
    app.register_blueprint(create_public(Catalogue(total=0, services=()), describe_api("http://centre.test")))
    app.register_blueprint(create_blueprint(StatisticsService(store, clock), SERVICES, PROVINCES))
    return app.test_client()


def count_up(store):
    counter_of(store).catch_up()


def counter_of(store):
    return LogFollower(store, StatisticsLeaves(PROVINCES))


def read(client, query=""):
    reply = client.get(f"{STATISTICS_PATH}{query}")
    assert reply.status_code == 200, reply.text
    return Statistics.model_validate_json(reply.data)


def test_counts_are_rounded_small_ones_left_out_and_days_told_in_thailand(store, log, client):
    day = date(2026, 11, 20)
    log.append_all(leaves(day, 26))
    log.append_all(leaves(day, 9, outcome=Outcome.UNDECIDED))
    log.append_all(leaves(day, 8, device="dev_bangkok"))
    log.append_all(leaves(day + timedelta(days=1), 14, outcome=Outcome.NOT_ELIGIBLE))
    log.append(encode_act(ActKind.HISTORY_READ, "7K3M-9QXV-2A", datetime(2026, 11, 20, tzinfo=UTC)))
    count_up(store)
    told = [(row.day, row.outcome, row.count) for row in read(client).days]
    assert told == [(day, Outcome.ELIGIBLE, 30), (day + timedelta(days=1), Outcome.NOT_ELIGIBLE, 10)]


def test_what_is_counted_is_what_the_log_holds(store, log):
    day = date(2026, 11, 20)
    for device, province in (("dev_nan", "55"), ("dev_bangkok", "10"), ("dev_nowhere", ""), ("dev_odd", ""), ("x", "")):
        log.append_all(leaves(day, 3 + len(province), device=device))
    counter = counter_of(store)
    assert counter.follow()
    assert not counter.follow()
    log.append_all(leaves(day, 2))
    counter.catch_up()
    counter_of(store).catch_up()
    with store.reading() as session:
        rows = session.execute(select(StatisticsCount.province, StatisticsCount.count)).all()
        seen = session.scalar(select(StatisticsCursor.size))
    assert dict(map(tuple, rows)) == {"55": 7, "10": 5, "": 9}
    assert seen == log.size() == 21


@pytest.mark.parametrize(
    "odd", [b"\xff\x00", b"[]", b"7", b"{}", b'{"decided_at": 5, "service": "a", "outcome": "b", "device_id": "c"}']
)
def test_a_leaf_that_cannot_be_read_is_passed_over(store, log, odd):
    day = date(2026, 11, 20)
    log.append_all(leaves(day, 2))
    log.append(odd)
    log.append_all(leaves(day, 3))
    count_up(store)
    with store.reading() as session:
        assert session.scalar(select(func.sum(StatisticsCount.count))) == 5
        assert session.scalar(select(StatisticsCursor.size)) == 6


def test_both_databases_count_and_publish_alike(store_url, clock):
    store = fill(Store(store_url))
    log = make_log(store)
    for day, count in ((date(2026, 10, 3), 700), (date(2026, 10, 4), 700), (date(2026, 11, 5), 3)):
        log.append_all(leaves(day, count))
    count_up(store)
    told = StatisticsService(store, clock).read()
    assert [(row.day.day, row.count) for row in told.days] == [(3, 700), (4, 700)]
    assert [(row.month, row.province, row.count) for row in told.provinces] == [("2026-10", "55", 1400)]
    log.close()
    store.close()


def test_a_long_log_is_counted_batch_by_batch(store, log):
    made = leaves(date(2026, 11, 20), 2 * BATCH + 1)
    for start in range(0, len(made), 100):
        log.append_all(made[start : start + 100])
    counter = counter_of(store)
    assert [counter.follow() for _ in range(4)] == [BATCH, BATCH, 1, 0]
    with store.reading() as session:
        assert session.scalar(select(func.sum(StatisticsCount.count))) == 2 * BATCH + 1


def test_a_day_comes_when_two_have_passed(store, log, client, clock):
    day = date(2026, 11, 22)
    log.append_all(leaves(day, 20))
    count_up(store)
    clock.at = datetime(2026, 11, 24, 16, 59, tzinfo=UTC)  # the last minute of the 24th in Thailand
    assert read(client).days == ()
    clock.move(minutes=1)
    assert [row.day for row in read(client).days] == [day]


def test_a_day_that_is_counted_in_part_is_held_back(store, log, client):
    log.append_all(leaves(date(2026, 11, 18), 20))
    log.append_all(leaves(date(2026, 11, 19), 980))
    log.append_all(leaves(date(2026, 11, 19), 600))
    counter_of(store).follow()
    assert read(client).until == date(2026, 11, 18)
    assert [row.count for row in read(client).days] == [20]
    count_up(store)
    assert [row.count for row in read(client).days] == [20, 1580]


def test_before_anything_is_counted_nothing_is_published(store, log, client):
    log.append_all(leaves(date(2026, 11, 18), 20))
    assert read(client).days == ()
    assert "ยังไม่มีตัวเลข" in client.get("/statistics?lang=th").text


def test_provinces_come_by_whole_months(store, log, client):
    log.append_all(leaves(date(2026, 10, 3), 6))
    log.append_all(leaves(date(2026, 10, 29), 6))
    log.append_all(leaves(date(2026, 10, 30), 9, device="dev_bangkok"))
    log.append_all(leaves(date(2026, 10, 30), 40, device="dev_nowhere"))
    log.append_all(leaves(date(2026, 11, 3), 50))
    count_up(store)
    told = [(row.month, row.province, row.count) for row in read(client).provinces]
    assert told == [("2026-10", "55", 10)]
    assert read(client, "?from=2026-10-02&to=2026-11-20").provinces == ()
    assert len(read(client, "?from=2026-10-01&to=2026-10-31").provinces) == 1


def test_tables_hold_the_same(store, log, client):
    log.append_all(leaves(date(2026, 10, 3), 26))
    count_up(store)
    for path, rows in ((DAYS_CSV_PATH, "days"), (PROVINCES_CSV_PATH, "provinces")):
        reply = client.get(path)
        assert reply.mimetype == "text/csv"
        table = list(csv.DictReader(io.StringIO(reply.text)))
        said = json.loads(client.get(STATISTICS_PATH).data)[rows]
        assert table == [{name: str(value) for name, value in row.items()} for row in said]
        assert len(table) == 1


@pytest.mark.parametrize(
    "query",
    [
        "?from=2026-11-31", "?to=x", "?from=", "?from=2026-11-02&to=2026-11-01", "?from=2020-01-01&to=2026-01-01",
        "?to=0001-01-01", "?from=9999-12-31&to=9999-12-31", "?from=1999-12-31",
    ],
)  # fmt: skip
def test_what_is_no_period_is_refused(client, query):
    for path in (STATISTICS_PATH, DAYS_CSV_PATH):
        reply = client.get(path + query)
        assert (reply.status_code, reply.get_json()["code"]) == (400, "bad_request")


def test_a_period_to_come_is_empty(client):
    told = read(client, "?from=2027-01-01&to=2027-02-01")
    assert told.days == told.provinces == ()
    assert told.until < told.since


def test_it_may_be_kept(client):
    reply = client.get(STATISTICS_PATH)
    assert reply.headers["Cache-Control"] == "public, max-age=300"
    assert client.get(STATISTICS_PATH, headers={"If-None-Match": reply.headers["ETag"]}).status_code == 304


@settings(deadline=None)  # two cores may be busy with other work
@given(st.integers(0, 10**9))
def test_rounding_is_to_the_nearest_ten(count):
    assert round_count(count) % 10 == 0
    assert abs(round_count(count) - count) <= 5


@settings(deadline=None)
@given(st.lists(st.integers(0, 40), max_size=8))
def test_no_published_row_is_of_few(counts):
    rows = [Counted("2026-11-01", "old_age_allowance", "eligible", "", count) for count in counts]
    wanted = Counter(round_count(count) for count in counts if count >= 10)
    assert Counter(row.count for row in publish_days(rows)) == wanted
    months = [Counted("2026-11", "old_age_allowance", "eligible", "55", count) for count in counts]
    assert Counter(row.count for row in publish_provinces(months)) == wanted


@pytest.mark.parametrize(
    ("since", "until", "months"),
    [
        ("2026-01-01", "2026-01-31", ("2026-01", "2026-01")),
        ("2026-01-02", "2026-03-31", ("2026-02", "2026-03")),
        ("2026-01-01", "2026-03-30", ("2026-01", "2026-02")),
        ("2025-12-15", "2026-01-15", ("2026-01", "2025-12")),
        ("2024-02-01", "2024-02-29", ("2024-02", "2024-02")),
        ("2026-12-01", "2026-12-31", ("2026-12", "2026-12")),
    ],
)
def test_which_months_lie_within(since, until, months):
    assert Period(date.fromisoformat(since), date.fromisoformat(until)).months() == months


def test_the_newest_day():
    assert newest_day(date(2026, 11, 24), None) == date(2026, 11, 21)
    assert newest_day(date(2026, 11, 24), date(2026, 11, 24)) == date(2026, 11, 21)
    assert newest_day(date(2026, 11, 24), date(2026, 10, 2)) == date(2026, 10, 1)


def test_there_are_77_provinces():
    assert len(PROVINCES) == 77
    assert PROVINCES["55"] == Words(th="น่าน", en="Nan")


def test_the_page_speaks_both_languages_and_its_numbers_stand_in_it(store, log, client):
    log.append_all(leaves(date(2026, 10, 1), 1_234))
    log.append_all(leaves(date(2026, 11, 20), 2_346))
    count_up(store)
    english, thai = (client.get(f"/statistics?lang={language}").text for language in ("en", "th"))
    for part in ("<td>2,350</td>", "Old-age allowance", "By province, Oct 2026", "23 Oct 2026 to 21 Nov 2026"):
        assert part in english
    for part in ("เบี้ยยังชีพผู้สูงอายุ", "น่าน", "21 พ.ย. 2569"):
        assert part in thai


def test_the_page_is_of_the_newest_thirty_days(store, log, client):
    log.append_all(leaves(date(2026, 11, 20), 26))
    log.append_all(leaves(date(2026, 11, 21), 52, outcome=Outcome.UNDECIDED, service="unnamed_service"))
    log.append_all(leaves(date(2026, 10, 1), 40))
    count_up(store)
    page = build_page(read(client), SERVICES, PROVINCES)
    assert len(page.days) == 30
    assert (page.days[-1].count, page.days[-1].share, page.days[-2].share) == (50, 1000, 600)
    assert [(row.name.en, row.counts, row.total) for row in page.services] == [
        ("unnamed_service", (0, 0, 50), 50),
        ("Old-age allowance", (30, 0, 0), 30),
    ]
    assert (page.since.th, page.until.en, page.month.th) == ("23 ต.ค. 2569", "21 Nov 2026", "ต.ค. 2569")
    assert [(bar.label.en, bar.count) for bar in page.provinces] == [("Nan", 40)]
