"""The log on both databases: durable, gapless, provable, with many writers and with one shot in the middle."""

import subprocess
import sys
import threading
from base64 import b64decode
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Integer, String, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from backend.evidence.errors import LogUnavailableError, TreeRangeError
from backend.evidence.log import EvidenceLog
from backend.evidence.merkle import EMPTY_ROOT, tree_root
from backend.evidence.models import EvidenceHead, EvidenceLeaf
from backend.store import Store
from contracts.checkpoint import open_checkpoint
from contracts.log_proof import leaf_hash, verify_consistency, verify_inclusion
from tests.support.evidence_logs import LOG_KEY, ORIGIN, make_log, make_log_store

ROOT = Path(__file__).parents[3]


class Base(DeclarativeBase):
    pass


class Record(Base):
    __tablename__ = "test_record"
    key: Mapped[str] = mapped_column(String(20), primary_key=True)
    leaf_index: Mapped[int] = mapped_column(Integer)


@pytest.fixture
def store(store_url):
    store = make_log_store(store_url)
    Record.metadata.create_all(store.engine)
    yield store
    store.close()


@pytest.fixture
def log(store):
    log = make_log(store)
    yield log
    log.close()


def leaves_of(store):
    with store.reading() as session:
        rows = session.execute(select(EvidenceLeaf.index, EvidenceLeaf.content).order_by(EvidenceLeaf.index)).all()
    assert [row[0] for row in rows] == list(range(len(rows)))  # no gap, no duplicate
    return [row[1] for row in rows]


def checkpoint_of(log):
    return open_checkpoint(log.checkpoint(), ORIGIN, LOG_KEY.public_key())


