"""The store keeps its promises on both databases."""

import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta, timezone

import psycopg
import pytest
from sqlalchemy import Integer, String, bindparam, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

import backend.store
from backend.many_rows import ManyRows
from backend.store import Store, UtcDateTime, sent_at_once


class Base(DeclarativeBase):
    pass


class Note(Base):
    __tablename__ = "test_note"
    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    words: Mapped[str] = mapped_column(String(40), default="")
    at: Mapped[datetime | None] = mapped_column(UtcDateTime)


@pytest.fixture
def store(store_url):
    store = Store(store_url)
    Note.metadata.create_all(store.engine, tables=[Note.__table__])
    yield store
    store.close()


def _count(store):
    with store.reading() as session:
        return session.scalar(select(func.count()).select_from(Note))


def test_a_transaction_commits_at_its_end(store):
    with store.transaction() as session:
        session.add(Note(id=1, words="ใบเดียว"))
    with store.reading() as session:
        assert session.get(Note, 1).words == "ใบเดียว"


def test_an_exception_rolls_everything_back(store):
    def fail():
        with store.transaction() as session:
            session.add(Note(id=1))
            session.flush()
            raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError):
        fail()
    assert _count(store) == 0


def test_a_duplicate_is_an_integrity_error(store):
    with store.transaction() as session:
        session.add(Note(id=1))
    with pytest.raises(IntegrityError), store.transaction() as session:
        session.add(Note(id=1))
    assert _count(store) == 1


def test_a_reader_does_not_wait_for_a_writer(store):
    with store.transaction() as session:
        session.add(Note(id=1))
        session.flush()
        assert _count(store) == 0
    assert _count(store) == 1


