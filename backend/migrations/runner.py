"""Brings a database to the present form of the models, and says whether it is there."""

from importlib import import_module
from importlib.util import find_spec
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, MetaData, text

from backend.store import Base

_ROOMS_WITH_MODELS: Final = (
    "accounts",
    "audit",
    "bulk",
    "cases",
    "clients",
    "decisions",
    "eligibility",
    "evidence",
    "fleet",
    "history",
    "linkage",
    "mandates",
    "statistics",
)
_LOCK_KEY: Final = 0x6261696469616F  # "baidiao": any constant of ours will do


def load_metadata() -> MetaData:
    """Import every room's models and return what they declare."""
    for room in _ROOMS_WITH_MODELS:
        if find_spec(f"backend.{room}.models") is not None:
            import_module(f"backend.{room}.models")
    return Base.metadata


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "backend:migrations")
    config.set_main_option("path_separator", "os")
    return config


def upgrade(engine: Engine) -> None:
    """Run the migrations that are missing, in one transaction where the database can."""
    config = _config()
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            # Two servers that start together must not both migrate; SQLite's write lock does the same.
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def is_at_head(engine: Engine) -> bool:
    """Return whether every migration this program knows has been run."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == head
