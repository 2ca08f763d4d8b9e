"""Agencies' own systems that may ask."""

import sqlalchemy as sa
from alembic import op

from backend import store

revision = "0007_api_clients"
down_revision = "0006_account_roles"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "api_clients",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("agency_id", sa.String(length=41), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("person", sa.String(length=254), nullable=False),
        sa.Column("scopes", sa.String(length=120), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("public_key", sa.JSON(), nullable=True),
        sa.Column("certificate", sa.String(length=43), nullable=False),
        sa.Column("rate_per_minute", sa.Integer(), nullable=False),
        sa.Column("created_at", store.UtcDateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", store.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_clients")),
    )
    op.create_index(op.f("ix_api_clients_agency_id"), "api_clients", ["agency_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_api_clients_agency_id"), "api_clients")
    op.drop_table("api_clients")
