"""Decisions counted by day, service, outcome and province, for statistics without persons."""

import sqlalchemy as sa
from alembic import op

revision = "0017_statistics"
down_revision = "0016_audit_index"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "statistics_count",
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("service", sa.String(length=41), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("province", sa.String(length=2), nullable=False),
        sa.Column("count", _BIG, nullable=False),
        sa.PrimaryKeyConstraint("day", "service", "outcome", "province", name=op.f("pk_statistics_count")),
    )
    op.create_table(
        "statistics_cursor",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", _BIG, nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_statistics_cursor_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statistics_cursor")),
    )


def downgrade() -> None:
    op.drop_table("statistics_cursor")
    op.drop_table("statistics_count")
