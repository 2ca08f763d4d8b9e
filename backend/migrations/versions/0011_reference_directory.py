"""The reference directory: which person is known at which agency, as keyed hashes."""

import sqlalchemy as sa
from alembic import op

from backend import store

revision = "0011_reference_directory"
down_revision = "0010_history"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "linkage_reference_lists",
        sa.Column("agency_id", sa.String(length=41), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("persons", sa.BigInteger(), nullable=False),
        sa.Column("loaded_at", store.UtcDateTime(timezone=True), nullable=False),
        sa.Column("valid_until", store.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("agency_id", name=op.f("pk_linkage_reference_lists")),
    )
    op.create_table(
        "linkage_references",
        sa.Column("agency_id", sa.String(length=41), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("person", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("agency_id", "generation", "person", name=op.f("pk_linkage_references")),
    )


def downgrade() -> None:
    op.drop_table("linkage_references")
    op.drop_table("linkage_reference_lists")
