"""What arrives together is done together; a batch that fails is heard of by everyone in it."""

import threading
from concurrent.futures import CancelledError, ThreadPoolExecutor

import pytest

from backend.group_commit import GroupCommit


def test_company_is_gathered_into_one_batch():
    sizes = []

    def commit(batch):
        sizes.append(len(batch))
        for job in batch:
            job.done.set_result(job.wanted * 2)

    line = GroupCommit(commit, "test", gather_s=0.2, most=5)
    with ThreadPoolExecutor(5) as threads:
        results = list(threads.map(lambda wanted: line.submit(wanted).result(5), range(5)))
    line.close()
    assert results == [0, 2, 4, 6, 8]
    assert sizes == [5]


def test_a_batch_is_no_larger_than_allowed_and_nobody_is_left_behind():
    sizes, gate = [], threading.Event()

    def commit(batch):
        gate.wait(5)
        sizes.append(len(batch))
        for job in batch:
            job.done.set_result(job.wanted)

    line = GroupCommit(commit, "test", gather_s=0.01, most=4)
    waiting = [line.submit(number) for number in range(10)]
    gate.set()
    assert [future.result(5) for future in waiting] == list(range(10))
    line.close()
    assert max(sizes) <= 4
    assert sum(sizes) == 10


def test_who_gave_up_waiting_is_left_out():
    seen, gate = [], threading.Event()

    def commit(batch):
        gate.wait(5)
        seen.extend(job.wanted for job in batch)
        for job in batch:
            job.done.set_result(None)

    line = GroupCommit(commit, "test", gather_s=0.0, most=1)
    first, second, third = (line.submit(name) for name in "abc")
    assert second.cancel()
    gate.set()
    first.result(5)
    third.result(5)
    line.close()
    assert seen == ["a", "c"]
    with pytest.raises(CancelledError):
        second.result(0)


def test_closing_does_what_is_in_line_and_the_next_job_opens_it_again():
    def commit(batch):
        for job in batch:
            job.done.set_result("done")

    line = GroupCommit(commit, "test", gather_s=0.05, most=9)
    waiting = line.submit(1)
    line.close()
    line.close()
    assert waiting.result(0) == "done"
    assert line.submit(2).result(5) == "done"
    line.close()
