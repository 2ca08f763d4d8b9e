"""What an auditor searches the log by. The index fills itself from the log."""

import sqlalchemy as sa
from alembic import op

from backend import store

revision = "0016_audit_index"
down_revision = "0015_past_cases"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "audit_place",
        sa.Column("leaf_index", _BIG, autoincrement=False, nullable=False),
        sa.Column("at", store.UtcDateTime(timezone=True), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=True),
        sa.Column("agency_id", sa.String(length=41), nullable=True),
        sa.Column("device_id", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("leaf_index", name=op.f("pk_audit_place")),
    )
    op.create_index("ix_audit_place_at", "audit_place", ["at", "leaf_index"])
    op.create_index("ix_audit_place_reference", "audit_place", ["reference"])
    op.create_index("ix_audit_place_agency", "audit_place", ["agency_id", "at", "leaf_index"])
    op.create_index("ix_audit_place_device", "audit_place", ["device_id", "at", "leaf_index"])
    op.create_table(
        "audit_cursor",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", _BIG, nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_audit_cursor_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_cursor")),
    )


def downgrade() -> None:
    for table in ("audit_cursor", "audit_place"):
        op.drop_table(table)