def test_writers_that_read_first_lose_nothing(store):
    with store.transaction() as session:
        session.add(Note(id=1, words="0"))

    def add_one():
        for _ in range(10):
            with store.transaction() as session:
                note = session.get(Note, 1, with_for_update=True)
                note.words = str(int(note.words) + 1)

    threads = [threading.Thread(target=add_one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.reading() as session:
        assert session.get(Note, 1).words == "40"


def test_times_come_back_aware_and_equal(store):
    bangkok = timezone(timedelta(hours=7))
    with store.transaction() as session:
        session.add(Note(id=1, at=datetime(2026, 11, 23, 16, 0, 0, 123456, tzinfo=bangkok)))
    with store.reading() as session:
        at = session.get(Note, 1).at
    assert at == datetime(2026, 11, 23, 9, 0, 0, 123456, tzinfo=UTC)
    assert at.utcoffset() == timedelta(0)


def test_a_naive_time_is_refused(store):
    with pytest.raises(StatementError) as caught, store.transaction() as session:
        session.add(Note(id=1, at=datetime(2026, 11, 23)))  # noqa: DTZ001  (the mistake under test)
    assert "without a zone" in str(caught.value)


def test_postgresql_refuses_writes_while_reading(postgres_url):
    store = Store(postgres_url)
    with store.reading() as session, pytest.raises(DBAPIError):
        session.execute(text("CREATE TABLE never (id int)"))
    store.close()


def test_sqlite_waits_for_the_disk(tmp_path):
    store = Store(f"sqlite:///{tmp_path / 'a.sqlite3'}")
    with store.reading() as session:
        pragmas = {name: _pragma(session, name) for name in ("journal_mode", "synchronous", "foreign_keys")}
    store.close()
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def _pragma(session: Session, name: str) -> object:
    return session.scalar(text(f"PRAGMA {name}"))


def test_one_at_a_time_has_a_duty_whoever_asks_and_others_do_not_wait(store, store_url):
    other = Store(store_url)
    with store.alone("sweeping") as mine, store.alone("sweeping") as again, other.alone("sweeping") as theirs:
        assert (mine, again, theirs) == (True, False, False)
        with other.alone("counting") as another:
            assert another
    with other.alone("sweeping") as theirs:
        assert theirs
    other.close()


_SWEEP = """
import sys, time
from backend.store import Store
with Store(sys.argv[1]).alone("sweeping") as mine:
    print(mine, flush=True)
    time.sleep(60)
"""


def test_who_dies_leaves_his_duty_to_others(store, store_url):
    sweeper = subprocess.Popen([sys.executable, "-c", _SWEEP, store_url], stdout=subprocess.PIPE, text=True)
    with sweeper:
        assert sweeper.stdout.readline() == "True\n"
        with store.alone("sweeping") as mine:
            assert not mine
        sweeper.kill()
    until = time.monotonic() + 20
    mine = False
    while not mine and time.monotonic() < until:  # PostgreSQL has to notice
        with store.alone("sweeping") as mine:
            pass
    assert mine


def _end_backends(store, url):
    """End the server's side of every connection that the store keeps."""
    other = Store(url)
    with other.transaction() as session:
        session.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    other.close()


@pytest.mark.parametrize("way", ["session", "glance", "single"])
def test_a_connection_that_lay_idle_while_its_server_went_is_replaced(postgres_url, monkeypatch, way):
    store = Store(postgres_url)
    assert _read_one(store, way) == 1
    _end_backends(store, postgres_url)
    monkeypatch.setattr(backend.store, "PING_AFTER_S", 0.0)
    assert _read_one(store, way) == 1
    store.close()


@pytest.mark.parametrize("way", ["session", "single"])
def test_a_connection_in_steady_use_is_not_asked_each_time_and_fails_once_at_most(postgres_url, monkeypatch, way):
    monkeypatch.setattr(backend.store, "PING_AFTER_S", 60.0)
    store = Store(postgres_url)
    assert _read_one(store, way) == 1
    _end_backends(store, postgres_url)
    with pytest.raises(DBAPIError):
        _read_one(store, way)
    assert _read_one(store, way) == 1
    store.close()


def test_a_single_statement_that_finds_its_server_gone_spares_the_next_the_other_connections(postgres_url, monkeypatch):
    monkeypatch.setattr(backend.store, "PING_AFTER_S", 60.0)
    store = Store(postgres_url)
    with store.glancing() as connection:  # so that there are two
        connection.execute(text("SELECT 1"))
        assert _read_one(store, "single") == 1
    _end_backends(store, postgres_url)
    with pytest.raises(DBAPIError):
        _read_one(store, "single")
    assert _read_one(store, "single") == 1
    store.close()


def _read_one(store, way="session"):
    if way == "single":
        return store.single(text("SELECT 1")).one({})[0]
    if way == "glance":
        with store.glancing() as connection:
            return connection.scalar(text("SELECT 1"))
    with store.reading() as session:
        return session.scalar(text("SELECT 1"))


_WORDS_OF = select(Note.words).where(Note.id == bindparam("id"), Note.at < bindparam("before"))


def test_a_single_statement_sees_the_newest_state_and_reads_values_as_columns_do(store):
    words_of, noon = store.single(_WORDS_OF), datetime(2026, 11, 23, 12, tzinfo=UTC)
    bangkok = timezone(timedelta(hours=7))
    assert words_of.one({"id": 1, "before": noon}) is None
    with store.transaction() as session:
        session.add(Note(id=1, words="ใบเดียว", at=noon))
        assert words_of.one({"id": 1, "before": noon}) is None
    assert words_of.one({"id": 1, "before": noon}) is None
    assert words_of.one({"id": 1, "before": datetime(2026, 11, 23, 19, 1, tzinfo=bangkok)}) == ("ใบเดียว",)
    with pytest.raises(ValueError, match="without a zone"):
        words_of.one({"id": 1, "before": datetime(2026, 11, 23)})  # noqa: DTZ001  (the mistake under test)


def test_a_single_statement_that_fails_does_not_tell_its_values_and_leaves_a_good_connection(store):
    words_of = store.single(_WORDS_OF)
    with store.transaction() as session:
        session.execute(text("ALTER TABLE test_note RENAME TO gone_note"))
    with pytest.raises(DBAPIError) as caught:
        words_of.one({"id": 355010012, "before": datetime(2026, 11, 23, tzinfo=UTC)})
    assert "355010012" not in str(caught.value)
    with store.transaction() as session:
        session.execute(text("ALTER TABLE gone_note RENAME TO test_note"))
    assert words_of.one({"id": 1, "before": datetime(2026, 11, 23, tzinfo=UTC)}) is None


def test_a_single_statement_writes_once_on_postgresql(postgres_url):
    store = Store(postgres_url)
    Note.metadata.create_all(store.engine, tables=[Note.__table__])
    put = store.single(insert(Note).values(id=7, words=bindparam("said")).on_conflict_do_nothing().returning(Note.id))
    assert put.one({"said": "first"}) == (7,)
    assert put.one({"said": "second"}) is None
    with store.reading() as session:
        assert session.get(Note, 7).words == "first"
    store.close()


def test_prepared_statements_outlive_reading(postgres_url):
    store = Store(postgres_url)
    for _ in range(8):  # the driver prepares what comes again and again
        assert _read_one(store) == 1
    with store.reading() as session:
        kept = session.scalars(text("SELECT statement FROM pg_prepared_statements")).all()
    assert "SELECT 1" in kept
    store.close()


def test_what_is_sent_at_once_is_there_at_the_end_or_not_at_all(store):
    with store.transaction() as session, sent_at_once(session.connection()):
        for number in range(3):
            session.connection().execute(insert(Note).values(id=number, words="ใบ"))
    assert _count(store) == 3
    refused = pytest.raises((IntegrityError, psycopg.IntegrityError))
    with refused, store.transaction() as session, sent_at_once(session.connection()):
        for number in (3, 1):
            session.connection().execute(insert(Note).values(id=number))
    assert _count(store) == 3


def test_many_rows_go_in_at_once_with_values_read_as_columns_do(store):
    notes, at = ManyRows(Note.__table__), datetime(2026, 11, 23, 16, tzinfo=timezone(timedelta(hours=7)))
    words = ("ใบ", "a\tb\nc", "\\N", "")
    rows = [{"id": number, "words": words[number % 4], "at": at if number % 3 else None} for number in range(300)]
    with store.transaction() as session:
        notes.put(session.connection(), rows)
        notes.put(session.connection(), [])
    with store.reading() as session:
        found = session.scalars(select(Note).order_by(Note.id)).all()
    assert [{"id": one.id, "words": one.words, "at": one.at} for one in found] == rows
    with pytest.raises(IntegrityError), store.transaction() as session:
        notes.put(session.connection(), [{"id": 300, "words": "", "at": None}, rows[0]])
    naive = {"id": 301, "words": "", "at": datetime(2026, 11, 23)}  # noqa: DTZ001  (the mistake under test)
    with pytest.raises((StatementError, ValueError), match="without a zone"), store.transaction() as session:
        notes.put(session.connection(), [naive])
    assert _count(store) == 300
