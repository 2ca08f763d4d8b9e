"""Rounds go on whatever the database does, and end when they are told to."""

import threading

import pytest
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from backend.rounds import Rounds

PATIENCE_S = 30.0


@pytest.fixture
def begun():
    """Start rounds in a test; they end with it."""
    running = []

    def begin(work):
        rounds = Rounds("tried", work)
        running.append(rounds)
        rounds.start(0.001)
        return rounds

    yield begin
    for rounds in running:
        rounds.close()


def test_a_database_that_is_away_ends_a_round_and_not_the_work(begun):
    came_back, rounds_done = threading.Event(), []

    def work():
        rounds_done.append(len(rounds_done))
        if len(rounds_done) < 4:
            raise OperationalError("SELECT 1", {}, Exception("away"))
        came_back.set()

    with capture_logs() as told:
        begun(work)
        assert came_back.wait(PATIENCE_S)
    failed = [line for line in told if line["event"] == "round_failed"]
    assert [(line["work"], line["error"]) for line in failed] == [("tried", "OperationalError")] * 3


def test_after_the_end_no_round_begins(begun):
    first = threading.Event()
    done = []

    def work():
        done.append(1)
        first.set()

    rounds = begun(work)
    assert first.wait(PATIENCE_S)
    rounds.close()
    count = len(done)
    assert rounds.ending
    assert not any(thread.name == "tried" for thread in threading.enumerate())
    assert len(done) == count


def test_the_end_waits_for_a_round_no_longer_than_asked(begun):
    may_end, began = threading.Event(), threading.Event()

    def work():
        began.set()
        may_end.wait(PATIENCE_S)

    rounds = begun(work)
    assert began.wait(PATIENCE_S)
    rounds.close(within_s=0.01)
    assert any(thread.name == "tried" for thread in threading.enumerate())
    may_end.set()
    rounds.close(within_s=None)
    assert not any(thread.name == "tried" for thread in threading.enumerate())


def test_rounds_that_never_began_end_at_once():
    Rounds("tried", lambda: None).close()
    assert not any(thread.name == "tried" for thread in threading.enumerate())
