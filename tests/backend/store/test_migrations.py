"""The migrations make exactly what the models say, from nothing, on both databases."""

import threading

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect

from backend.migrations import runner
from backend.store import Store


@pytest.fixture
def store(store_url):
    store = Store(store_url)
    yield store
    store.close()


def test_upgrade_from_empty_reaches_the_head_without_drift(store):
    assert not runner.is_at_head(store.engine)
    runner.upgrade(store.engine)
    assert runner.is_at_head(store.engine)
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, runner.load_metadata()) == []


def test_upgrade_again_changes_nothing(store):
    runner.upgrade(store.engine)
    before = sorted(inspect(store.engine).get_table_names())
    runner.upgrade(store.engine)
    assert sorted(inspect(store.engine).get_table_names()) == before


def test_two_servers_may_start_at_once(store):
    failures = []

    def upgrade():
        try:
            runner.upgrade(store.engine)
        except Exception as error:  # noqa: BLE001  (whatever it is, the test must see it)
            failures.append(error)

    threads = [threading.Thread(target=upgrade) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert runner.is_at_head(store.engine)


def test_metadata_holds_every_room():
    tables = set(runner.load_metadata().tables)
    assert {"fleet_device", "accounts_user", "evidence_leaf", "mandates", "answered_questions"} <= tables
