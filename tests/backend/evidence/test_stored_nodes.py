"""Proofs are cut from the stored nodes in one reading, also in a log that an older release has written."""

from importlib import import_module

import pytest
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import delete, event, select

from backend.evidence.appending import read_head
from backend.evidence.errors import TreeRangeError
from backend.evidence.models import EvidenceMidNode, EvidenceNode
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


def test_a_proof_takes_one_statement(store):
    said = []
    event.listen(store.engine, "after_cursor_execute", lambda _c, cursor, text, *_: said.append(text))
    log = make_log(store)
    log.consistency_proof(2_345, 4_444)
    proofs = [text for text in said if "leaf_hash" in text]
    assert len(proofs) == 1
    assert len(said) <= 3  # and the head
    log.close()


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
