"""What must hold when things break: nothing acknowledged is lost, and what cannot be recorded is not decided."""

import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import event, select, text

from backend.evidence.errors import LogUnavailableError, TreeRangeError
from backend.evidence.merkle import tree_root
from backend.evidence.models import EvidenceLeaf
from backend.store import Store
from contracts.checkpoint import open_checkpoint
from contracts.log_proof import verify_consistency
from tests.support.evidence_logs import LOG_KEY, ORIGIN, make_log, make_log_store

ROOT = Path(__file__).parents[3]
KILLS = 3


@pytest.fixture
def store(store_url):
    store = make_log_store(store_url)
    yield store
    store.close()


def checkpoint_of(log):
    return open_checkpoint(log.checkpoint(), ORIGIN, LOG_KEY.public_key())


def start_writer(url, name):
    command = [sys.executable, "-m", "tests.support.evidence_writer", url, name, "1000000"]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def kill_amid_work(writer, after_s):
    """Wait for its first word, let it go on a little, kill it; returns what it said was in the log."""
    first = writer.stdout.readline()
    time.sleep(after_s)
    writer.kill()
    lines = [first, *writer.stdout.read().splitlines(keepends=True)]
    writer.stdout.close()
    writer.wait(timeout=10)
    return {int(index): leaf.encode() for index, leaf in (line.split() for line in lines if line.endswith("\n"))}


def test_writers_killed_under_load_lose_nothing_they_acknowledged(store, store_url):
    log, chance, said, points = make_log(store), random.Random(1), {}, []
    bystander = start_writer(store_url, "bystander")
    for number in range(KILLS):
        victim = start_writer(store_url, f"victim{number}")
        said |= kill_amid_work(victim, chance.uniform(0, 0.2))
        points.append(checkpoint_of(log))
    said |= kill_amid_work(bystander, 0)
    log.append(b"after")  # nobody's lock is left behind
    with store.reading() as session:
        leaves = list(session.scalars(select(EvidenceLeaf.content).order_by(EvidenceLeaf.index)))
    last = checkpoint_of(log)
    assert (last.size, last.root) == (len(leaves), tree_root(leaves))
    assert {index: leaves[index] for index in said} == said
    assert max(Counter(leaves).values()) == 1
    for point in points:
        verify_consistency(point.size, last.size, point.root, last.root, log.consistency_proof(point.size, last.size))
    log.close()


def fill(log):
    for _ in range(100):
        log.append(bytes(5000))


def test_a_full_disk_is_told_and_the_log_goes_on_when_there_is_room(tmp_path):
    url = f"sqlite:///{tmp_path / 'full.sqlite3'}"
    make_log_store(url).close()
    store, room = Store(url), [40]
    event.listen(store.engine, "begin", lambda c: c.exec_driver_sql(f"PRAGMA max_page_count = {room[0]}"))
    log = make_log(store)
    with pytest.raises(LogUnavailableError) as caught:
        fill(log)
    assert "full" in str(caught.value.__cause__)
    kept = log.size()
    assert checkpoint_of(log).size == kept > 0
    room[0] = 10_000
    assert log.append(b"room again").index == kept
    log.close()
    store.close()


def test_a_database_that_only_reads_refuses_appends_and_serves_proofs(store, store_url):
    log = make_log(store)
    log.append_all([b"a", b"b"])
    reading_only = Store(store_url)
    how = "PRAGMA query_only = ON" if store.is_sqlite else "SET TRANSACTION READ ONLY"
    event.listen(reading_only.engine, "begin", lambda connection: connection.execute(text(how)))
    other = make_log(reading_only)
    with pytest.raises(LogUnavailableError):
        other.append(b"c")
    assert other.size() == 2
    assert len(other.inclusion_proof(0).hashes) == 1
    other.close()
    reading_only.close()
    assert log.append(b"c").index == 2
    log.close()


def test_the_log_serves_the_tiles_that_the_example_names_and_no_others(tmp_path):
    store = make_log_store(f"sqlite:///{tmp_path / 'large.sqlite3'}")
    log = make_log(store)
    # C2SP tlog-tiles, "Partial Tiles": a tree of 70,000 leaves.
    for start in range(0, 70_000, 10_000):
        log.append_all([b"%d" % number for number in range(start, start + 10_000)])
    for level, index, width in ((0, 272, 256), (0, 273, 112), (1, 0, 256), (1, 1, 17), (2, 0, 1)):
        assert len(log.tile(level, index, width)) == width * 32
    for level, index, width in ((0, 273, 113), (1, 1, 18), (2, 0, 2), (3, 0, 1)):
        with pytest.raises(TreeRangeError):
            log.tile(level, index, width)
    log.close()
    store.close()
