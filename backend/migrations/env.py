"""Alembic's entry: runs the migrations on the connection that the runner hands over."""

from alembic import context
from sqlalchemy import Connection, create_engine

from backend.migrations.runner import load_metadata


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=load_metadata(),
        render_as_batch=connection.dialect.name == "sqlite",  # SQLite alters tables by copying them
        compare_type=True,
        user_module_prefix="store.",
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    _run(given)
else:  # the alembic command itself, for a developer who writes a migration
    url = context.config.get_main_option("sqlalchemy.url")
    if url is None:
        raise SystemExit("give a database: alembic -x is not enough, set sqlalchemy.url")
    with create_engine(url).connect() as own:
        _run(own)
