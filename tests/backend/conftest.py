import logging

import pytest
import structlog

from tests.support.centre_app import build_centre


@pytest.fixture
def centre(tmp_path):
    """A centre on SQLite, for tests that are not about the database."""
    centre = build_centre(f"sqlite:///{tmp_path / 'centre.sqlite3'}", tmp_path)
    yield centre
    centre.store.close()


@pytest.fixture
def centre_on_each(store_url, tmp_path):
    """A centre on SQLite, and again on PostgreSQL."""
    centre = build_centre(store_url, tmp_path)
    yield centre
    centre.store.close()


@pytest.fixture
def logging_as_before():
    """For tests that set logging up: afterwards it is as pytest had it."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
