"""Where a person's leaves are, delays of entries, disputes. The index fills itself from the log."""

import sqlalchemy as sa
from alembic import op

from backend import store

revision = "0010_history"
down_revision = "0009_bulk_jobs"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = store.UtcDateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "history_place",
        sa.Column("leaf_index", _BIG, autoincrement=False, nullable=False),
        sa.Column("subject", sa.LargeBinary(), nullable=True),
        sa.Column("agency_id", sa.String(length=41), nullable=True),
        sa.PrimaryKeyConstraint("leaf_index", name=op.f("pk_history_place")),
    )
    op.create_index("ix_history_place_subject", "history_place", ["subject", "leaf_index"])
    op.create_index("ix_history_place_agency", "history_place", ["agency_id", "leaf_index"])
    op.create_table(
        "history_cursor",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", _BIG, nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_history_cursor_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_history_cursor")),
    )
    op.create_table(
        "history_delay",
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("agency_id", sa.String(length=41), nullable=False),
        sa.Column("service", sa.String(length=41), nullable=True),
        sa.Column("purpose", sa.String(length=40), nullable=True),
        sa.Column("from_at", _TIME, nullable=False),
        sa.Column("until_at", _TIME, nullable=False),
        sa.Column("basis_th", sa.String(length=1000), nullable=False),
        sa.Column("basis_en", sa.String(length=1000), nullable=False),
        sa.Column("proposed_by", sa.String(length=40), nullable=False),
        sa.Column("approved_by", sa.String(length=40), nullable=True),
        sa.Column("withdrawn_at", _TIME, nullable=True),
        sa.PrimaryKeyConstraint("reference", name=op.f("pk_history_delay")),
    )
    op.create_table(
        "history_dispute",
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("leaf_index", _BIG, nullable=False),
        sa.Column("agency_id", sa.String(length=41), nullable=False),
        sa.Column("service", sa.String(length=41), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("opened_at", _TIME, nullable=False),
        sa.Column("due_at", _TIME, nullable=True),
        sa.Column("changed_at", _TIME, nullable=False),
        sa.Column("steward", sa.String(length=254), nullable=True),
        sa.Column("answer", sa.String(length=2000), nullable=False),
        sa.PrimaryKeyConstraint("reference", name=op.f("pk_history_dispute")),
        sa.UniqueConstraint("leaf_index", name=op.f("uq_history_dispute_leaf_index")),
    )
    op.create_index("ix_history_dispute_agency", "history_dispute", ["agency_id", "state"])


def downgrade() -> None:
    for table in ("history_dispute", "history_delay", "history_cursor", "history_place"):
        op.drop_table(table)
