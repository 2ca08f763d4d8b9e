"""Every memory of nonces keeps the same promises."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, bindparam, select

from backend.fleet.errors import AdmissionUnavailableError
from backend.fleet.models import SeenNonce
from backend.fleet.nonces import FileNonces, Nonce, Passage, TableNonces, open_nonces
from backend.store import Store

NOW = datetime(2026, 11, 24, 5, 0, 0, 700_000, tzinfo=UTC)


@pytest.fixture(params=["file", "table"])
def opened(request, store_url, tmp_path):
    """Open the memory as often as wanted."""
    store = Store(store_url)
    SeenNonce.metadata.create_all(store.engine)
    made = []

    def open_one():
        made.append(FileNonces(tmp_path / "nonces", lambda: NOW) if request.param == "file" else TableNonces(store))
        return made[-1]

    yield open_one
    for one in made:
        one.close()
    store.close()


def nonce(word, key="key", at=NOW):
    return Nonce(key, word, at, at + timedelta(seconds=120))


def test_a_nonce_is_new_once_under_each_key(opened):
    nonces = opened()
    for first in (nonce("a"), nonce("b"), nonce("a", "other")):
        assert nonces.note(first, NOW)
    assert not nonces.note(nonce("b"), NOW)
    assert nonces.note(nonce("c"), NOW)


def test_who_opens_it_again_or_beside_knows_the_same(opened):
    first, beside = opened(), opened()
    first.note(nonce("a"), NOW)
    assert not beside.note(nonce("a"), NOW)
    assert not opened().note(nonce("a"), NOW)
    begun = first.not_before()
    assert begun is None or begun == NOW.replace(microsecond=0)


def test_of_many_at_once_one_is_first(opened):
    memories = [opened() for _ in range(3)]
    with ThreadPoolExecutor(8) as threads:
        told = list(threads.map(lambda n: memories[n % 3].note(nonce("a"), NOW), range(24)))
        others = list(threads.map(lambda n: memories[n % 3].note(nonce(f"n{n}"), NOW), range(24)))
    assert sum(told) == 1
    assert all(others)


def test_what_has_expired_is_forgotten_in_time_and_no_sooner(opened):
    nonces = opened()
    nonces.note(nonce("a"), NOW)
    assert not nonces.note(nonce("a"), NOW + timedelta(seconds=119))
    nonces.note(nonce("b"), NOW + timedelta(seconds=181))
    assert nonces.note(nonce("a"), NOW + timedelta(seconds=182))


def test_a_gate_lets_each_nonce_of_who_may_pass_through_once(opened, store_url):
    signers = Table(
        "signers", MetaData(), Column("key_id", String(9)), Column("name", String(9)), Column("good", Integer)
    )
    store = Store(store_url)
    signers.create(store.engine)
    with store.writing() as connection:
        connection.execute(signers.insert(), [{"key_id": "key", "name": "kiosk", "good": 1}])
        connection.execute(signers.insert(), [{"key_id": "bad", "name": "other", "good": 0}])
    found = select(signers.c.name).where(signers.c.key_id == bindparam("key_id"))
    gate, beside = (one.gate(store, found, signers.c.good == 1) for one in (opened(), opened()))
    assert gate(nonce("a"), NOW) == Passage(("kiosk",), may_pass=True, is_new=True)
    assert beside(nonce("a"), NOW) == Passage(("kiosk",), may_pass=True, is_new=False)
    assert gate(nonce("a", "none"), NOW) == Passage(None, may_pass=False, is_new=False)
    assert gate(nonce("a", "bad"), NOW) == Passage(("other",), may_pass=False, is_new=False)
    with store.writing() as connection:
        connection.execute(signers.update().values(good=1))
    assert gate(nonce("a", "bad"), NOW).is_new, "a nonce was burnt"
    assert not opened().note(nonce("a"), NOW)
    store.close()


def test_only_a_store_in_a_file_has_its_nonces_beside(tmp_path, store_url):
    store = Store(store_url)
    nonces = open_nonces(store, lambda: NOW)
    assert isinstance(nonces, FileNonces if store.is_sqlite else TableNonces)
    nonces.close()
    store.close()


def test_after_the_machine_has_started_again_it_begins_anew(tmp_path):
    first = FileNonces(tmp_path / "nonces", lambda: NOW, "one")
    first.note(nonce("a"), NOW)
    first.close()
    later = NOW + timedelta(hours=1)
    again = FileNonces(tmp_path / "nonces", lambda: later, "two")
    beside = FileNonces(tmp_path / "nonces", lambda: later + timedelta(minutes=1), "two")
    assert again.not_before() == beside.not_before() == later.replace(microsecond=0)
    assert not again.note(nonce("a"), NOW)  # what it still knows it keeps
    again.close()
    beside.close()


@pytest.mark.parametrize("content", [b"", b"no database, but words" * 400])
def test_a_file_that_is_no_database_is_begun_anew(tmp_path, content):
    path = tmp_path / "nonces"
    path.write_bytes(content)
    nonces = FileNonces(path, lambda: NOW)
    assert nonces.not_before() == NOW.replace(microsecond=0)
    assert nonces.note(nonce("a"), NOW)
    assert path.stat().st_mode & 0o077 == 0
    nonces.close()


def test_what_cannot_be_written_lets_nobody_in(tmp_path):
    nonces = FileNonces(tmp_path / "nonces", lambda: NOW)
    nonces._database.execute("PRAGMA query_only = 1")  # a full disk, as seen from here
    with pytest.raises(AdmissionUnavailableError):
        nonces.note(nonce("a"), NOW)
    nonces._database.execute("PRAGMA query_only = 0")
    assert nonces.note(nonce("a"), NOW)
    assert Path(tmp_path / "nonces").exists()
    nonces.close()