def check_whole(store, log):
    """Check that the stored leaves give the signed root, and that each of some has a proof."""
    leaves, point = leaves_of(store), checkpoint_of(log)
    assert (point.size, point.root) == (len(leaves), tree_root(leaves))
    for index in {0, len(leaves) // 3, len(leaves) // 2, len(leaves) - 1}:
        proof = log.inclusion_proof(index)
        assert proof.leaf_hash == leaf_hash(leaves[index])
        verify_inclusion(index, point.size, proof.leaf_hash, proof.hashes, point.root)
    return leaves


def test_an_empty_log_has_a_checkpoint_and_nothing_else(log):
    point = checkpoint_of(log)
    assert (point.size, point.root) == (0, EMPTY_ROOT)
    assert log.size() == 0
    with pytest.raises(TreeRangeError):
        log.inclusion_proof(0)


def test_an_append_returns_where_the_leaf_is(store, log):
    references = [log.append(leaf) for leaf in (b"a", b"b", b"a")]
    assert [reference.index for reference in references] == [0, 1, 2]
    assert references[0].hash == references[2].hash == leaf_hash(b"a").hex()
    assert check_whole(store, log) == [b"a", b"b", b"a"]


def test_leaves_that_belong_together_are_neighbours(store, log):
    references = log.append_all([b"x", b"y", b"z"])
    assert [reference.index for reference in references] == [0, 1, 2]
    assert check_whole(store, log) == [b"x", b"y", b"z"]


def test_other_rows_are_committed_with_the_leaf_and_know_its_index(store, log):
    log.append(b"before")
    log.append(b"leaf", lambda session, refs: session.add(Record(key="k", leaf_index=refs[0].index)))
    with store.reading() as session:
        assert session.get(Record, "k").leaf_index == 1


def test_rows_that_cannot_be_stored_take_their_leaf_with_them_and_nobody_elses(store, log):
    def clash(session, references):
        session.execute(insert(Record), [{"key": "same", "leaf_index": references[0].index}])

    gate = threading.Barrier(6)

    def submit(number):
        gate.wait()
        return log.append(b"%d" % number, clash if number < 3 else None)

    with ThreadPoolExecutor(6) as threads:
        jobs = [threads.submit(submit, number) for number in range(6)]
    failed = [job.exception() for job in jobs if job.exception()]
    assert [type(error) for error in failed] == [IntegrityError] * 2
    assert len(check_whole(store, log)) == 4


def test_what_the_callers_work_raises_is_raised_to_him(store, log):
    def refuse(session, references):
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        log.append(b"a", refuse)
    assert log.append(b"b").index == 0


def test_proofs_and_tiles_across_tile_borders(store, log):
    count = 256 * 3 + 5
    leaves = [b"leaf %d" % number for number in range(count)]
    for start in range(0, count, 300):
        log.append_all(leaves[start : start + 300])
    assert check_whole(store, log) == leaves
    root = checkpoint_of(log).root
    for size in (1, 255, 256, 257, 512, 700, count):
        older = tree_root(leaves[:size])
        verify_consistency(size, count, older, root, log.consistency_proof(size))
        proof = log.inclusion_proof(size - 1, size)
        verify_inclusion(size - 1, size, leaf_hash(leaves[size - 1]), proof.hashes, older)
    assert log.tile(0, 3, 5) == b"".join(map(leaf_hash, leaves[768:]))
    assert log.tile(1, 0, 3) == b"".join(tree_root(leaves[at : at + 256]) for at in (0, 256, 512))


@pytest.mark.parametrize(("level", "index", "width"), [(0, 0, 11), (0, 0, 0), (0, 1, 1), (1, 0, 1), (0, 0, 257)])
def test_a_tile_the_log_has_not_grown_to_is_out_of_range(log, level, index, width):
    log.append_all([b"%d" % number for number in range(10)])
    assert len(log.tile(0, 0, 10)) == 320
    with pytest.raises(TreeRangeError):
        log.tile(level, index, width)


@pytest.mark.parametrize(("index", "size"), [(3, None), (2, 2), (0, 4), (0, 0), (0, -1)])
def test_a_proof_outside_the_log_is_out_of_range(log, index, size):
    log.append_all([b"a", b"b", b"c"])
    with pytest.raises(TreeRangeError):
        log.inclusion_proof(index, size)


@pytest.mark.parametrize(("first", "second"), [(0, None), (4, None), (1, 4), (2, 1)])
def test_a_consistency_proof_outside_the_log_is_out_of_range(log, first, second):
    log.append_all([b"a", b"b", b"c"])
    with pytest.raises(TreeRangeError):
        log.consistency_proof(first, second)


def test_many_threads_and_two_logs_over_one_store_leave_no_gap(store, log):
    other = make_log(store)
    with ThreadPoolExecutor(16) as threads:
        jobs = [threads.submit((log, other)[n % 2].append, b"%d" % n) for n in range(200)]
        indexes = [job.result().index for job in jobs]
    other.close()
    leaves = check_whole(store, log)
    assert sorted(indexes) == list(range(200))
    assert [leaves[index] for index in indexes] == [b"%d" % n for n in range(200)]


def _writer(url, name, count):
    command = [sys.executable, "-m", "tests.support.evidence_writer", url, name, str(count)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def _acknowledged(lines):
    return {int(index): leaf.encode() for index, leaf in (line.split() for line in lines if line.endswith("\n"))}


def test_two_processes_share_a_log(store, store_url, log):
    writers = [_writer(store_url, name, 150) for name in ("left", "right")]
    outputs = [writer.communicate(timeout=60)[0].splitlines(keepends=True) for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0]
    leaves = check_whole(store, log)
    assert len(leaves) == 300
    for output in outputs:
        said = _acknowledged(output)
        assert len(said) == 150
        assert {index: leaves[index] for index in said} == said


def test_a_killed_writer_loses_nothing_it_acknowledged_and_blocks_nobody(store, store_url, log):
    writer = _writer(store_url, "killed", 100_000)
    first = [writer.stdout.readline() for _ in range(40)]
    writer.kill()
    rest = writer.stdout.read().splitlines(keepends=True)
    writer.wait(timeout=10)
    writer.stdout.close()
    said = _acknowledged([*first, *rest])
    after = log.append(b"after")
    leaves = check_whole(store, log)
    assert len(said) >= 40
    assert {index: leaves[index] for index in said} == said
    assert leaves[after.index] == b"after"


def test_a_log_without_tables_is_unavailable_and_says_so_as_retryable(tmp_path):
    store = Store(f"sqlite:///{tmp_path / 'empty.sqlite3'}")
    log = make_log(store)
    with pytest.raises(LogUnavailableError) as caught:
        log.append(b"a")
    assert caught.value.retryable
    EvidenceHead.metadata.create_all(store.engine)
    assert log.append(b"a").index == 0  # the sequencer lives on
    log.close()
    store.close()


def test_an_append_that_waits_too_long_gives_up(tmp_path):
    store = make_log_store(f"sqlite:///{tmp_path / 'slow.sqlite3'}")
    log = EvidenceLog(store, ORIGIN, LOG_KEY, timeout_s=0.05)
    with store.transaction() as session:
        session.execute(select(EvidenceHead.id))  # now the write lock is ours
        with pytest.raises(LogUnavailableError):
            log.append(b"a")
    log.close()
    assert leaves_of(store) in ([], [b"a"])
    store.close()


def test_a_closed_log_opens_again_with_the_next_append(log):
    assert log.append(b"a").index == 0
    log.close()
    log.close()
    assert log.append(b"b").index == 1


def test_the_verifier_key_is_in_note_form(log):
    name, key_id, encoded = log.verifier_key.split("+", 2)
    assert (name, len(key_id), b64decode(encoded)[1:]) == (ORIGIN, 8, LOG_KEY.public_key().public_bytes_raw())
