from collections.abc import Iterator

import pytest

from backend.mandates import models
from backend.store import Base, Store


@pytest.fixture
def any_store(store_url: str) -> Iterator[Store]:
    """SQLite and PostgreSQL in turn, with the tables of mandates."""
    store = Store(store_url)
    tables = [model.__table__ for model in (models.MandateRow, models.MandateEvent, models.MandateUse)]
    Base.metadata.create_all(store.engine, tables=tables)
    yield store
    store.close()
