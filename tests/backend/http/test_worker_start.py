"""A worker that starts while its database is away makes room for another: gunicorn would end the whole server."""

import gc
import os

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from backend.errors import InstallationError
from backend.gunicorn_conf import CentreServer, build_options


def server_that(build):
    return CentreServer(build, build_options("127.0.0.1:0", 1, 1), pause_s=0)


def test_a_worker_without_a_database_ends_so_that_gunicorn_tries_another():
    def build():
        raise OperationalError("SELECT 1", {}, Exception("the database system is starting up"))

    with pytest.raises(SystemExit) as caught:
        server_that(build).load()
    assert caught.value.code not in {0, 3, 4}  # after 3 and 4, gunicorn ends itself


def test_what_another_try_does_not_mend_is_raised_and_what_is_built_is_given():
    def build():
        raise InstallationError("no key")

    with pytest.raises(InstallationError):
        server_that(build).load()
    app = Flask("centre")
    assert server_that(lambda: app).load() is app


@pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")  # gunicorn forks without other threads
def test_a_later_worker_that_cannot_start_does_not_end_those_that_answer():
    problems = []

    def build():
        for problem in problems:
            raise problem
        return Flask("centre")

    server = server_that(build)
    first = os.fork()
    if not first:
        server.load()
        os._exit(0)
    assert os.waitpid(first, 0)[1] == 0
    problems.append(InstallationError("others may read it: chmod 600"))
    with pytest.raises(SystemExit) as caught:
        server.load()
    assert caught.value.code not in {0, 3, 4}


def test_what_is_no_fault_of_the_installation_is_tried_a_few_times():
    def build():
        raise RuntimeError("two of us at once")

    server = server_that(build)
    with capture_logs() as said:
        for _ in range(3):
            with pytest.raises(SystemExit):
                server.load()
    assert [(one["event"], type(one["exc_info"])) for one in said] == [("worker_did_not_start", RuntimeError)] * 3
    with pytest.raises(RuntimeError):
        server.load()


@pytest.fixture
def collector_as_before():
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


def test_a_worker_spares_the_collector_what_stays(collector_as_before):
    kept = {"rules": [[number] for number in range(10)]}
    server_that(lambda: Flask("centre")).load()
    assert gc.get_freeze_count() > 1_000
    young = gc.get_objects()
    assert not any(one is kept for one in young)
    assert gc.isenabled()  # cycles that requests make are still found
