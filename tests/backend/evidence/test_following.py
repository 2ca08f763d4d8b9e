"""What follows the log sees each leaf once, whoever follows and whenever it began."""

import json

import pytest
from sqlalchemy import BigInteger, Column, Integer, MetaData, String, Table, select

from backend.evidence.following import BATCH, LogFollower, OneRowEach
from backend.evidence.models import EvidenceHead
from backend.store import Store
from tests.support.evidence_logs import make_log

METADATA = MetaData()


def make_index(name, read=None):
    rows = Table(name, METADATA, Column("leaf_index", BigInteger, primary_key=True), Column("said", String(80)))
    cursor = Table(f"{name}_cursor", METADATA, Column("id", Integer, primary_key=True), Column("size", BigInteger))
    return OneRowEach(rows, cursor, read or write_row), rows


def write_row(leaf):
    return {"leaf_index": leaf.index, "said": str(leaf.told.get("said", ""))}


LEFT, LEFT_ROWS = make_index("left_place")
RIGHT, RIGHT_ROWS = make_index("right_place")


@pytest.fixture
def store(store_url):
    store = Store(store_url)
    EvidenceHead.metadata.create_all(store.engine)
    METADATA.create_all(store.engine)
    yield store
    store.close()


@pytest.fixture
def log(store):
    log = make_log(store)
    yield log
    log.close()


def fill(log, first, count):
    log.append_all([json.dumps({"said": str(number)}).encode() for number in range(first, first + count)])


def read(store, rows):
    with store.reading() as session:
        return [tuple(row) for row in session.execute(select(rows).order_by(rows.c.leaf_index))]


def test_an_index_that_came_later_catches_up_with_the_others(store, log):
    fill(log, 0, BATCH + 3)
    LogFollower(store, LEFT).catch_up()
    fill(log, BATCH + 3, 2)
    both = LogFollower(store, LEFT, RIGHT)
    assert [both.follow() for _ in range(4)] == [BATCH, 5, 2, 0]
    told = [(number, str(number)) for number in range(BATCH + 5)]
    assert read(store, LEFT_ROWS) == read(store, RIGHT_ROWS) == told


@pytest.mark.parametrize("odd", [b"", b"\xff\x00", b"[]", b"7", b'"said"', b'{"said": "cut'])
def test_a_leaf_that_is_no_object_has_its_row_and_stops_nobody(store, log, odd):
    log.append(odd)
    fill(log, 1, 1)
    LogFollower(store, LEFT).catch_up()
    assert read(store, LEFT_ROWS) == [(0, ""), (1, "1")]


def test_what_another_follower_did_meanwhile_is_not_done_again(store, log):
    def read_while_the_other_works(leaf):
        if leaf.index == 0:
            LogFollower(store, LEFT).catch_up()
        return write_row(leaf)

    slow = OneRowEach(LEFT_ROWS, LEFT.cursor, read_while_the_other_works)
    fill(log, 0, 3)
    LogFollower(store, slow).catch_up()
    assert read(store, LEFT_ROWS) == [(number, str(number)) for number in range(3)]


def test_in_the_background_one_follows_at_a_time(store, log):
    fill(log, 0, 2)
    other = Store(store.engine.url.render_as_string(hide_password=False))
    follower = LogFollower(store, LEFT)
    with other.alone("following") as mine:
        assert mine
        follower._keep_up()
        assert read(store, LEFT_ROWS) == []
    follower._keep_up()
    assert len(read(store, LEFT_ROWS)) == 2
    other.close()


def test_a_round_ends_with_the_last_full_batch(store, log):
    added = []

    def read_while_others_decide(leaf):
        if leaf.index == BATCH:
            added.append(leaf.index)
            fill(log, BATCH + 1, 1)
        return write_row(leaf)

    fill(log, 0, BATCH)
    fill(log, BATCH, 1)
    LogFollower(store, OneRowEach(LEFT_ROWS, LEFT.cursor, read_while_others_decide))._keep_up()
    assert (len(added), len(read(store, LEFT_ROWS))) == (1, BATCH + 1)
