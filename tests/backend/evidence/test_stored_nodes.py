"""Proofs are cut from the stored nodes in one reading, also in a log that an older release has written."""

from importlib import import_module

import pytest
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, delete, event, select, update

from backend.evidence.appending import read_head
from backend.evidence.errors import TreeRangeError
from backend.evidence.models import EvidenceMidNode, EvidenceNode
from backend.evidence.node_cache import NodeCache
from backend.migrations import runner
from backend.store import Store
from contracts.log_proof import leaf_hash, verify_inclusion
from tests.support.evidence_logs import make_log, make_log_store

SIZE = 4_500


@pytest.fixture
def store(store_url):
    store = make_log_store(store_url)
    log = make_log(store)
    log.append_all([b"%d" % number for number in range(SIZE)])
    log.close()
    yield store
    store.close()


def mids_of(store):
    with store.reading() as session:
        rows = session.execute(select(EvidenceMidNode.height, EvidenceMidNode.index, EvidenceMidNode.hash)).all()
    return {(height, index): found for height, index, found in rows}


def check_every_so_often(store):
    log = make_log(store)
    with store.reading() as session:
        root = read_head(session).root
    for index in (0, 1, 15, 16, 4095, 4096, 4479, 4480, 4495, 4496, 4499):
        proof = log.inclusion_proof(index)
        verify_inclusion(index, SIZE, leaf_hash(b"%d" % index), proof.hashes, root)


@pytest.fixture
def said():
    """What the database was told."""
    told = []

    def note(_connection, _cursor, statement, *_):
        told.append(statement)

    event.listen(Engine, "after_cursor_execute", note)  # a store has more than one
    yield told
    event.remove(Engine, "after_cursor_execute", note)


def test_a_proof_takes_one_statement(store, said):
    log = make_log(store)
    log.inclusion_proof(7, SIZE)
    said.clear()
    log.consistency_proof(2_345, 4_444)
    log.inclusion_proof(1_234, SIZE)
    log.inclusion_proofs((5, 77, 4_321), SIZE - 1)
    assert ["leaf_hash" in text for text in said] == [True] * 3
    log.close()


def test_what_lies_above_the_tiles_is_remembered(store):
    log = make_log(store)
    before = [log.inclusion_proof(index, SIZE) for index in (0, 300, 4_400)]
    with store.transaction() as session:
        session.execute(delete(EvidenceNode))
    assert [log.inclusion_proof(index, SIZE) for index in (0, 300, 4_400)] == before
    with pytest.raises(TreeRangeError):
        make_log(store).inclusion_proof(300, SIZE)


def test_who_looks_for_a_forger_reads_the_store_itself(store):
    log = make_log(store)
    right = log.inclusion_proofs((300,), SIZE)
    assert log.inclusion_proofs((300,), SIZE, anew=True) == right
    with store.transaction() as session:
        session.execute(update(EvidenceNode).values(hash=b"f" * 32))
    assert log.inclusion_proofs((300,), SIZE) == right
    assert log.inclusion_proofs((300,), SIZE, anew=True) != right
    for size in (-1, SIZE + 1):
        with pytest.raises(TreeRangeError):
            log.inclusion_proofs((300,), size, anew=True)


def test_a_log_that_grew_by_another_hand_is_seen(store):
    log, other = make_log(store), make_log(store)
    with pytest.raises(TreeRangeError):
        log.inclusion_proof(SIZE, SIZE + 1)
    other.append_all([b"more"])
    assert log.inclusion_proof(SIZE, SIZE + 1).leaf_hash == leaf_hash(b"more")
    assert log.inclusion_proof(0).size == SIZE + 1
    with pytest.raises(TreeRangeError):
        log.tile(0, SIZE >> 8, (SIZE & 255) + 2)
    assert len(log.tile(0, SIZE >> 8, (SIZE & 255) + 1)) == 32 * ((SIZE & 255) + 1)


def test_what_is_remembered_has_a_bound_and_is_what_was_wanted_lately():
    cache = NodeCache(8, most=10)
    for index in range(1_000):
        cache.keep((8, index), b"%d" % index)
        assert cache.find((8, 0)) == b"0"  # wanted all the time
        assert len(cache) <= 20
    assert cache.find((8, 999)) == b"999"
    assert cache.find((8, 500)) is None
    cache.keep((7, 1), b"low")
    assert cache.find((7, 1)) is None


def test_a_log_written_by_a_release_without_them_is_read_the_long_way(store):
    check_every_so_often(store)
    with store.transaction() as session:
        session.execute(delete(EvidenceMidNode))
    check_every_so_often(store)


def test_a_node_that_is_lost_is_told(store):
    with store.transaction() as session:
        session.execute(delete(EvidenceMidNode))
        session.execute(delete(EvidenceNode))
    log = make_log(store)
    with pytest.raises(TreeRangeError):
        log.inclusion_proof(0)


def test_the_migration_fills_in_what_is_lacking(store_url):
    store = Store(store_url)
    runner.upgrade(store.engine)
    log = make_log(store)
    log.append_all([b"%d" % number for number in range(SIZE)])
    log.close()
    written = mids_of(store)
    assert {height for height, _ in written} == {4, 12}
    migration = import_module("backend.migrations.versions.0005_nearer_nodes")
    with store.engine.begin() as connection, Operations.context(MigrationContext.configure(connection)):
        migration.downgrade()
        migration.upgrade()
    assert mids_of(store) == written
    store.close()
