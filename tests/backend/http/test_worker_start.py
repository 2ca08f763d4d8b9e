"""A worker that starts while its database is away waits for it: gunicorn would end the whole server otherwise."""

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from backend.errors import InstallationError
from backend.gunicorn_conf import CentreServer, build_options


def server_that(*steps):
    """Return a server whose building goes so, one step each time."""
    waiting = list(steps)

    def build():
        step = waiting.pop(0)
        if isinstance(step, Exception):
            raise step
        return step

    return CentreServer(build, build_options("127.0.0.1:0", 1, 1), pause_s=0), waiting


def away():
    return OperationalError("SELECT 1", {}, Exception("the database system is starting up"))


def test_a_worker_waits_for_its_database():
    app = Flask("centre")
    server, waiting = server_that(away(), away(), app)
    assert server.load() is app
    assert not waiting


def test_what_waiting_does_not_mend_is_raised_at_once():
    server, waiting = server_that(InstallationError("no key"), Flask("centre"))
    with pytest.raises(InstallationError):
        server.load()
    assert len(waiting) == 1
